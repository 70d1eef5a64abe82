import { createStore } from '../kit/store.ts';
import type { StartState } from '../today/start.ts';
import { type KeyChoices, readKeyChoices } from './keyChoices.ts';

/** The choices of a person. The server stores them, so they are the same in every browser. */
export interface Preferences {
  readonly density: 'comfortable' | 'compact';
  /** False: single keys have no effect (WCAG 2.1.4). Ctrl K always works. */
  readonly keys: boolean;
  /** The keys of commands, if the person chose other ones. */
  readonly keyChoices: KeyChoices;
  /** The columns of lists, if the person chose some. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** The person's progress with the steps of the demo. */
  readonly start?: StartState;
}

/** The default preferences. */
export const unsetPreferences: Preferences = {
  density: 'comfortable',
  keys: true,
  keyChoices: {},
  columns: {},
};

/** Reads stored preferences. Invalid fields count as not chosen; other fields stay. */
export function readPreferences(stored: unknown): Preferences {
  const given = recordOf(stored);
  const { density, keys, keyChoices, columns } = given;
  return {
    ...given,
    density: density === 'compact' ? 'compact' : unsetPreferences.density,
    keys: keys !== false,
    keyChoices: readKeyChoices(recordOf(keyChoices)),
    columns: Object.fromEntries(
      Object.entries(recordOf(columns)).filter(
        (entry): entry is [string, string[]] =>
          Array.isArray(entry[1]) && entry[1].every((id) => typeof id === 'string'),
      ),
    ),
  };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** Returns the names of the fields that differ. */
export function changedFields(before: Preferences, after: Preferences): string[] {
  const [a, b] = [recordOf(before), recordOf(after)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}

/** Returns the server's preferences, with the fields of `ours` that it does not have yet. */
export function mergedPreferences(
  stored: unknown,
  ours: Preferences,
  unsaved: Iterable<string>,
): Preferences {
  const own = recordOf(ours);
  const kept = [...unsaved].map((name) => [name, own[name]] as const);
  return readPreferences({ ...recordOf(stored), ...Object.fromEntries(kept) });
}

/** The preferences in this browser, so that the first page looks right and no choice is lost. */
export interface Kept {
  readonly preferences: Preferences;
  /** The owner; undefined before the first log-in. */
  readonly owner?: string | undefined;
  /** The fields that are not stored on the server yet. */
  readonly unsaved: readonly string[];
}

const storageKey = 'perennial-preferences';

/**
 * Reads the preferences from this browser. An entry of an earlier version belongs to the next
 * person.
 */
export function keptHere(): Kept {
  try {
    const text = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as unknown;
    const { preferences, owner, unsaved } = recordOf(text);
    if (preferences === undefined)
      return { preferences: readPreferences(text), unsaved: Object.keys(recordOf(text)) };
    return {
      preferences: readPreferences(preferences),
      owner: typeof owner === 'string' ? owner : undefined,
      unsaved: Array.isArray(unsaved) ? unsaved.map(String) : [],
    };
  } catch {
    return { preferences: unsetPreferences, unsaved: [] };
  }
}

/** Stores preferences in this browser. */
export function keepHere(kept: Kept): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    // If the browser stores nothing, the choices come from the server.
  }
}

/** Returns the current preferences. */
export const preferences = createStore<Preferences>(keptHere().preferences);
