import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { ItemInput } from '../itemInput/ItemInput.tsx';
import type { Draft } from './draft.ts';
import type { DraftField } from './draftSpecs.ts';
import form from './form.module.css';

/** The fields of a form, described by a table. */
export function DraftFields({
  fields,
  draft,
  onChange,
}: {
  readonly fields: readonly DraftField[];
  readonly draft: Draft;
  onChange(draft: Draft): void;
}) {
  return (
    <div className={form['fields']}>
      {fields.map((field) => (
        <OneField
          key={field.key}
          field={field}
          value={draft[field.key] ?? ''}
          onChange={(value) => onChange({ ...draft, [field.key]: value })}
        />
      ))}
    </div>
  );
}

function OneField({
  field,
  value,
  onChange,
}: {
  readonly field: DraftField;
  readonly value: string;
  onChange(value: string): void;
}) {
  const { label, kind = 'text', hint, max, isRequired = false, choices = [] } = field;
  const common = {
    label,
    value,
    description: hint,
    required: isRequired,
    withAsterisk: false,
    autoComplete: 'off',
  };
  if (kind === 'check')
    return (
      <Checkbox
        label={label}
        description={hint}
        checked={value === 'yes'}
        onChange={(event) => onChange(event.currentTarget.checked ? 'yes' : 'no')}
      />
    );
  if (kind === 'choice')
    return (
      <NativeSelect
        {...common}
        data={[...choices]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  if (kind === 'item') return <ItemInput field={field} value={value} onChange={onChange} />;
  if (kind === 'lines')
    return (
      <Textarea
        {...common}
        className={form['wide'] ?? ''}
        autosize
        minRows={2}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      {...common}
      {...(max !== undefined && { maxLength: max })}
      {...(kind === 'amount' && { inputMode: 'decimal' as const })}
      {...(kind === 'whole' && { inputMode: 'numeric' as const })}
      {...(kind === 'moment' && { type: 'datetime-local' })}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
