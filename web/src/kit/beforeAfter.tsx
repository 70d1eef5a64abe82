import type { ReactNode } from 'react';
import classes from './beforeAfter.module.css';

/** One line of a comparison, such as a rebill by its date. */
export interface ComparedLine {
  readonly name: ReactNode;
  readonly before: ReactNode;
  readonly after: ReactNode;
  readonly isChanged: boolean;
}

/** The states before and after the change; changed lines are also marked by a word. */
export function BeforeAfter({
  what,
  lines,
  difference,
}: {
  /** The caption that names the comparison. */
  readonly what: string;
  readonly lines: readonly ComparedLine[];
  /** The total difference in one sentence, for example as an amount. */
  readonly difference?: ReactNode;
}) {
  return (
    <div className={classes['wrap']}>
      <table className={classes['table']}>
        <caption>{what}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">Now</th>
            <th scope="col">After the change</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, before, after, isChanged }, index) => (
            // The lines of a comparison never change their order.
            <tr key={index} data-changed={isChanged || undefined}>
              <th scope="row">{name}</th>
              <td>{before}</td>
              <td>
                {after}
                {isChanged && <span className="visually-hidden"> (changed)</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {difference && <p className={classes['difference']}>{difference}</p>}
    </div>
  );
}
