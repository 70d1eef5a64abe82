import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/**
 * A receiver that works on bytes, for responses that no HTTP server sends. It counts connections.
 */
export interface RawReceiver {
  readonly port: number;
  readonly url: string;
  readonly connections: number;
  /** Sets the response to each request from now on. At first it closes each connection. */
  behave(behaviour: (socket: Socket) => void): void;
}

/**
 * Starts a receiver that listens on every address of this machine, and is closed after the test.
 */
export async function startRawReceiver(t: { after(done: () => void): void }): Promise<RawReceiver> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let behaviour = (socket: Socket): void => void socket.destroy();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    socket.once('data', () => behaviour(socket));
  }).listen(0);
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    get connections() {
      return connections;
    },
    behave: (next) => void (behaviour = next),
  };
}
