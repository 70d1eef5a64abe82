import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { useCan } from '../shell/session.tsx';
import { Audit } from './Audit.tsx';
import { Charges } from './Charges.tsx';
import { InDoubt, Parked } from './HealthTables.tsx';
import classes from './health.module.css';
import { Queues } from './Queues.tsx';
import {
  chargesQuery,
  healthQuery,
  latestAuditQuery,
  parkedQuery,
  rowsMax,
  startAudit,
} from './queries.ts';
import { Running } from './Running.tsx';

/**
 * `/health`: auto orders that cannot be billed, charges without an answer, waiting work, and the
 * audit.
 */
export function HealthPage() {
  const parked = useQuery(parkedQuery);
  const charges = useQuery(chargesQuery);
  return (
    <Page title="Health">
      <div className={classes['health']}>
        <Charges />
        <Panel title="Cannot be billed">
          <Loaded result={parked} what="the parked auto orders">
            {(rows) => <Parked rows={rows} isCut={rows.length === rowsMax} />}
          </Loaded>
        </Panel>
        <Panel title="Charges without an answer">
          <Loaded result={charges} what="the charges">
            {(rows) => <InDoubt rows={rows} isCut={rows.length === rowsMax} />}
          </Loaded>
        </Panel>
        <ServerPanels />
        <AuditPanel />
      </div>
      <Outlet />
    </Page>
  );
}

function ServerPanels() {
  const isAllowed = useCan(['configuration_read']);
  const result = useQuery(healthQuery(isAllowed));
  if (!isAllowed) return null;
  return (
    <>
      <Panel title="What waits">
        <Loaded result={result} what="what waits">
          {(health) => <Queues health={health} />}
        </Loaded>
      </Panel>
      <Panel title="The server">
        <Loaded result={result} what="the versions">
          {(health) => <Running health={health} />}
        </Loaded>
      </Panel>
    </>
  );
}

function AuditPanel() {
  const result = useQuery(latestAuditQuery);
  const canStart = useCan(['auto_order_read']);
  const [error, setError] = useState<Error>();
  const { state } = result.data ?? {};
  const isOpen = state === 'waiting' || state === 'running';
  const start = () => {
    setError(undefined);
    startAudit().catch(setError);
  };
  return (
    <Panel
      title="Audit of the books"
      actions={
        canStart && (
          <Button size="compact-sm" variant="default" disabled={isOpen} onClick={start}>
            Start an audit
          </Button>
        )
      }
    >
      <Refusal error={error} />
      <Loaded result={result} what="the latest audit">
        {(audit) => <Audit audit={audit} />}
      </Loaded>
    </Panel>
  );
}
