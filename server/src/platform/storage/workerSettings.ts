import { ForeignDatabaseError } from '../foreignDatabase.ts';
import type { Database } from './database.ts';
import { citusRole } from './distribution.ts';
import { workerSettings } from './sessionSettings.ts';

/*
 * Settings of a session stay on the coordinator of a Citus. On its workers, statements run with the
 * defaults of the account there, so these are set on each worker (docs/scaling.md).
 */

interface Answer {
  readonly success: boolean;
  readonly result: string;
}

/** Servers that start together change the same row of a worker's catalogue. */
const triesMax = 5;

/**
 * Sets the account's settings on each worker of a Citus that responds and lacks some of them. A
 * node that is added or returns later gets them at the next start. Does nothing on plain
 * PostgreSQL. Fails when a worker refuses them. Call it outside a transaction.
 */
export async function keepWorkerSettings(db: Database): Promise<void> {
  if ((await citusRole(db)) === 'plain') return;
  let refusal = '';
  for (let tries = 0; ; tries++) {
    const found = await onWorkers(db, readSettings);
    if (!found.some(({ success, result }) => success && !hasAll(result))) return;
    if (tries === triesMax) break;
    const changed = await onWorkers(db, await changeStatement(db));
    refusal = changed.find(({ success }) => !success)?.result ?? '';
  }
  throw new ForeignDatabaseError(
    `a worker of Citus does not take the settings of this account${refusal && ` (${refusal})`}; ` +
      'let the account change itself on every node (alter role … in database … set), and start again',
  );
}

/** A statement that sets all settings only on the worker that runs it. */
async function changeStatement(db: Database): Promise<string> {
  const names = await db.row<{ role: string; database: string }>(
    `select quote_ident(current_user) as role, quote_ident(current_database()) as database`,
  );
  const changes = Object.entries(workerSettings).map(
    ([name, value]) =>
      `alter role ${names!.role} in database ${names!.database} set ${name} to '${value}';`,
  );
  // Otherwise Citus passes each change on to the other nodes, which change the same row: a
  // deadlock.
  const alone = `perform set_config('citus.enable_alter_role_set_propagation', 'off', true);`;
  return `do $settings$ begin ${alone} ${changes.join(' ')} end $settings$`;
}

const onWorkers = (db: Database, command: string): Promise<Answer[]> =>
  db.rows<Answer>('select success, result from run_command_on_workers($1)', [command]);

const readSettings = `
  select coalesce((select to_json(s.setconfig)::text from pg_db_role_setting s
    join pg_database d on d.oid = s.setdatabase and d.datname = current_database()
    where s.setrole = current_user::regrole), '[]')`;

function hasAll(result: string): boolean {
  const settings = JSON.parse(result) as string[];
  const known = new Map(
    settings.map((each) => {
      const [name = '', ...value] = each.split('=');
      return [name.toLowerCase(), value.join('=').replaceAll(' ', '')];
    }),
  );
  return Object.entries(workerSettings).every(
    ([name, value]) => known.get(name) === value.replaceAll(' ', ''),
  );
}
