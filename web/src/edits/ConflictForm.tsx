import { useShown } from '../autoOrder/useShown.ts';
import { type ConflictField, keyOf } from './conflict.ts';
import classes from './edits.module.css';
import { fieldWords, valueWords } from './fieldWords.ts';
import type { Base } from './queries.ts';

/**
 * Compares the auto order at the start of the edit, its current state, and the person's changes,
 * with a choice for each changed field. `left` has the keys of the fields that keep their current
 * values.
 */
export function ConflictForm({
  base,
  fields,
  left,
  onChoose,
}: {
  /** The current auto order. */
  readonly base: Base;
  readonly fields: readonly ConflictField[];
  readonly left: ReadonlySet<string>;
  onChoose(key: string, isMine: boolean): void;
}) {
  return (
    <div>
      <p className={classes['note']} role="alert">
        It was changed while you worked on it. Your changes are not saved yet: choose for each
        field.
      </p>
      <div className={classes['scroll']}>
        <table className={classes['conflict']}>
          <caption className="visually-hidden">Fields that changed</caption>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Was</th>
              <th scope="col">Theirs, saved</th>
              <th scope="col">Mine</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <ConflictRow
                key={keyOf(field)}
                name={fieldWords(base.order, field)}
                field={field}
                isLeft={left.has(keyOf(field))}
                onChoose={(isMine) => onChoose(keyOf(field), isMine)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function ConflictRow({
  name,
  field,
  isLeft,
  onChoose,
}: {
  readonly name: string;
  readonly field: ConflictField;
  readonly isLeft: boolean;
  onChoose(isMine: boolean): void;
}) {
  const shown = useShown();
  const isMine = 'mine' in field;
  const choice = (words: string, mine: boolean) =>
    isMine ? (
      <label className={classes['choice']}>
        <input
          type="radio"
          name={keyOf(field)}
          checked={isLeft !== mine}
          onChange={() => onChoose(mine)}
        />
        {words}
      </label>
    ) : (
      words
    );
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{valueWords(field.was, shown)}</td>
      <td>{choice(valueWords(field.theirs, shown), false)}</td>
      <td>{isMine ? choice(valueWords(field.mine, shown), true) : 'not changed'}</td>
    </tr>
  );
}
