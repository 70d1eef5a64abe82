import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';
import type { Database } from '../storage/database.ts';
import { readMigrations } from '../storage/migrate.ts';

/** What those who run the server ask: does the process live, can it serve, what does it do. Nobody needs a key for them. */
export function addProbes(server: FastifyInstance, db: Database, metrics: Metrics): void {
  server.get('/healthz', async () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    const reason = await whyNotReady(db);
    return reply
      .code(reason === undefined ? 200 : 503)
      .send(reason === undefined ? { status: 'ready' } : { status: 'not ready', reason });
  });

  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

async function whyNotReady(db: Database): Promise<string | undefined> {
  try {
    const applied = new Set(
      (await db.rows<{ name: string }>('select name from migration')).map(({ name }) => name),
    );
    const missing = (await readMigrations()).filter(({ name }) => !applied.has(name));
    return missing.length === 0
      ? undefined
      : `${missing.length} migrations are missing; run: npm run perennial -- migrate`;
  } catch {
    return 'PostgreSQL cannot be reached, or was never migrated';
  }
}
