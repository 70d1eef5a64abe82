import { createStore } from '../kit/store.ts';
import type { FoundLine } from './found.ts';

const recentsMax = 6;

/** The records that were opened from the palette in this tab, latest first. */
export const recents = createStore<readonly FoundLine[]>([]);

/** Adds an opened record; removes an earlier entry of the same record. */
export const remember = (line: FoundLine): void =>
  recents.update((before) =>
    [line, ...before.filter(({ id }) => id !== line.id)].slice(0, recentsMax),
  );
