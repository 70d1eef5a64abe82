import type { Draft } from '../kit/draft.ts';
import { isOn, toggled } from './forms.ts';
import classes from './people.module.css';

/** A choice in a list of checkboxes. */
export interface Choice {
  readonly key: string;
  readonly label: string;
  /** The reason why it cannot be checked. */
  readonly locked?: string | undefined;
}

/** Checkboxes of one kind, such as the groups of a user. */
export function Checks({
  legend,
  choices,
  draft,
  onChange,
}: {
  readonly legend: string;
  readonly choices: readonly Choice[];
  readonly draft: Draft;
  onChange(draft: Draft): void;
}) {
  return (
    <fieldset className={classes['group']}>
      <legend className={classes['legend']}>{legend}</legend>
      {choices.length === 0 && <p className="soft">None exist yet.</p>}
      <div className={classes['checks']}>
        {choices.map(({ key, label, locked }) => {
          const isLocked = locked !== undefined && !isOn(draft, key);
          return (
            <label key={key} className={classes['check']} title={isLocked ? locked : undefined}>
              <input
                type="checkbox"
                checked={isOn(draft, key)}
                disabled={isLocked}
                onChange={() => onChange(toggled(draft, key))}
              />
              {label}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
