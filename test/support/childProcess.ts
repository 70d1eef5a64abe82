import {
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  type SpawnOptions,
  spawn,
} from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** The arguments of Node after which a program ends along with the parent that started it. */
export const endWithParent: readonly string[] = [
  '--import',
  new URL('endWithParent.ts', import.meta.url).href,
];

/** A child whose errors are printed with those of this process. */
export type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts a program in another Node. It ends along with this process, even when this one is killed.
 * Its standard input must stay open, so that it notices.
 */
export const spawnNode = (args: readonly string[], options: SpawnOptions = {}): Child =>
  spawn(process.execPath, [...endWithParent, ...args], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  });

/** The same for a program whose errors the caller reads. */
export const spawnQuietNode = (
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [...endWithParent, ...args], { ...options, stdio: 'pipe' });
