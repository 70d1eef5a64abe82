import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openPool } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import { connectTo, openTestDatabase, testDatabase } from '../support/database.ts';

test('a connection that is lost in the middle of a transaction fails it, and nothing else', async (t) => {
  const db = await testDatabase(t);
  await assert.rejects(
    db.transaction(async (tx) => {
      const { pid } = (await tx.row<{ pid: number }>('select pg_backend_pid() as pid'))!;
      await db.run('select pg_terminate_backend($1)', [pid]);
      // Gives the driver time to notice while no statement is in progress.
      await pause(50);
      await tx.run(`insert into counter (merchant_id, name, value) values ('M', 'x', 1)`);
    }),
  );
  assert.deepEqual(await db.rows(`select value from counter where merchant_id = 'M'`), []);
});

/*
 * A server that shuts down may report it in the same packet as its last response, and a busy
 * process reads both at once. The report then arrives while the pool hands the connection to its
 * next user.
 */
const pools = [
  ['one connection', { maxConnections: 1 }],
  ['several connections and shared ones', { maxConnections: 16 }],
  ['settings by statement', { maxConnections: 16, settingsMode: 'statement' }],
] as const;
for (const [title, options] of pools) {
  test(`a shutdown together with any response ends no process: ${title}`, async (t) => {
    const { connection } = await openTestDatabase(t);
    const wire = await openWire(t, connection);
    for (let answer = 1; answer <= 12; answer++) {
      const db = openPool({ connection: wire.connection, prepareStatements: true, ...options });
      wire.shutDownAt(answer);
      await Promise.allSettled([
        ...Array.from({ length: 3 }, () => db.transaction((tx) => tx.row('select 1'))),
        ...Array.from({ length: 3 }, () => db.row('select 2')),
        ...Array.from({ length: 3 }, () => db.lookup('select 3')),
      ]);
      wire.shutDownAt(Infinity);
      assert.ok(wire.wasShutDown(), `response ${answer}`);
      const found = await db.transaction((tx) => tx.row<{ one: number }>('select 1 as one'));
      assert.deepEqual(found, { one: 1 }, `after response ${answer}`);
      await db.close();
    }
  });
}

/**
 * Starts a proxy in front of the server that ends one of its connections in the packet of a
 * response.
 */
async function openWire(t: TestContext, target: EmbeddedConnection) {
  let left = Infinity;
  let isShutDown = false;
  const server = createServer((client) => {
    const upstream = connectTo(target);
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('data', (bytes) => upstream.write(bytes)).on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (bytes: Buffer) => {
      if (client.writableEnded) return;
      if (!isAnswerEnd(bytes) || --left > 0) client.write(bytes);
      else {
        [left, isShutDown] = [Infinity, true];
        client.end(Buffer.concat([bytes, shutdownMessage]));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return {
    connection: { ...target, host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    /**
     * Ends the connection that gets this response; responses are counted from now on, over all
     * connections.
     */
    shutDownAt: (answer: number) => {
      if (answer !== Infinity) isShutDown = false;
      left = answer;
    },
    wasShutDown: () => isShutDown,
  };
}

/** Whether a packet ends with ReadyForQuery: the server waits for the next statement. */
const isAnswerEnd = (bytes: Buffer): boolean =>
  bytes.subarray(-6, -1).equals(Buffer.from([0x5a, 0, 0, 0, 5]));

const shutdownMessage = (() => {
  const text = 'terminating connection due to administrator command';
  const fields = Buffer.from(`SFATAL\0VFATAL\0C57P01\0M${text}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();
