import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import { connectTo } from './database.ts';

/** A TCP proxy in front of a PostgreSQL, which can act as if PostgreSQL was frozen. */
export interface Wire {
  readonly connection: EmbeddedConnection;
  readonly url: string;
  readonly isFrozen: boolean;
  /** Stops passing anything on. New connections are accepted and receive nothing. */
  freeze(): void;
  /** Freezes as soon as a client sends this text, which is not passed on to PostgreSQL. */
  freezeAt(text: string): void;
  /** Passes everything on again, beginning with the bytes that were sent meanwhile. */
  thaw(): void;
  /** Cuts every connection, as the end of a client's process does, and ends the freeze. */
  cut(): void;
}

/** Opens a proxy in front of the database of `connection`; it is closed after the test. */
export async function openWire(
  t: { after(done: () => void): void },
  { host, port, user, database }: EmbeddedConnection,
): Promise<Wire> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isFrozen = false;
  let stopAt: string | undefined;
  const freeze = () => {
    isFrozen = true;
    for (const pair of pairs) for (const socket of pair) socket.pause();
  };
  const thaw = () => {
    isFrozen = false;
    for (const pair of pairs) for (const socket of pair) socket.resume();
  };
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    thaw();
  };
  const server = createServer((client) => {
    const postgres = connectTo({ host, port });
    const pair = [client, postgres] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [postgres, client] as const]) {
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.on('data', (bytes) => {
        if (from === client && stopAt !== undefined && bytes.includes(stopAt)) {
          stopAt = undefined;
          freeze();
        }
        if (isFrozen) from.unshift(bytes);
        else to.write(bytes);
      });
    }
    client.on('close', () => pairs.delete(pair));
    if (isFrozen) freeze();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    cut();
    server.close();
  });
  const { port: wirePort } = server.address() as AddressInfo;
  return {
    connection: { host: '127.0.0.1', port: wirePort, user, database },
    url: `postgres://${user}@127.0.0.1:${wirePort}/${database}`,
    get isFrozen() {
      return isFrozen;
    },
    freeze,
    freezeAt: (text) => (stopAt = text),
    thaw,
    cut,
  };
}
