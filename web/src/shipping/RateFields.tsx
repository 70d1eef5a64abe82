import { TextInput } from '@mantine/core';
import type { Draft } from '../kit/draft.ts';
import { rateFields, rateKey, rateRows } from './forms.ts';
import classes from './shipping.module.css';

/** The rates of a method, one row each; the empty row at the end adds one. */
export function RateFields({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  onChange(draft: Draft): void;
}) {
  return (
    <fieldset className={classes['rates']}>
      <legend>Rates</legend>
      <p className="soft">
        The first rate whose conditions the shipment meets applies. An empty condition is always
        met. Empty a row to remove it.
      </p>
      {[...Array(rateRows(draft)).keys()].map((row) => (
        <div key={row} className={classes['rate']}>
          {rateFields.map(({ key, label }) => (
            <TextInput
              key={key}
              label={label}
              aria-label={`${label}, rate ${row + 1}`}
              size="xs"
              autoComplete="off"
              value={draft[rateKey(row, key)] ?? ''}
              {...(key === 'countries' ? { placeholder: 'US, CA' } : { inputMode: 'decimal' })}
              onChange={(event) =>
                onChange({ ...draft, [rateKey(row, key)]: event.currentTarget.value })
              }
            />
          ))}
        </div>
      ))}
    </fieldset>
  );
}
