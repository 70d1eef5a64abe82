import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoadRequest, LoadResult } from './loadProcess.ts';

const program = new URL('./loadProcess.ts', import.meta.url);

/**
 * Measures, from a separate process, how many requests per second a server handles for this number
 * of callers.
 */
export async function requestsPerSecond(request: LoadRequest): Promise<number> {
  const child = fork(program);
  child.send(request);
  const [result] = (await once(child, 'message')) as [LoadResult];
  if ('fault' in result) throw new Error(result.fault);
  return result.answered / result.seconds;
}
