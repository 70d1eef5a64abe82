import { systemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';
import { compareMigrations } from '../platform/storage/migrate.ts';

const everyMs = 5_000;

/**
 * Waits until a newer release migrates the database so that this one can no longer work with it,
 * and resolves with the reason to end. Without this check a server would read and write rows whose
 * meaning has changed.
 */
export async function newerSchema(db: Database, ended: AbortSignal): Promise<string> {
  while (!ended.aborted) {
    await systemClock.sleep(everyMs, ended);
    const reason = ended.aborted ? undefined : await reasonToEnd(db);
    if (reason !== undefined) return reason;
  }
  return new Promise(() => {});
}

/** Returns undefined while this release can continue, even while PostgreSQL is unavailable. */
export async function reasonToEnd(db: Database): Promise<string | undefined> {
  const { foreign } = await compareMigrations(db).catch(() => ({ foreign: [] }));
  const [newer] = foreign;
  return newer === undefined
    ? undefined
    : `a newer release migrated the database (${newer}); start that release here too`;
}
