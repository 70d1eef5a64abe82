import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { movedDay } from '../kit/days.ts';
import { Icon } from '../kit/icons.tsx';
import { useFocusedFirst } from '../kit/useFocusedFirst.ts';
import classes from './edits.module.css';
import { type Field, type Row, rowsOf, type Values } from './form.ts';
import { common, TypedInput } from './TypedInput.tsx';

/** Changes one value of a form. */
export type SetValue = (name: string, value: Values[string]) => void;

/** The fields of a form; each group has a frame. */
export function FieldsForm({
  fields,
  values,
  onChange,
}: {
  readonly fields: readonly Field[];
  readonly values: Values;
  readonly onChange: SetValue;
}) {
  const groups = [...new Set(fields.map(({ group }) => group))];
  const form = useFocusedFirst<HTMLDivElement>();
  const frames = groups.map((group) => {
    const inner = (
      <div className={classes['fields']}>
        {fields
          .filter((field) => field.group === group)
          .map((field) => (
            <FieldInput key={field.name} field={field} values={values} onChange={onChange} />
          ))}
      </div>
    );
    return group === undefined ? (
      <div key="">{inner}</div>
    ) : (
      <fieldset key={group} className={classes['group']}>
        <legend>{group}</legend>
        {inner}
      </fieldset>
    );
  });
  return (
    <div ref={form} className={classes['form']}>
      {frames}
    </div>
  );
}

interface InputProps {
  readonly field: Field;
  readonly values: Values;
  readonly onChange: SetValue;
}

function FieldInput(props: InputProps) {
  const { field, values, onChange } = props;
  switch (field.kind) {
    case 'flag':
      return (
        <Checkbox
          className={classes['wide'] ?? ''}
          label={field.label}
          checked={values[field.name] === true}
          onChange={(event) => onChange(field.name, event.currentTarget.checked)}
        />
      );
    case 'choice':
      return <ChoiceInput {...props} />;
    case 'date':
      return <DateInput {...props} />;
    case 'rows':
      return <RowsInput {...props} />;
    default:
      return (
        <TypedInput
          field={field}
          value={String(values[field.name] ?? '')}
          onChange={(text) => onChange(field.name, text)}
        />
      );
  }
}

function ChoiceInput({ field, values, onChange }: InputProps) {
  const value = String(values[field.name] ?? '');
  const choices = field.choices ?? [];
  const isListed = choices.some((choice) => choice.value === value);
  return (
    <NativeSelect
      {...common(field)}
      data={[...(isListed ? [] : [{ value, label: value || 'Choose …' }]), ...choices]}
      value={value}
      onChange={(event) => onChange(field.name, event.currentTarget.value)}
    />
  );
}

const quickMoves = [
  ['+1 week', { days: 7 }],
  ['+2 weeks', { days: 14 }],
  ['+1 month', { months: 1 }],
] as const;

/** A date field with buttons for the most frequent moves. */
function DateInput({ field, values, onChange }: InputProps) {
  const value = String(values[field.name] ?? '');
  return (
    <div>
      <TextInput
        type="date"
        {...common(field)}
        value={value}
        onChange={(event) => onChange(field.name, event.currentTarget.value)}
      />
      {value !== '' && (
        <div className={classes['quick']}>
          {quickMoves.map(([words, by]) => (
            <Button
              key={words}
              size="compact-xs"
              variant="default"
              aria-label={`${field.label}, ${words}`}
              onClick={() => onChange(field.name, movedDay(value, by))}
            >
              {words}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

function RowsInput({ field, values, onChange }: InputProps) {
  const rows = rowsOf(values, field.name);
  const set = (index: number, row: Row) =>
    onChange(
      field.name,
      rows.map((each, at) => (at === index ? row : each)),
    );
  const columns = field.columns ?? [];
  const blank = Object.fromEntries(columns.map(({ name }) => [name, '']));
  return (
    <div className={classes['wide']}>
      {field.hint && <p className="soft">{field.hint}</p>}
      {rows.map((row, index) => (
        <RowInput
          // A row has no name, so its position identifies it.
          key={index}
          name={`${field.label} ${index + 1}`}
          row={row}
          columns={columns}
          onChange={(next) => set(index, next)}
        >
          <Button
            variant="default"
            onClick={() =>
              onChange(
                field.name,
                rows.filter((_, at) => at !== index),
              )
            }
          >
            Remove
          </Button>
        </RowInput>
      ))}
      <Button
        mt="sm"
        variant="default"
        leftSection={<Icon name="plus" size={16} />}
        onClick={() => onChange(field.name, [...rows, blank])}
      >
        {field.adds}
      </Button>
    </div>
  );
}

function RowInput({
  name,
  row,
  columns,
  onChange,
  children,
}: {
  readonly name: string;
  readonly row: Row;
  readonly columns: readonly Field[];
  onChange(row: Row): void;
  readonly children: ReactNode;
}) {
  return (
    <fieldset className={classes['row']} style={{ border: 0, margin: 0 }}>
      <legend className="visually-hidden">{name}</legend>
      {columns.map((column) => (
        <TypedInput
          key={column.name}
          field={column}
          value={row[column.name] ?? ''}
          onChange={(text) => onChange({ ...row, [column.name]: text })}
        />
      ))}
      {children}
    </fieldset>
  );
}
