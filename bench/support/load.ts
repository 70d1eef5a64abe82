import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoadRequest, LoadResult } from './loadProcess.ts';

const program = new URL('./loadProcess.ts', import.meta.url);

/**
 * Requests a second that a server handles for this many callers, measured from a separate process.
 */
export async function requestsPerSecond(request: LoadRequest): Promise<number> {
  const child = fork(program);
  child.send(request);
  const [result] = (await once(child, 'message')) as [LoadResult];
  if ('fault' in result) throw new Error(result.fault);
  return result.answered / result.seconds;
}
