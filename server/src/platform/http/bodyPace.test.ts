import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import Fastify from 'fastify';
import { systemClock } from '../clock/systemClock.ts';
import { bytesMin, roundMs, watchPace } from './bodyPace.ts';

/** Starts a server. The test itself runs the checks of its connections. */
async function served(t: TestContext) {
  let nowMs = 0;
  const looks: (() => void)[] = [];
  const clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    after: (_ms: number, look: () => void) => {
      looks.push(look);
      return () => {};
    },
  };
  const server = Fastify({ bodyLimit: 10 * bytesMin });
  watchPace(server, clock, () => 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\ntoo slow');
  server.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => body.length,
  );
  const connected = once(server.server, 'connection') as Promise<[Socket]>;
  server.put('/', async (request) => String(request.body));
  await server.listen({ port: 0 });
  t.after(() => server.close());
  return {
    port: (server.server.address() as AddressInfo).port,
    /** Waits until the server has received this number of bytes of the body. */
    async has(bytes: number) {
      const [socket] = await connected;
      while (socket.bytesRead < bytes && !socket.destroyed) await immediate();
    },
    pass(ms: number) {
      nowMs += ms;
      looks.shift()!();
    },
  };
}

async function upload(
  port: number,
  length: number,
): Promise<{ socket: Socket; text(): Promise<string> }> {
  const socket = connect(port);
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  const ended = once(socket, 'close');
  socket.write(
    `PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: a/b\r\nContent-Length: ${length}\r\n\r\n`,
  );
  return { socket, text: () => ended.then(() => text) };
}

/** Sends the bytes, and waits until they have left this process. */
const send = (socket: Socket, bytes: number) =>
  new Promise<void>((resolve) => socket.write(Buffer.alloc(bytes), () => resolve()));

test('a body that makes progress is received, however long it takes (L2)', async (t) => {
  const { port, has, pass } = await served(t);
  const rounds = 6;
  const { socket, text } = await upload(port, rounds * bytesMin);
  for (let round = 0; round < rounds; round++) {
    await send(socket, bytesMin);
    if (round === rounds - 1) break;
    await has((round + 1) * bytesMin);
    pass(roundMs);
  }
  assert.match(await text(), new RegExp(`200 OK[\\s\\S]*${rounds * bytesMin}$`));
});

test('a body that hardly arrives is cut, but only after its whole half minute', async (t) => {
  const { port, has, pass } = await served(t);
  const { socket, text } = await upload(port, bytesMin);
  await send(socket, 1_000);
  await has(1_000);
  pass(roundMs - 1);
  assert.equal(socket.readyState, 'open');
  pass(1);
  assert.match(await text(), /400 Bad Request[\s\S]*too slow$/);
});
