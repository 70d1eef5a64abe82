import type { SystemClock } from '../clock/systemClock.ts';
import type { Database } from './database.ts';
import { isUnavailable } from './failures.ts';
import { compareMigrations } from './migrate.ts';

/** Reports whether the database can serve. */
export interface Readiness {
  /**
   * Returns the reason why it cannot, for an operator; undefined when it can. Returns within two
   * seconds, whatever PostgreSQL does.
   */
  whyNot(): Promise<string | undefined>;
}

const answerMsMax = 2_000;

/** Creates the check behind `/readyz`. */
export function readiness(db: Database, clock: SystemClock): Readiness {
  // One check at a time: while PostgreSQL hangs, probes must not use up the connections.
  let looking: Promise<string | undefined> | undefined;
  return {
    async whyNot() {
      looking ??= probe(db).finally(() => (looking = undefined));
      const late = Promise.withResolvers<string>();
      const callOff = clock.after(answerMsMax, () =>
        late.resolve(`PostgreSQL did not respond within ${answerMsMax / 1000} seconds`),
      );
      return Promise.race([looking, late.promise]).finally(callOff);
    },
  };
}

async function probe(db: Database): Promise<string | undefined> {
  try {
    const { missing, foreign } = await compareMigrations(db);
    if (missing.length > 0)
      return `${missing.length} migrations are missing; run: npm run perennial -- migrate`;
    const [newer] = foreign;
    if (newer !== undefined)
      return `a newer release migrated the database (${newer}); this server ends, start that release`;
    await recordProbe(db);
    return undefined;
  } catch (error) {
    return wordsFor(error);
  }
}

/** A probe of another process that writes at the same moment is proof enough. */
async function recordProbe(db: Database): Promise<void> {
  await db.run(
    `update readiness r set probed_at = statement_timestamp()
     from (select only_one from readiness where only_one for update skip locked) free
       where r.only_one = free.only_one`,
  );
}

function wordsFor(error: unknown): string {
  const code = (error as { code?: string } | undefined)?.code;
  if (code === '25006') return 'PostgreSQL accepts no writes: it is a standby or read-only';
  if (code?.startsWith('53') === true)
    return 'PostgreSQL has no resources left: connections, memory or disk space are used up';
  return isUnavailable(error)
    ? 'PostgreSQL cannot be reached, or does not respond in time'
    : 'PostgreSQL was never migrated, or refuses what we ask; the log of PostgreSQL says why';
}
