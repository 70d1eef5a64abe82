import {
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  type SpawnOptions,
  spawn,
} from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** Arguments of Node that end a program together with the parent that started it. */
export const endWithParent: readonly string[] = [
  '--import',
  new URL('endWithParent.ts', import.meta.url).href,
];

/** A child process whose errors are printed with those of this process. */
export type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts a program in another Node. It ends together with this process, even when this one is
 * killed. The standard input of the program must stay open, because its end is the signal.
 */
export const spawnNode = (args: readonly string[], options: SpawnOptions = {}): Child =>
  spawn(process.execPath, [...endWithParent, ...args], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  });

/** Starts a program like {@link spawnNode}, but the caller reads its errors. */
export const spawnQuietNode = (
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [...endWithParent, ...args], { ...options, stdio: 'pipe' });
