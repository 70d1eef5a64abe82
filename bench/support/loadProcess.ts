// Sends requests to a server as fast as it responds. It speaks HTTP over plain sockets, because on
// a small machine a real client takes as much of the processor as the server that is measured.
import { connect } from 'node:net';

/** The requests that the load process sends, and the time for which it sends them. */
export interface LoadRequest {
  readonly baseUrl: string;
  /** The paths to request in turn. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** The number of connections; each has one request in flight. */
  readonly callers: number;
  readonly seconds: number;
}

/** The report of the load process: the number of responses, or why it failed. */
export type LoadResult =
  | { readonly answered: number; readonly seconds: number }
  | { readonly fault: string };

process.once('message', async (request: LoadRequest) => {
  const result = await run(request).catch((error: Error): LoadResult => ({ fault: error.message }));
  process.send?.(result, () => process.exit());
});

async function run({
  baseUrl,
  paths,
  headers,
  callers,
  seconds,
}: LoadRequest): Promise<LoadResult> {
  const { hostname, port, host } = new URL(baseUrl);
  const head = Object.entries({ Host: host, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\n${head}\r\n`);
  const startedMs = performance.now();
  const untilMs = startedMs + seconds * 1000;
  const counts = await Promise.all(
    Array.from({ length: callers }, (_, index) =>
      call({ hostname, port: Number(port) }, requests, index, untilMs),
    ),
  );
  return {
    answered: counts.reduce((all, count) => all + count, 0),
    seconds: (performance.now() - startedMs) / 1000,
  };
}

/**
 * Acts as one caller: sends a request, waits for the whole response, and repeats until the time is
 * over.
 */
function call(
  { hostname, port }: { hostname: string; port: number },
  requests: readonly string[],
  first: number,
  untilMs: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let answered = 0;
    let head = '';
    /** Bytes of the body that have not arrived yet; undefined while the head is being read. */
    let left: number | undefined;
    const socket = connect(port, hostname, ask);
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (data) => {
      if (left === undefined) {
        head += data.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!head.startsWith('HTTP/1.1 200 '))
          return reject(new Error(`not status 200: ${head.slice(0, 600)}`));
        left = Number(/content-length: (\d+)/i.exec(head)?.[1]) - (head.length - end - 4);
      } else left -= data.length;
      if (Number.isNaN(left)) return reject(new Error('a response has no Content-Length'));
      if (left > 0) return;
      answered++;
      if (performance.now() < untilMs) return ask();
      socket.removeAllListeners('close');
      socket.destroy();
      resolve(answered);
    });

    function ask(): void {
      head = '';
      left = undefined;
      socket.write(requests[(first + answered) % requests.length]!);
    }
  });
}
