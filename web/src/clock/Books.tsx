import { Button } from '@mantine/core';
import type { BackgroundAudit } from '@perennial/contract/audit.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FindingLink } from '../found/FindingLink.tsx';
import { formatCount } from '../kit/money.ts';
import { Sentence } from '../kit/sentence.tsx';
import { NotShown } from '../kit/states.tsx';
import { useCan } from '../shell/session.tsx';
import classes from './clockSheet.module.css';
import { auditQuery, requestAudit } from './queries.ts';
import { closeClockSheet } from './sheet.ts';

/** Audits the books on request and shows the differences. */
export function Books() {
  const canRead = useCan(['auto_order_read']);
  const [auditId, setAuditId] = useState<string>();
  const request = useMutation({ mutationFn: requestAudit, onSuccess: setAuditId });
  const audit = useQuery({ ...auditQuery(auditId ?? ''), enabled: auditId !== undefined });
  if (!canRead) return null;
  const refused = request.error ?? audit.error;
  const isUnderWay = request.isPending || (auditId !== undefined && !audit.data?.ended_dts);
  return (
    <section aria-labelledby="books">
      <h3 id="books" className={classes['heading']}>
        The books
      </h3>
      {refused && <NotShown refused={refused} />}
      {audit.data && <Found audit={audit.data} />}
      {!audit.data && !refused && (
        <p>Every counter, date and total can be recomputed from the orders and charges.</p>
      )}
      <Button
        size="compact-md"
        variant="default"
        loading={isUnderWay && !refused}
        onClick={() => request.mutate()}
      >
        Check the books
      </Button>
    </section>
  );
}

const shownMax = 20;

function Found({ audit }: { readonly audit: BackgroundAudit }) {
  const { state, done_count: done = 0, total_count: total = 0, differences = [] } = audit;
  if (state === 'failed')
    return (
      <p role="alert">
        The check failed: <Sentence text={audit.failure_reason} />
      </p>
    );
  if (state !== 'done')
    return (
      <p role="status">
        {formatCount(done)} of {formatCount(total)} auto orders are recomputed.
      </p>
    );
  const count = audit.difference_count ?? differences.length;
  return (
    <>
      <p role="status">
        <strong>
          {formatCount(count)} {count === 1 ? 'difference' : 'differences'}
        </strong>{' '}
        in {formatCount(total)} auto orders and {formatCount(audit.order_count ?? 0)} orders.
      </p>
      {count > 0 && (
        <ul className={classes['skipped']}>
          {differences.slice(0, shownMax).map((found, index) => (
            // The findings of one audit never change their order.
            <li key={index}>
              {found.object_type} <FindingLink finding={found} onClick={closeClockSheet} />:{' '}
              {found.field} is {found.stored}, recomputed {found.recomputed}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
