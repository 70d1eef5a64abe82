// Measures how long a second start takes until the first response, PostgreSQL and migrations
// included, against a bare Fastify process with a pool of connections to a running PostgreSQL.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, median } from './support/figures.ts';
import { withPostgres } from './support/postgres.ts';
import { startServer } from './support/processes.ts';

// There are many rounds, because the speed of a virtual machine changes every few seconds.
const rounds = 15;

const dataDir = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
await chmod(dataDir, 0o755);
try {
  await withPostgres(async ({ url }) => {
    const ours = () =>
      startMs(['server/src/main.mjs'], { DATA_DIR: dataDir, LOG_LEVEL: 'warn' }, '/readyz');
    const bare = () => startMs(['bench/support/bareServer.ts'], { DATABASE_URL: url }, '/');
    console.log(`first start with the demo data: ${(await ours()).toFixed(0)} ms`);
    await bare();
    const pairs: { ours: number; bare: number }[] = [];
    for (let round = 0; round < rounds; round++)
      pairs.push({ ours: await ours(), bare: await bare() });
    console.log(
      `second start: ${median(pairs.map((pair) => pair.ours)).toFixed(0)} ms, bare: ` +
        `${median(pairs.map((pair) => pair.bare)).toFixed(0)} ms (medians of ${rounds})`,
    );
    figure('start', median(pairs.map((pair) => pair.ours / pair.bare)), '<=3');
  });
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function startMs(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  readyPath: string,
): Promise<number> {
  const server = await startServer({ args, env, readyPath });
  await server.stop();
  return server.startMs;
}
