import type { Database } from './database.ts';
import { citusRole } from './distribution.ts';
import { workerSettings } from './sessionSettings.ts';

/*
 * Settings of a session stay on the coordinator of a Citus. On its workers statements run with what
 * the account has as its defaults there, so these are set on each worker (docs/scaling.md).
 */

interface Answer {
  readonly success: boolean;
  readonly result: string;
}

/**
 * Gives the account its settings on each worker of a Citus that responds and lacks some of them; a
 * node that is added or comes back later gets them at the next start. Does nothing on plain
 * PostgreSQL. Call it outside a transaction.
 */
export async function keepWorkerSettings(db: Database): Promise<void> {
  if ((await citusRole(db)) === 'plain') return;
  const answers = await onWorkers(db, readSettings);
  const lacksSome = ({ success, result }: Answer) => success && !hasAll(result);
  if (!answers.some(lacksSome)) return;
  const names = await db.row<{ role: string; database: string }>(
    `select quote_ident(current_user) as role, quote_ident(current_database()) as database`,
  );
  const changes = Object.entries(workerSettings).map(
    ([name, value]) =>
      `alter role ${names!.role} in database ${names!.database} set ${name} to '${value}';`,
  );
  await onWorkers(db, `do $settings$ begin ${changes.join(' ')} end $settings$`);
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
