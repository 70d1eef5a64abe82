import type { Health } from '@perennial/contract/screens.ts';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { SmallTable } from '../kit/smallTable.tsx';

/** The versions of the installation, and the server's failed background work. */
export function Running({ health }: { readonly health: Health }) {
  const { versions = {}, work_failures: failures = [] } = health;
  return (
    <>
      <Facts
        facts={[
          ['Perennial', versions.release],
          ['Node', versions.node],
          ['PostgreSQL', versions.postgresql],
          ['Database', versions.migration && `up to ${versions.migration}`],
        ]}
      />
      {failures.length === 0 ? (
        <p className="soft">No background work of this server process has failed.</p>
      ) : (
        <SmallTable
          what="Background work that failed"
          columns={[
            { label: 'Background work' },
            { label: 'Failed', isNumber: true },
            { label: 'Last' },
            { label: 'Error' },
          ]}
          rows={failures.map(({ worker = '', count = 0, last_dts, last_error }) => ({
            key: worker,
            cells: [
              worker,
              formatCount(count),
              <Moment at={last_dts} isReal />,
              <code>{last_error}</code>,
            ],
          }))}
        />
      )}
    </>
  );
}
