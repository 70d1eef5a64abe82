import { createStore } from '../kit/store.ts';
import type { StartState } from '../today/start.ts';

/** What a person chose for this browser. */
export interface Preferences {
  readonly density: 'comfortable' | 'compact';
  /** False: single keys do nothing (WCAG 2.1.4). Ctrl K always works. */
  readonly keys: boolean;
  /** The columns of each list, where a person chose some. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** How far a person has come with the things to try in the demo. */
  readonly start?: StartState;
}

const storageKey = 'perennial-preferences';
const unset: Preferences = { density: 'comfortable', keys: true, columns: {} };

/** The preferences, kept in this browser. */
export const preferences = createStore<Preferences>(stored());

function stored(): Preferences {
  try {
    return { ...unset, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as object) };
  } catch {
    return unset;
  }
}

/** Applies the preferences to the page, and keeps doing so. */
export function applyPreferences(): void {
  const apply = () => {
    document.documentElement.dataset['density'] = preferences.get().density;
    try {
      localStorage.setItem(storageKey, JSON.stringify(preferences.get()));
    } catch {
      // A browser that stores nothing forgets the choice with the tab.
    }
  };
  apply();
  preferences.subscribe(apply);
}
