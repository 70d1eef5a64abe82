import type { BackgroundAudit } from '@perennial/contract/audit.ts';
import { FindingLink } from '../found/FindingLink.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import classes from './health.module.css';

/** The latest audit: its progress, and the stored figures that differ from the books. */
export function Audit({ audit }: { readonly audit: BackgroundAudit | null }) {
  if (audit === null)
    return (
      <p className="soft">
        No audit yet. It recomputes every counter and value from the orders, in the background.
      </p>
    );
  const { state, done_count: done = 0, total_count: total = 0 } = audit;
  if (state === 'waiting' || state === 'running')
    return (
      <div role="status">
        <progress
          className={classes['progress']}
          value={done}
          max={Math.max(total, 1)}
          aria-label="Auto orders that were recomputed"
        />
        <p>
          {formatCount(done)} of {formatCount(total)} auto orders
        </p>
      </div>
    );
  if (state === 'failed') return <Status tone="bad">Failed: {audit.failure_reason}</Status>;
  return <Outcome audit={audit} />;
}

function Outcome({ audit }: { readonly audit: BackgroundAudit }) {
  const { difference_count: count = 0, differences = [] } = audit;
  return (
    <>
      <p>
        <Status tone={count === 0 ? 'good' : 'bad'}>
          {count === 0 ? 'No differences' : `${formatCount(count)} differences`}
        </Status>{' '}
        <span className="soft">
          in {formatCount(audit.total_count ?? 0)} auto orders,{' '}
          {formatCount(audit.order_count ?? 0)} orders and {formatCount(audit.attempt_count ?? 0)}{' '}
          charges, done <Moment at={audit.ended_dts} isReal />
        </span>
      </p>
      {differences.length > 0 && (
        <SmallTable
          what="Differences"
          columns={[
            { label: 'What' },
            { label: 'Of' },
            { label: 'Field' },
            { label: 'Stored' },
            { label: 'Recomputed' },
          ]}
          rows={differences.map((difference, index) => ({
            key: String(index),
            cells: [
              difference.object_type,
              <FindingLink finding={difference} />,
              <code>{difference.field}</code>,
              difference.stored,
              difference.recomputed,
            ],
          }))}
        />
      )}
    </>
  );
}
