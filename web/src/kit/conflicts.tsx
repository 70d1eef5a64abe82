import { SegmentedControl } from '@mantine/core';
import classes from './beforeAfter.module.css';

/** A field that two people changed. */
export interface ConflictShown {
  readonly key: string;
  readonly label: string;
  readonly was: string;
  readonly theirs: string;
  readonly mine: string;
}

/**
 * Shows the earlier value, the colleague's value and the form's value; the person chooses for each
 * field.
 */
export function Conflicts({
  conflicts,
  chosen,
  onChoose,
}: {
  readonly conflicts: readonly ConflictShown[];
  /** The keys of the fields where the form's value wins. */
  readonly chosen: ReadonlySet<string>;
  onChoose(key: string, isMine: boolean): void;
}) {
  return (
    <div role="alert">
      <p>A colleague changed this since you opened it. Choose what to keep, then save again.</p>
      {conflicts.map(({ key, label, was, theirs, mine }) => (
        <div key={key} style={{ marginBottom: 12 }}>
          <table className={classes['table']} aria-label={label}>
            <tbody>
              <tr>
                <th scope="row">{label} was</th>
                <td>{was || '(empty)'}</td>
              </tr>
              <tr>
                <th scope="row">Theirs</th>
                <td>{theirs || '(empty)'}</td>
              </tr>
              <tr>
                <th scope="row">Mine</th>
                <td>{mine || '(empty)'}</td>
              </tr>
            </tbody>
          </table>
          <SegmentedControl
            aria-label={`Keep for ${label}`}
            value={chosen.has(key) ? 'mine' : 'theirs'}
            onChange={(value) => onChoose(key, value === 'mine')}
            data={[
              { value: 'theirs', label: 'Keep theirs' },
              { value: 'mine', label: 'Keep mine' },
            ]}
          />
        </div>
      ))}
    </div>
  );
}
