import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnNode } from './childProcess.ts';

/** A line of a server's log, as far as tests read it. */
export interface Logged {
  readonly msg: string;
  readonly merchantIds?: readonly string[];
}

/** A server in another process. */
export interface Served {
  readonly address: string;
  readonly dataDir: string;
  /** Its log so far. */
  readonly logged: readonly Logged[];
  /** Ends it; the end of the test does the same. */
  end(): Promise<void>;
}

/** Starts a server with the demo on a database; it ends with the test. */
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
