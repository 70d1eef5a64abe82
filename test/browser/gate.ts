import { connect, createServer, type Socket } from 'node:net';
import { after } from 'node:test';

/** A gate between the browsers and the server: connections pass through it while it is open. */
export interface Gate {
  /** Cuts every connection, and accepts new ones. */
  cut(): void;
  /** Cuts every connection, and refuses new ones, as if the server had stopped. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/** Opens a gate on the local port `port` that leads to the port `behind`. */
export async function openGate(port: number, behind: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  const server = createServer((outer) => {
    const inner = connect(behind, '127.0.0.1');
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const gate: Gate = {
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        gate.cut();
      }),
    open: () => new Promise((done) => server.listen(port, '127.0.0.1', done)),
  };
  await gate.open();
  after(() => {
    if (server.listening) return gate.close();
  });
  return gate;
}
