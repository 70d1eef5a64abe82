import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A measured server in a separate process. */
export interface ServerProcess {
  readonly baseUrl: string;
  /** The time from the start of the process to its first response with status 200. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** How to start a measured server. */
export interface ServerCommand {
  /**
   * Node's arguments: the program, relative to the root, and the program's own arguments. `{port}`
   * is replaced by the port.
   */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The path that responds with 200 when the server is ready. */
  readonly readyPath: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const root = new URL('../..', import.meta.url).pathname;
const startMsMax = 60_000;

/** Starts a server and waits until it responds. Its output is shown only when it fails to start. */
export async function startServer({
  args,
  env = {},
  readyPath,
  headers = {},
}: ServerCommand): Promise<ServerProcess> {
  const port = await freePort();
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    args.map((arg) => arg.replace('{port}', String(port))),
    {
      cwd: root,
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output = (output + text).slice(-4000)));
  const baseUrl = `http://127.0.0.1:${port}`;
  while (!(await answers(`${baseUrl}${readyPath}`, headers))) {
    if (child.exitCode !== null || performance.now() - startedMs > startMsMax) {
      await stop(child);
      throw new Error(`${args.join(' ')} did not start:\n${output}`);
    }
    await pause(2);
  }
  return { baseUrl, startMs: performance.now() - startedMs, stop: () => stop(child) };
}

async function answers(url: string, headers: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    const response = await fetch(url, { headers });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(killing);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
