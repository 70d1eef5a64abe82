import { Button, Modal, Switch, TextInput } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { useStore } from '../kit/store.ts';
import type { CommandSpec } from '../shell/commandSpec.ts';
import { commands, matchingCommands } from '../shell/commands.ts';
import { keysFault, keysOf, withKeys, withPress } from '../shell/keyChoices.ts';
import { keyWords } from '../shell/keys.ts';
import { isMac, Keys } from '../shell/keysShown.tsx';
import { preferences } from '../shell/preferences.ts';
import { useSession } from '../shell/session.tsx';
import classes from './me.module.css';

/** The keys of all commands that the person may run, and the choice of other keys. */
export function KeysSection() {
  const { keys, keyChoices } = useStore(preferences);
  const [open, setOpen] = useState<CommandSpec>();
  return (
    <section className={`panel ${classes['section']}`} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <Switch
        label="Single keys run commands"
        description="For example j, k and x in a list. Keys with Ctrl or ⌘ work in any case."
        checked={keys}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          preferences.update((before) => ({ ...before, keys: checked }));
        }}
      />
      <CommandList onOpen={setOpen} />
      {Object.keys(keyChoices).length > 0 && (
        <Button variant="default" onClick={() => choose({})}>
          Restore the usual keys
        </Button>
      )}
      <Modal opened={open !== undefined} onClose={() => setOpen(undefined)} title={open?.words}>
        {open && <ChooseKeys key={open.id} spec={open} onDone={() => setOpen(undefined)} />}
      </Modal>
    </section>
  );
}

const choose = (keyChoices: ReturnType<typeof withKeys>): void =>
  preferences.update((before) => ({ ...before, keyChoices }));

/** The commands that match the typed text, each with its keys. */
function CommandList({ onOpen }: { onOpen(spec: CommandSpec): void }) {
  const [typed, setTyped] = useState('');
  const { permissions } = useSession();
  const chosen = useStore(preferences, ({ keyChoices }) => keyChoices);
  const specs: readonly CommandSpec[] = commands;
  const allowed = specs.filter(
    ({ needs }) => !needs || needs.some((each) => permissions.has(each)),
  );
  const found = matchingCommands(allowed, typed);
  return (
    <>
      <TextInput
        className={classes['find'] ?? ''}
        label="Find a command"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <ul className={classes['commands']} aria-label="Commands">
        {found.map((spec) => (
          <li key={spec.id}>
            <span>
              {spec.words} <span className="soft">{placeOf(spec)}</span>
            </span>
            <Keys words={keyWords(keysOf(spec, chosen) ?? '', isMac)} />
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Change the keys of “${spec.words}”`}
              onClick={() => onOpen(spec)}
            >
              Change …
            </Button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="soft">No command matches.</p>}
    </>
  );
}

const placeOf = ({ place }: CommandSpec): string =>
  place === 'anywhere' ? '' : `on ${/^[aeiou]/.test(place) ? 'an' : 'a'} ${place}`;

/** Records the keys of one command as they are pressed. */
function ChooseKeys({ spec, onDone }: { readonly spec: CommandSpec; onDone(): void }) {
  const chosen = useStore(preferences, ({ keyChoices }) => keyChoices);
  const [keys, setKeys] = useState('');
  const fault = keys === '' ? undefined : keysFault(spec, keys, chosen);
  const save = (next: string) => {
    choose(withKeys(chosen, spec, next));
    onDone();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (keys !== '' && !fault) save(keys);
  };
  const usual = spec.keys ?? '';
  const usualFault = usual === '' ? undefined : keysFault(spec, usual, chosen);
  return (
    <form className={form['form']} onSubmit={submit}>
      <p>
        Now: <Keys words={keyWords(keysOf(spec, chosen) ?? 'none', isMac)} />
      </p>
      <TextInput
        data-autofocus
        label="New keys"
        description="Press one key, or two in sequence. Backspace starts again."
        readOnly
        value={keyWords(keys, isMac).join(' ')}
        error={fault}
        onKeyDown={(event) => setKeys(pressed(keys, event))}
      />
      <div className={form['buttons']}>
        {keysOf(spec, chosen) !== undefined && (
          <Button variant="default" onClick={() => save('')}>
            No keys
          </Button>
        )}
        {keysOf(spec, chosen) !== (usual || undefined) && (
          <Button variant="default" disabled={usualFault !== undefined} onClick={() => save(usual)}>
            The usual: {usual || 'none'}
          </Button>
        )}
        <Button type="submit" disabled={keys === '' || fault !== undefined}>
          Use these keys
        </Button>
      </div>
    </form>
  );
}

function pressed(keys: string, event: KeyboardEvent): string {
  if (event.key === 'Backspace') return '';
  const next = withPress(keys, event);
  if (next !== keys) event.preventDefault();
  return next;
}
