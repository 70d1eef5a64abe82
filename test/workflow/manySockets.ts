import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { runLoop } from '../../server/src/platform/jobs/loop.ts';
import type { TestApp } from '../support/app.ts';
import { killNine } from '../support/launched.ts';
import { addTask, ask, changeTask } from '../support/workflow.ts';

/** The number of sockets on one server, and the number of changes that each receives. */
export interface Crowd {
  readonly sockets: number;
  readonly changes: number;
}

/**
 * The number of tasks that are changed. A task's whole history is in each response, so the changes
 * are spread over several tasks.
 */
const taskCount = 100;
/**
 * The largest lead of the changes over the slowest socket: the server closes a socket with too much
 * unread data.
 */
const aheadMax = 100;

/**
 * Changes tasks one after another until clients in a separate process have received each change on
 * every socket, once and in order. Returns the server's memory per socket, in KB.
 */
export async function everySocketHears(
  app: TestApp,
  address: string,
  { sockets, changes }: Crowd,
): Promise<number> {
  const tasks = await Promise.all(
    Array.from({ length: taskCount }, (_, i) => addTask(app, { task_name: `Counter ${i}` })),
  );
  const { agent_auth: auth } = await ask(app, {
    operation: 'getWorkflowAgentWebsocketAuthorization',
  });
  const loops = app.app.apiWorkers.map((worker) =>
    runLoop(worker, {
      clock: systemClock,
      idleMs: 100,
      onError: (name, error) => assert.fail(`${name}: ${error}`),
    }),
  );
  const before = process.memoryUsage().rss;
  const clients = await connectElsewhere(
    `${address}${new URL(auth.websocket_url).pathname}?token=${auth.jwt}`,
    sockets,
  );
  const memory = process.memoryUsage().rss - before;
  try {
    for (let n = 0; n < changes; n++) {
      const { status, text } = await changeTask(app, tasks[n % taskCount]!.workflow_task_uuid, {
        task_name: `n${n}`,
      });
      assert.equal(status, 200, text);
      await clients.haveHeard(n + 1 < changes ? n + 1 - aheadMax : changes);
    }
  } finally {
    await clients.end();
    await Promise.all(loops.map((loop) => loop.stop()));
  }
  return memory / sockets / 1024;
}

/** Opens the sockets in a separate process, and resolves once all are open. */
async function connectElsewhere(url: string, sockets: number) {
  const child = fork(new URL('./liveClients.ts', import.meta.url), [url, String(sockets)], {
    execArgv: [],
  });
  let heard = -1;
  let noticed = () => {};
  child.on('message', (count: number) => {
    heard = count;
    noticed();
  });
  const gone = once(child, 'exit').then(([code]) => assert.fail(`the clients ended with ${code}`));
  // The test kills the process at its end, and the promise then rejects.
  gone.catch(() => {});
  const clients = {
    async haveHeard(count: number): Promise<void> {
      while (heard < count)
        await Promise.race([gone, new Promise<void>((resolve) => (noticed = resolve))]);
    },
    end: () => (child.exitCode === null ? killNine(child) : undefined),
  };
  await clients.haveHeard(0);
  return clients;
}
