import type { ReactNode } from 'react';
import { Boundary, messageOf } from './boundary.tsx';
import classes from './smallTable.module.css';

/** A column of a small table. */
export interface SmallColumn {
  readonly label: string;
  readonly isNumber?: boolean;
}

/**
 * A table of some rows inside a panel. On a narrow screen each row becomes a block in which every
 * cell has its column's name.
 */
export function SmallTable({
  what,
  columns,
  rows,
  foot = [],
}: {
  /** The table's name for screen readers. */
  readonly what: string;
  readonly columns: readonly SmallColumn[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
  /** Totals: a name and a value each. */
  readonly foot?: readonly (readonly [string, ReactNode])[];
}) {
  return (
    <table className={classes['table']} aria-label={what}>
      <thead>
        <tr>
          {columns.map(({ label, isNumber }) => (
            <th key={label} scope="col" data-number={isNumber || undefined}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells }) => (
          <tr key={key}>
            <Boundary fallback={oddRow(columns.length)}>
              {columns.map(({ label, isNumber }, index) => (
                <td key={label} data-label={label} data-number={isNumber || undefined}>
                  <div>{cells[index]}</div>
                </td>
              ))}
            </Boundary>
          </tr>
        ))}
      </tbody>
      {foot.length > 0 && (
        <tfoot>
          {foot.map(([name, value]) => (
            <tr key={name}>
              <th scope="row" colSpan={columns.length - 1}>
                {name}
              </th>
              <td data-number="true">{value}</td>
            </tr>
          ))}
        </tfoot>
      )}
    </table>
  );
}

/** A row that cannot be drawn shows a message, and the others stay. */
const oddRow = (columns: number) => (error: unknown) => (
  <td colSpan={columns}>This row cannot be shown: {messageOf(error)}</td>
);
