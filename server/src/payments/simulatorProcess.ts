import { parseArgs } from 'node:util';
import { systemClock } from '../platform/clock/systemClock.ts';
import { SimulatorBooks } from './simulatorBooks.ts';
import { simulatorServer } from './simulatorServer.ts';

// `npm run gateway`: the simulator as a separate process. `GATEWAY_URL` points the server at it.
const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8090' },
    /** A file that keeps the books across restarts. */
    books: { type: 'string' },
  },
});

const books = new SimulatorBooks(values.books);
const server = simulatorServer(books, systemClock);
console.log(
  `simulator listening at ${await server.listen({ host: values.host, port: Number(values.port) })}`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close().then(() => books.close()));
}
