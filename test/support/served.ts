import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnNode } from './childProcess.ts';

/** The fields of a line of a server's log that tests read. */
export interface Logged {
  readonly msg: string;
  readonly merchantIds?: readonly string[];
}

/** A server in another process. */
export interface Served {
  readonly address: string;
  readonly dataDir: string;
  /** The lines of its log until now. */
  readonly logged: readonly Logged[];
  /** Ends the server, as the end of the test also does. */
  end(): Promise<void>;
}

/** Starts a server with the demo on a database; the server ends with the test. */
export async function serveDatabase(
  t: { after(done: () => Promise<void>): void },
  url: string,
): Promise<Served> {
  const dataDir = await mkdtemp(join(tmpdir(), 'perennial-'));
  const child = spawnNode(['server/src/cli/main.mjs', 'serve'], {
    env: { ...process.env, DATABASE_URL: url, DATA_DIR: dataDir, DEMO: 'on', PORT: '0' },
  });
  const ended = once(child, 'exit');
  const end = async () => {
    child.kill();
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  t.after(end);
  const logged: Logged[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => line.startsWith('{') && logged.push(JSON.parse(line)));
  const said = (text: string) => logged.find(({ msg }) => msg.includes(text));
  while (!said('charges:')) await Promise.race([once(lines, 'line'), ended]);
  return { address: /http:\S+/.exec(said('Server listening')!.msg)![0], dataDir, logged, end };
}
