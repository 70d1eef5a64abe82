import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import classes from './filterBar.module.css';
import { type Filter, parseRange } from './filters.ts';
import { listOf } from './urlCodec.ts';

type Value = string | readonly string[] | undefined;

/** The fields of one filter. Each change takes effect at once. */
export function FilterEditor({
  filter,
  value,
  onChange,
}: {
  readonly filter: Filter;
  readonly value: Value;
  onChange(value: Value): void;
}) {
  switch (filter.kind) {
    case 'choice':
      return <Choices filter={filter} chosen={listOf(value)} onChange={onChange} />;
    case 'range':
      return <Range label={filter.label} value={String(value ?? '')} onChange={onChange} />;
    case 'day':
      return (
        <TextInput
          type="date"
          size="xs"
          label={filter.label}
          value={String(value ?? '')}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <Typed
          label={filter.label}
          hint={filter.hint}
          value={listOf(value).join(', ')}
          onChange={(text) =>
            onChange(filter.kind === 'values' ? text.split(/\s*,\s*/).filter(Boolean) : text)
          }
        />
      );
  }
}

/** From this number of choices on, they can be searched. */
const searchedFrom = 9;

function Choices({
  filter: { label, choices, isOne },
  chosen,
  onChange,
}: {
  readonly filter: Extract<Filter, { readonly kind: 'choice' }>;
  readonly chosen: readonly string[];
  onChange(value: readonly string[]): void;
}) {
  const [typed, setTyped] = useState('');
  const shown = choices.filter((choice) =>
    choice.label.toLowerCase().includes(typed.trim().toLowerCase()),
  );
  return (
    <fieldset className={classes['choices']}>
      <legend>{label}</legend>
      {choices.length >= searchedFrom && (
        <TextInput
          size="xs"
          aria-label={`Search in ${label}`}
          placeholder="Search"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {shown.map((choice) => (
        <Checkbox
          key={choice.value}
          size="xs"
          label={choice.label}
          checked={chosen.includes(choice.value)}
          onChange={({ currentTarget: { checked } }) =>
            onChange([
              ...(isOne ? [] : chosen.filter((each) => each !== choice.value)),
              ...(checked ? [choice.value] : []),
            ])
          }
        />
      ))}
      {shown.length === 0 && <p className="soft">Nothing matches.</p>}
    </fieldset>
  );
}

/** A range of two days, both included. Either may stay empty. */
function Range({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}) {
  const [from, setFrom] = useState(parseRange(value)?.from ?? '');
  const [to, setTo] = useState(parseRange(value)?.to ?? '');
  const isBackwards = from !== '' && to !== '' && to < from;
  const set = (nextFrom: string, nextTo: string) => {
    setFrom(nextFrom);
    setTo(nextTo);
    onChange(nextFrom === '' && nextTo === '' ? '' : `${nextFrom}..${nextTo}`);
  };
  return (
    <fieldset className={classes['range']}>
      <legend>{label}</legend>
      <TextInput
        type="date"
        size="xs"
        label="First day"
        value={from}
        onChange={(event) => set(event.currentTarget.value, to)}
      />
      <TextInput
        type="date"
        size="xs"
        label="Last day"
        value={to}
        error={isBackwards && 'This is before the first day.'}
        onChange={(event) => set(from, event.currentTarget.value)}
      />
    </fieldset>
  );
}

/** A text that takes effect on Enter or when the field loses focus. */
function Typed({
  label,
  hint,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  onChange(value: string): void;
}) {
  const [typed, setTyped] = useState(value);
  return (
    <TextInput
      size="xs"
      label={label}
      description={hint}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => onChange(typed)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(typed);
      }}
    />
  );
}
