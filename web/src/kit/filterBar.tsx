import { Button, CloseButton, Menu, Popover, TextInput } from '@mantine/core';
import { memo, type ReactNode, useEffect, useRef, useState } from 'react';
import { useCommands } from '../shell/useCommands.ts';
import classes from './filterBar.module.css';
import { FilterEditor } from './filterEditor.tsx';
import { chipWords, type FilterState, type Filters } from './filters.ts';
import { Icon } from './icons.tsx';
import { useNow } from './now.ts';

type Value = string | readonly string[] | undefined;

/**
 * The filters of a list: its text, a chip for each filter that is set, and a menu that adds one.
 * `isTyping` distinguishes a series of changes while typing from single decisions.
 */
export function FilterBar({
  filters,
  state,
  hint,
  onChange,
  children,
}: {
  readonly filters: Filters;
  readonly state: FilterState;
  /** The names of the fields that the text is searched in. */
  readonly hint: string;
  onChange(name: string, value: Value, isTyping: boolean): void;
  /** The elements at the right: the count, the columns. */
  readonly children?: ReactNode;
}) {
  const [opened, setOpened] = useState<string>();
  const [isMenuOpen, setMenuOpen] = useState(false);
  useCommands({ 'list.filter': () => setMenuOpen(true) });
  const chosen = Object.keys(filters).filter(
    (name) => filters[name]!.kind !== 'text' && (state[name] !== undefined || opened === name),
  );
  return (
    <div className={classes['bar']} role="search">
      <TextFilter
        value={String(state['q'] ?? '')}
        hint={hint}
        onChange={(value) => onChange('q', value, true)}
      />
      {chosen.map((name) => (
        <Chip
          key={name}
          name={name}
          filters={filters}
          value={state[name]}
          isOpen={opened === name}
          onOpen={(isOpen) => setOpened(isOpen ? name : undefined)}
          onChange={(value) => onChange(name, value, false)}
        />
      ))}
      <AddFilter filters={filters} isOpen={isMenuOpen} onOpen={setMenuOpen} onAdd={setOpened} />
      <div className={classes['rest']}>{children}</div>
    </div>
  );
}

/** The menu that adds a filter. */
const AddFilter = memo(function AddFilter({
  filters,
  isOpen,
  onOpen,
  onAdd,
}: {
  readonly filters: Filters;
  readonly isOpen: boolean;
  onOpen(isOpen: boolean): void;
  onAdd(name: string): void;
}) {
  const addable = Object.entries(filters).filter(([, { kind }]) => kind !== 'text');
  if (addable.length === 0) return null;
  return (
    <Menu position="bottom-start" opened={isOpen} onChange={onOpen}>
      <Menu.Target>
        <Button variant="subtle" color="gray" leftSection={<Icon name="filter" size={16} />}>
          Filter
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {addable.map(([name, { label }]) => (
          <Menu.Item key={name} onClick={() => onAdd(name)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
});

const typingMs = 150;

/** The text is local while the person types, so that typing never waits for the list. */
function TextFilter({
  value,
  hint,
  onChange,
}: {
  readonly value: string;
  readonly hint: string;
  onChange(value: string): void;
}) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      onChange(typed);
    }, typingMs);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <TextInput
      className={classes['text'] ?? ''}
      type="search"
      aria-label={`Find by ${hint}`}
      placeholder={`Find by ${hint}`}
      leftSection={<Icon name="search" size={16} />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

function Chip({
  name,
  filters,
  value,
  isOpen,
  onOpen,
  onChange,
}: {
  readonly name: string;
  readonly filters: Filters;
  readonly value: Value;
  readonly isOpen: boolean;
  onOpen(isOpen: boolean): void;
  onChange(value: Value): void;
}) {
  const filter = filters[name]!;
  const now = useNow();
  const words = value === undefined ? filter.label : chipWords(filter, value, now);
  return (
    <Popover opened={isOpen} onChange={onOpen} position="bottom-start" trapFocus returnFocus>
      <span className={classes['chip']}>
        <Popover.Target>
          <button type="button" onClick={() => onOpen(!isOpen)}>
            {words}
          </button>
        </Popover.Target>
        <CloseButton
          size="sm"
          aria-label={`Remove the filter ${words}`}
          onClick={() => {
            onOpen(false);
            onChange(undefined);
          }}
        />
      </span>
      <Popover.Dropdown>
        <FilterEditor filter={filter} value={value} onChange={onChange} />
      </Popover.Dropdown>
    </Popover>
  );
}
