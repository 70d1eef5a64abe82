import { useEffect, useRef } from 'react';
import { createStore } from '../kit/store.ts';

/** The action for a text typed into the palette, for example `+3mo` or `snooze tomorrow 9`. */
export interface TypedAction {
  readonly words: string;
  run(): void;
}

/** Reads a typed text; undefined: it is not for this part of the console. */
export type ReadTyped = (typed: string) => TypedAction | undefined;

/** The parts that read texts typed into the palette, by name. */
export const typedReaders = createStore<ReadonlyMap<string, ReadTyped>>(new Map());

/**
 * Lets the palette offer the action that `read` returns for a typed text, while the component is on
 * the page.
 */
export function useTyped(name: string, read: ReadTyped): void {
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    const own: ReadTyped = (typed) => latest.current(typed);
    typedReaders.update((before) => new Map([...before, [name, own]]));
    return () => typedReaders.update((now) => new Map([...now].filter(([, each]) => each !== own)));
  }, [name]);
}
