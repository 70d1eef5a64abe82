import { createStore } from '../kit/store.ts';
import type { FoundLine } from './found.ts';

const recentsMax = 6;

/** The things that were opened from the palette in this tab, latest first. */
export const recents = createStore<readonly FoundLine[]>([]);

/** Adds a thing that was opened; an earlier entry of the same thing is removed. */
export const remember = (line: FoundLine): void =>
  recents.update((before) =>
    [line, ...before.filter(({ id }) => id !== line.id)].slice(0, recentsMax),
  );
