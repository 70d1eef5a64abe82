import { Button } from '@mantine/core';
import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ObjectLink } from '../found/ObjectLink.tsx';
import { typeAndId } from '../found/objectPage.ts';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Panel } from '../kit/panel.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { latestDeliveriesQuery, replay } from './queries.ts';
import { replayOf, resultOf } from './state.ts';
import classes from './webhooks.module.css';

/** The latest attempts of a webhook, newest first; each delivery can be sent again. */
export function Deliveries({ oid }: { readonly oid: number }) {
  const result = useQuery(latestDeliveriesQuery(oid));
  return (
    <Panel title="Latest deliveries" actions={<AllOfThem oid={oid} />}>
      <Loaded result={result} what="the deliveries" rows={8}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="soft">Nothing has been delivered yet.</p>
          ) : (
            <DeliveryTable oid={oid} rows={rows} />
          )
        }
      </Loaded>
    </Panel>
  );
}

/** A link to the list of all deliveries of the webhook, or of the failed ones. */
function AllOfThem({ oid }: { readonly oid: number }) {
  const webhook = String(oid);
  return (
    <nav className={classes['filter']} aria-label="Lists of deliveries">
      <Link to={paths.deliveries} search={routeSearch({ webhook })}>
        All
      </Link>
      <Link to={paths.deliveries} search={routeSearch({ webhook, state: ['failed', 'waiting'] })}>
        Failed
      </Link>
    </nav>
  );
}

function DeliveryTable({
  oid,
  rows,
}: {
  readonly oid: number;
  readonly rows: readonly WebhookDelivery[];
}) {
  const canReplay = useCan(['configuration_write']);
  return (
    <>
      <SmallTable
        what="Deliveries"
        columns={[
          { label: 'When' },
          { label: 'Result' },
          { label: 'Events' },
          { label: 'About' },
          ...(canReplay ? [{ label: 'Action' }] : []),
        ]}
        rows={rows.map((row) => ({
          key: row.request_id ?? '',
          cells: [
            <Moment at={row.delivery_dts} isReal />,
            <Result row={row} />,
            <code>{[...new Set(row.event_names)].join(', ')}</code>,
            <About objects={row.objects ?? []} />,
            <Again oid={oid} row={row} rows={rows} />,
          ],
        }))}
      />
      {canReplay && (
        <p className={`soft ${classes['footnote']}`}>
          A delivery that is sent again keeps its webhook-id, so a receiver that already has it can
          ignore it. Sending cannot be undone.
        </p>
      )}
    </>
  );
}

/** The result of an attempt, and the time of the next one. */
export function Result({ row }: { readonly row: WebhookDelivery }) {
  const { tone, words, why } = resultOf(row);
  return (
    <>
      <Status tone={tone}>{words}</Status>
      {why && <div className={classes['why']}>{why}</div>}
      <div className={classes['why']}>
        try {row.attempt}, {row.duration_ms ?? 0} ms
      </div>
      {row.next_try_dts !== undefined && (
        <div className={classes['why']}>
          next try <Moment at={row.next_try_dts} isReal />
        </div>
      )}
    </>
  );
}

/** The objects of the events, the first three. */
export function About({ objects }: { readonly objects: readonly string[] }) {
  const shown = [...new Set(objects)].slice(0, 3);
  const more = new Set(objects).size - shown.length;
  return (
    <>
      {shown.map((object) => (
        <div key={object}>
          <ObjectLink {...typeAndId(object)}>{object}</ObjectLink>
        </div>
      ))}
      {more > 0 && <div className="soft">and {more} more</div>}
    </>
  );
}

/** A button that sends a delivery again; hidden if there is a later attempt. */
export function Again({
  oid,
  row,
  rows,
}: {
  readonly oid: number;
  readonly row: WebhookDelivery;
  readonly rows: readonly WebhookDelivery[];
}) {
  const kind = replayOf(row, rows);
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const decision = useDecision();
  if (kind === undefined) return null;
  async function send() {
    setBusy(true);
    setError(undefined);
    try {
      await replay(oid, row.delivery_id ?? '', decision.key());
      decision.end();
      toast({ text: 'The delivery is sent again.' });
    } catch (failed) {
      decision.end(failed);
      setError(failed as Error);
    }
    setBusy(false);
  }
  return (
    <>
      <Button size="compact-sm" variant="default" loading={isBusy} onClick={() => void send()}>
        {kind === 'replay' ? 'Replay' : 'Try now'}
      </Button>
      <Refusal error={error} />
    </>
  );
}
