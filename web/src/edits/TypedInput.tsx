import { TextInput } from '@mantine/core';
import { ItemInput } from '../itemInput/ItemInput.tsx';
import classes from './edits.module.css';
import { type Field, faultOf } from './form.ts';

/** A text field of one line that shows when its text is invalid. */
export function TypedInput({
  field,
  value,
  onChange,
}: {
  readonly field: Field;
  readonly value: string;
  onChange(text: string): void;
}) {
  if (field.kind === 'item') return <ItemInput field={field} value={value} onChange={onChange} />;
  return (
    <TextInput
      {...common(field)}
      value={value}
      error={faultOf(field.kind, value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The properties of a field for every kind of input. */
export function common(field: Field) {
  const { kind, label, hint, autoComplete, isRequired = false, isWide = false } = field;
  return {
    label,
    description: hint,
    autoComplete: autoComplete ?? 'off',
    required: isRequired,
    withAsterisk: false,
    ...(isWide && { className: classes['wide'] ?? '' }),
    ...(kind === 'count' && { inputMode: 'numeric' as const }),
    ...((kind === 'decimal' || kind === 'amount') && { inputMode: 'decimal' as const }),
  };
}
