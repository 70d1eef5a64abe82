import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { adjustmentsQuery } from './queries.ts';

/** The latest adjustments of an item's stock: time, quantity, reason and person. */
export function Adjustments({ oid, shown }: { readonly oid: string; readonly shown: number }) {
  const result = useQuery(adjustmentsQuery(oid));
  return (
    <Loaded result={result} what="the adjustments">
      {(rows) =>
        rows.length === 0 ? (
          <p className="soft">It was never adjusted.</p>
        ) : (
          <SmallTable
            what="Adjustments of the stock"
            columns={[
              { label: 'When' },
              { label: 'Center' },
              { label: 'Change', isNumber: true },
              { label: 'Then', isNumber: true },
              { label: 'Reason' },
              { label: 'By' },
            ]}
            rows={rows.slice(0, shown).map((row) => ({
              key: String(row.adjustment_oid),
              cells: [
                <Moment at={row.adjusted_dts} />,
                row.distribution_center_code,
                signed(row.change ?? 0),
                row.level_after,
                row.reason,
                row.adjusted_by,
              ],
            }))}
          />
        )
      }
    </Loaded>
  );
}

const signed = (change: number): string => (change > 0 ? `+${change}` : `−${-change}`);
