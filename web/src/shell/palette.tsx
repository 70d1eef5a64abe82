import { Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { Icon } from '../kit/icons.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { createStore, useStore } from '../kit/store.ts';
import { viewLines } from '../savedViews/palette.ts';
import { savedSearchesQuery } from '../savedViews/queries.ts';
import { commandOf, matchingCommands } from './commands.ts';
import { foundLines } from './found.ts';
import { keysOf } from './keyChoices.ts';
import { keyWords } from './keys.ts';
import { isMac, Keys } from './keysShown.tsx';
import classes from './palette.module.css';
import { preferences } from './preferences.ts';
import { recents, remember } from './recents.ts';
import { anythingQuery } from './searchQueries.ts';
import { useCan, useSession } from './session.tsx';
import { typedReaders } from './typed.ts';
import { running } from './useCommands.ts';

/**
 * Whether the palette is open, and what it shows first: everything, or only this page's commands.
 */
export const paletteOpen = createStore<'closed' | 'all' | 'here'>('closed');

/** One line of the palette. */
interface Entry {
  readonly id: string;
  readonly words: string;
  readonly keys?: string | undefined;
  readonly group: string;
  run(): void;
}

/** The commands that can be run now. */
export function Palette() {
  const open = useStore(paletteOpen);
  const close = () => paletteOpen.set('closed');
  return (
    <Modal
      opened={open !== 'closed'}
      onClose={close}
      withCloseButton={false}
      padding={0}
      size={600}
      yOffset="12vh"
      centered={false}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
    >
      <PaletteBody isHere={open === 'here'} onClose={close} />
    </Modal>
  );
}

function PaletteBody({ isHere, onClose }: { readonly isHere: boolean; onClose(): void }) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const entries = useEntries(typed, isHere);
  const index = Math.min(at, entries.length - 1);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    // Runs after the dialog has returned the focus, because the command may move it.
    requestAnimationFrame(() => entry.run());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter') run(entries[index]);
    else if (step === undefined) return;
    else setAt((index + step + entries.length) % Math.max(entries.length, 1));
    event.preventDefault();
  };
  return (
    <div className={classes['palette']}>
      <div className={classes['entry']}>
        <Icon name="search" />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={entries[index] && `${listId}-${index}`}
          aria-label="Search or type a command"
          placeholder={
            isHere ? 'What to do here …' : 'An id, an email, a name, a command, or +1mo …'
          }
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {/* The focus stays in the field; screen readers follow aria-activedescendant. */}
      <ul id={listId} role="listbox" aria-label="Results" className={classes['results']}>
        {entries.map((entry, each) => (
          <Row
            key={entry.id}
            entry={entry}
            id={`${listId}-${each}`}
            heading={entry.group !== entries[each - 1]?.group}
            isCurrent={each === index}
            onRun={() => run(entry)}
          />
        ))}
      </ul>
      {entries.length === 0 && <p className={classes['none']}>Nothing matches “{typed}”.</p>}
    </div>
  );
}

function Row({
  entry: { words, keys, group },
  id,
  heading,
  isCurrent,
  onRun,
}: {
  readonly entry: Entry;
  readonly id: string;
  readonly heading: boolean;
  readonly isCurrent: boolean;
  onRun(): void;
}) {
  return (
    <>
      {heading && (
        <li role="presentation" className={classes['group']}>
          {group}
        </li>
      )}
      <li
        id={id}
        role="option"
        aria-selected={isCurrent}
        className={classes['row']}
        ref={(node) => {
          if (isCurrent) node?.scrollIntoView({ block: 'nearest' });
        }}
        onPointerDown={(event) => event.preventDefault()}
        onClick={onRun}
      >
        <span>{words}</span>
        {keys && <Keys words={keyWords(keys, isMac)} />}
      </li>
    </>
  );
}

/** Lists typed actions, this page's commands, places to go, views, search results, and the rest. */
function useEntries(typed: string, isHere: boolean): Entry[] {
  const now = useStore(running);
  const readers = useStore(typedReaders);
  const found = useFoundEntries(isHere ? '' : typed);
  const views = useViewEntries(typed);
  const chosen = useStore(preferences, ({ keyChoices }) => keyChoices);
  const specs = useMemo(
    () =>
      [...now.keys()]
        .map(commandOf)
        .filter(({ id, place }) => !hidden.has(id) && (!isHere || place !== 'anywhere')),
    [now, isHere],
  );
  const matching = matchingCommands(specs, typed).map((spec) => ({
    id: spec.id,
    words: spec.words,
    keys: keysOf(spec, chosen),
    group: groupOf(spec.place, spec.id),
    run: () => now.get(spec.id as never)?.(),
  }));
  const read = [...readers].flatMap(([name, reader]) => {
    const action = typed === '' ? undefined : reader(typed);
    return action === undefined ? [] : [{ ...action, id: `typed ${name}`, group: 'Here' }];
  });
  const inGroup = (group: string) => matching.filter((entry) => entry.group === group);
  return [
    ...read,
    ...inGroup('Here'),
    ...inGroup('Go to'),
    ...(isHere ? [] : views),
    ...found,
    ...inGroup('Everywhere'),
  ];
}

/** The saved views of all lists. */
function useViewEntries(typed: string): Entry[] {
  const isAllowed = useCan(['auto_order_read', 'order_read', 'customer_read', 'workflow_read']);
  const { data = [] } = useQuery({ ...savedSearchesQuery, enabled: isAllowed });
  const { user } = useSession();
  const navigate = useNavigate();
  return viewLines(data, user.id, typed).map(({ path, state, ...line }) => ({
    ...line,
    group: 'Saved views',
    run: () => void navigate({ to: path, search: routeSearch(state) }),
  }));
}

const typingMs = 80;

/** Search results by type; without a text, the records that were opened from here before. */
function useFoundEntries(typed: string): Entry[] {
  const [settled] = useDebouncedValue(typed.trim(), typingMs);
  const { data = [] } = useQuery(anythingQuery(settled.length > 1 ? settled.slice(0, 100) : ''));
  const opened = useStore(recents);
  const navigate = useNavigate();
  const lines =
    typed.trim() === ''
      ? opened.map((line) => ({ ...line, group: 'Recent' }))
      : foundLines(settled.length > 1 ? data : []);
  return lines.map((line) => ({
    ...line,
    run: () => {
      remember(line);
      void navigate({ href: line.url });
    },
  }));
}

const hidden = new Set(['palette', 'search', 'actions', 'list.next', 'list.previous']);

function groupOf(place: string, id: string): string {
  if (place !== 'anywhere') return 'Here';
  return id.startsWith('go.') ? 'Go to' : 'Everywhere';
}
