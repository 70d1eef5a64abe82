import type { CommandSpec } from './commandSpec.ts';
import { commands } from './commands.ts';
import { type KeyPress, pressName } from './keys.ts';

/** A person's keys by the id of their command. An empty text: the command has none. */
export type KeyChoices = Readonly<Record<string, string>>;

/** Returns the keys of a command for this person; undefined: it has none. */
export function keysOf({ id, keys }: CommandSpec, chosen: KeyChoices): string | undefined {
  return (chosen[id] ?? keys) || undefined;
}

/** The presses of a sequence. */
const pressesMax = 2;

/** Adds a press to a choice; ignores a press that cannot be part of one. */
export function withPress(chosen: string, press: KeyPress): string {
  const name = pressName(press);
  if (name === undefined || notChosen.has(name)) return chosen;
  const presses = chosen.split(' ').filter(Boolean);
  return [...(presses.length >= pressesMax ? [] : presses), name].join(' ');
}

/** These keys move the focus, close a dialog, confirm it, or undo a press. */
const notChosen = new Set([
  'Tab',
  'Escape',
  'Enter',
  'Backspace',
  'Delete',
  'Dead',
  'Unidentified',
]);

/** Returns why a command cannot have these keys, as a sentence; undefined: it can. */
export function keysFault(
  { id, place }: CommandSpec,
  keys: string,
  chosen: KeyChoices,
): string | undefined {
  if (/^Mod\+[nrtwq]\b|^F\d/.test(keys)) return 'The browser reserves these keys. Choose others.';
  const specs: readonly CommandSpec[] = commands;
  const other = specs.find((spec) => {
    const theirs = keysOf(spec, chosen);
    return spec.id !== id && meets(place, spec.place) && theirs && hides(keys, theirs);
  });
  if (!other) return undefined;
  const theirs = keysOf(other, chosen) ?? '';
  return theirs === keys
    ? `“${other.words}” has these keys. Choose others, or take them away from it first.`
    : `“${other.words}” has ${theirs}, and one would hide the other. Choose other keys.`;
}

/** Returns whether two places can be on one page. */
const meets = (a: string, b: string): boolean => a === b || a === 'anywhere' || b === 'anywhere';

/** Returns whether one cannot be pressed without the other. */
const hides = (a: string, b: string): boolean =>
  a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);

/** Returns the choices with another one. Default keys of a command are not stored. */
export function withKeys(chosen: KeyChoices, spec: CommandSpec, keys: string): KeyChoices {
  const { [spec.id]: _, ...others } = chosen;
  return keys === (spec.keys ?? '') ? others : { ...others, [spec.id]: keys };
}

/** Reads stored choices. Leaves out values that are not keys. */
export function readKeyChoices(stored: Readonly<Record<string, unknown>>): KeyChoices {
  return Object.fromEntries(
    Object.entries(stored).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= 40,
    ),
  );
}
