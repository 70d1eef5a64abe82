// Tests commands whose PostgreSQL stops responding in the middle. The command reports it, continues
// when PostgreSQL responds again, and ends after a minute of silence. It can then be repeated.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { watchPostgres } from '../../server/src/cli/watchPostgres.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { type Ran, runPerennial } from '../support/commandLine.ts';
import { emptyDatabase, nodesOfStore, openTestDatabase } from '../support/database.ts';
import { withPool } from '../support/testStore.ts';
import { openWire, type Wire } from '../support/wire.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-frozen-'));
after(() => rm(folder, { recursive: true, force: true }));

// A minute of silence passes in a second; all other waits keep their length.
const { sleep } = systemClock;
let wireNow: Wire | undefined;
mock.method(systemClock, 'sleep', (ms: number, signal?: AbortSignal) =>
  sleep(wireNow?.isFrozen ? ms / 60 : ms, signal),
);

const { connection } = await openTestDatabase();
const empty = await emptyDatabase({ after }, connection);
const { connection: elsewhere } = await openTestDatabase();
const dataDir = join(folder, 'data');
const env = { DATA_DIR: dataDir, SECRET_KEY: 'a key for a test that is long enough' };
const backup = join(folder, 'backup');
await mkdir(join(dataDir, 'files', 'SHOP'), { recursive: true });
await writeFile(join(dataDir, 'files', 'SHOP', 'letter'), 'Dear shop');

/**
 * Runs a command whose PostgreSQL freezes at a text. `onWord` is called when the command reports
 * the silence.
 */
async function runFrozen(
  wire: Wire,
  args: readonly string[],
  at: string,
  onWord: () => void,
): Promise<Ran & { readonly exits: number }> {
  const exit = mock.method(process, 'exit', () => wire.cut());
  wireNow = wire;
  wire.freezeAt(at);
  try {
    const ran = await runPerennial(args, { ...env, DATABASE_URL: wire.url }, (line) => {
      if (wire.isFrozen && line.includes('has not responded for 5 seconds')) onWord();
    });
    return { ...ran, exits: exit.mock.callCount() };
  } finally {
    exit.mock.restore();
  }
}

await runPerennial(['merchant', 'create', '--id', 'SHOP', '--name', 'Shop'], {
  ...env,
  DATABASE_URL: (await openWire({ after }, connection)).url,
});

let exports = 0;
/** Each command, which database it uses, and the statement during which PostgreSQL freezes. */
const commands = [
  [() => ['migrate'], empty, 'create table auto_order '],
  [
    () => ['export', '--merchant', 'SHOP', '--move', join(folder, `${++exports}`)],
    connection,
    'copy (',
  ],
  [() => ['import', join(folder, `${exports}`)], elsewhere, 'copy merchant '],
  [() => ['backup', backup], connection, 'copy ('],
  [() => ['restore', backup], undefined, 'copy merchant '],
  [() => ['audit'], connection, 'from orders'],
] as const;

// These commands refuse a cluster of Citus, which is backed up node by node.
const skip = (await nodesOfStore()).length > 1;

for (const [argsOf, place, at] of commands) {
  test(`${argsOf()[0]} ends without a trace, and waits for PostgreSQL`, { skip }, async (t) => {
    const target = place ?? (await emptyDatabase(t, (await openTestDatabase(t)).connection));
    const wire = await openWire(t, target);
    const lost = await runFrozen(wire, argsOf(), at, () => {});
    assert.match(lost.err, /PostgreSQL has not responded for a minute; what it had confirmed/);
    assert.deepEqual([lost.code, lost.exits], [1, 1], lost.err);
    if (argsOf().includes('--move'))
      assert.match(lost.err, /SHOP stays on hold here.* perennial merchant resume --id SHOP/);

    const waited = await runFrozen(wire, argsOf(), at, wire.thaw);
    assert.match(waited.err, /has not responded for 5 seconds; waiting for it, for a minute/);
    assert.match(waited.err, /PostgreSQL responds again/);
    assert.deepEqual([waited.code, waited.exits], [0, 0], waited.err);
  });
}

test('a command that waits for a lock says whose it is', async (t) => {
  const lines: string[] = [];
  const said = Promise.withResolvers<void>();
  await withPool(connection, (other) =>
    withPool(connection, async (db) => {
      await other.transaction(async (holding) => {
        await holding.run("select set_config('application_name', 'psql', false)");
        await holding.run('select pg_advisory_xact_lock(7310203941)');
        const watch = watchPostgres({
          connection,
          mayEnd: false,
          say(line) {
            lines.push(line);
            said.resolve();
          },
        });
        t.after(() => watch.close());
        // The wait ends when the other session releases the lock; the lock ends with its session.
        void db.run('select pg_advisory_lock(7310203941)');
        await said.promise;
      });
    }),
  );
  assert.match(
    lines[0]!,
    /^waiting for a lock that the session with process number \d+ \(psql\) has/,
  );
});
