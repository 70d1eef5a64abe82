import { useEffect, useRef } from 'react';
import { createStore } from '../kit/store.ts';
import type { CommandId } from './commands.ts';

/** The functions of the commands. The component that was mounted last takes precedence. */
export type Running = ReadonlyMap<CommandId, () => void>;

/** The commands that can be run now, for the palette and the keys. */
export const running = createStore<Running>(new Map());

/**
 * The functions that a component provides for commands; undefined if it currently cannot run one.
 */
export type CommandRuns = { readonly [Id in CommandId]?: (() => void) | undefined };

/** Provides the functions of commands while the component is on the page. */
export function useCommands(runs: CommandRuns): void {
  const latest = useRef(runs);
  latest.current = runs;
  const ids = (Object.keys(runs) as CommandId[]).filter((id) => runs[id] !== undefined).join(' ');
  useEffect(() => {
    const own = (ids === '' ? [] : ids.split(' ')).map(
      (id) => [id as CommandId, () => latest.current[id as CommandId]?.()] as const,
    );
    running.update((before) => new Map([...before, ...own]));
    return () =>
      running.update((now) => {
        const runOf = new Map(own);
        return new Map([...now].filter(([id, run]) => runOf.get(id) !== run));
      });
  }, [ids]);
}
