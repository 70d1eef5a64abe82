import { Button, CloseButton, NativeSelect, Popover, TextInput } from '@mantine/core';
import { type FormEvent, memo, useState } from 'react';
import { useCommands } from '../shell/useCommands.ts';
import classes from './filterBar.module.css';
import { type JumpField, jumpKind } from './jump.ts';

interface JumpProps {
  readonly columns: readonly JumpField[];
  /** The sort of the list, with its direction; undefined: by number. */
  readonly sort: string | undefined;
  /** The value at which the list starts. */
  readonly from: string | undefined;
  readonly isFromEnd: boolean;
  onJump(sort: string | undefined, from: string | undefined): void;
}

/** A field that starts a list at a date or a letter. The rows before it stay reachable. */
export const JumpTo = memo(function JumpTo(props: JumpProps) {
  const { sort, from, isFromEnd, onJump } = props;
  const [isOpen, setOpen] = useState(false);
  useCommands({ 'list.jump': () => setOpen(true) });
  const place = isFromEnd ? 'At the end' : from && `From ${wordsOf(props, from)} on`;
  const button = (
    <Button variant="subtle" color="gray" size="compact-md" onClick={() => setOpen(!isOpen)}>
      {place ?? 'Jump to …'}
    </Button>
  );
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>{button}</Popover.Target>
      {place !== undefined && (
        <CloseButton
          size="sm"
          aria-label="Show the list from its beginning"
          onClick={() => onJump(sort, undefined)}
        />
      )}
      <Popover.Dropdown>
        <JumpForm
          {...props}
          onJump={(...place) => {
            setOpen(false);
            onJump(...place);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
});

function JumpForm({ columns, sort, from = '', onJump }: JumpProps) {
  const fields = [...new Set(columns.flatMap(({ sort: field }) => field ?? []))];
  const [field, setField] = useState(fieldOf(sort) ?? fields[0] ?? '');
  const valuesOf = (sort: string) => columns.find((column) => column.sort === sort)?.values;
  const values = valuesOf(field);
  const [value, setValue] = useState(from || (values?.[0]?.value ?? ''));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isSame = fieldOf(sort) === field;
    onJump(isSame ? sort : field, value.trim() === '' ? undefined : value.trim());
  };
  return (
    <form className={classes['jump']} onSubmit={submit}>
      <NativeSelect
        size="xs"
        label="In the order of"
        data={fields.map((each) => ({ value: each, label: labelOf(columns, each) }))}
        value={field}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          setField(chosen);
          setValue(valuesOf(chosen)?.[0]?.value ?? '');
        }}
      />
      {values ? (
        <NativeSelect
          size="xs"
          label="From"
          data={[...values]}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          size="xs"
          data-autofocus
          type={jumpKind(field)}
          label={jumpKind(field) === 'text' ? 'Begins with, or comes after' : 'From'}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
      )}
      <Button size="compact-md" type="submit">
        Jump
      </Button>
    </form>
  );
}

const fieldOf = (sort: string | undefined): string | undefined => sort?.replace(/^-/, '');

/** The value that a list begins at, in the words of the form. */
function wordsOf({ columns, sort }: JumpProps, from: string): string {
  const values = columns.find((column) => column.sort === fieldOf(sort))?.values;
  return values?.find(({ value }) => value === from)?.label ?? from;
}

const labelOf = (columns: JumpProps['columns'], field: string | undefined): string =>
  columns.find((column) => column.sort === field)?.label ?? 'Number';
