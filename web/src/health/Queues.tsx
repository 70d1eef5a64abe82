import type { Health } from '@perennial/contract/screens.ts';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { queueRows, spanWords } from './words.ts';

/** The waiting work with its age, and the gateways that get no charges. */
export function Queues({ health }: { readonly health: Health }) {
  const rows = queueRows(health);
  const { resting_gateways: resting = [] } = health;
  return (
    <>
      {rows.length === 0 ? (
        <p className="soft">Nothing waits.</p>
      ) : (
        <SmallTable
          what="What waits"
          columns={[
            { label: 'What' },
            { label: 'Waiting', isNumber: true },
            { label: 'The oldest since' },
            { label: 'Note' },
          ]}
          rows={rows.map(({ what, count, seconds, note }) => ({
            key: what,
            cells: [
              what,
              formatCount(count),
              spanWords(seconds),
              note ? <Status tone={note.tone}>{note.words}</Status> : '–',
            ],
          }))}
        />
      )}
      {resting.length > 0 && (
        <SmallTable
          what="Resting gateways"
          columns={[{ label: 'Gateway' }, { label: 'Since' }, { label: 'Until' }, { label: 'Why' }]}
          rows={resting.map(({ code = '', since_dts, until_dts, reason }) => ({
            key: code,
            cells: [
              <code>{code}</code>,
              <Moment at={since_dts} />,
              <Moment at={until_dts} />,
              reason,
            ],
          }))}
        />
      )}
    </>
  );
}
