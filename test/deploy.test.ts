// Tests that the files of deploy/ fit the server: the paths, settings and routes in them exist.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isIgnored, lastOf, readCopy, readStages } from '../scripts/containerSteps.ts';
import { licenceOf, nameOf, readBill, releasedPackages } from '../scripts/sbom.ts';
import { ConfigError, readConfig, settings } from '../server/src/config.ts';
import { secretSettings } from '../server/src/platform/secretFiles.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const settingNames = new Set<string>([
  ...settings.map(([name]) => name),
  ...secretSettings.map((name) => `${name}_FILE`),
]);

test('the container is built from files that exist and does not run as root', () => {
  const [build, image] = readStages(read('deploy/Containerfile'));
  const copied = build!.steps.filter(({ verb }) => verb === 'COPY').map(({ words }) => words);
  for (const source of copied.flatMap((words) => readCopy(words).sources)) {
    assert.ok(existsSync(join(root, source)), `${source} does not exist`);
    assert.ok(!isIgnored(source), `.dockerignore leaves out ${source}`);
  }
  for (const secret of ['data', '.git', 'node_modules/pg', 'server/src/config.test.ts'])
    assert.ok(isIgnored(secret), `${secret} must not get into the image`);
  const [uid, gid] = lastOf(image!, 'USER')!.split(':').map(Number);
  assert.ok(uid! >= 1000 && gid! >= 1000, 'the image runs as root');
  const [node, program] = JSON.parse(lastOf(image!, 'CMD')!) as string[];
  assert.equal(node, 'node_modules/.bin/node');
  assert.ok(existsSync(join(root, program!)));
  assert.match(lastOf(image!, 'HEALTHCHECK')!, /127\.0\.0\.1:8080\/healthz/);
  for (const pair of lastOf(image!, 'ENV')!.split(' '))
    assert.ok(pair.startsWith('NODE_ENV=') || settingNames.has(pair.split('=')[0]!), pair);
  // The image contains everything that the server imports in production.
  for (const folder of ['contract', 'server', 'web/dist', 'node_modules'])
    assert.ok(
      image!.steps.some(({ verb, words }) => verb === 'COPY' && words.endsWith(` ${folder}`)),
      `the image lacks ${folder}`,
    );
});

const settingsIn: [file: string, pattern: RegExp][] = [
  ['deploy/settings.example', /^#?([A-Z_0-9]+)=/gm],
  ['deploy/compose.yml', /^ {6}([A-Z_0-9]+): (?!\/run\/secrets\/postgres)/gm],
];
const ofOthers = ['POSTGRES_USER', 'POSTGRES_DB', 'UPSTREAM'];

test('the settings of the example and of the composition exist', () => {
  for (const [file, pattern] of settingsIn) {
    const names = [...read(file).matchAll(pattern)].map(([, name]) => name!);
    assert.ok(names.length > 5, file);
    for (const name of names)
      assert.ok(settingNames.has(name) || ofOthers.includes(name), `${file}: ${name}`);
  }
});

test('the composition and the unit harden the process, and stop it in the time that it needs', () => {
  const compose = read('deploy/compose.yml');
  for (const line of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true'])
    assert.ok(compose.includes(line), `compose.yml lacks ${line}`);
  const names = [...compose.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, name]) => name!);
  for (const name of names)
    assert.ok(compose.includes(`  ${name}: { file: secrets/${name} }`), `no secret ${name}`);
  const unit = read('deploy/perennial.service');
  for (const line of [
    'User=perennial',
    'ProtectSystem=strict',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'UMask=0077',
    'KillMode=mixed',
    'RestartPreventExitStatus=2',
    'EnvironmentFile=/etc/perennial/settings',
  ])
    assert.ok(unit.split('\n').includes(line), `perennial.service lacks ${line}`);
  const [, program] = /^ExecStart=\S+ \/opt\/perennial\/(\S+)$/m.exec(unit)!;
  assert.ok(existsSync(join(root, program!)));
  // A stop takes up to half a minute for open requests, plus the shutdown of PostgreSQL.
  for (const seconds of [/TimeoutStopSec=(\d+)/.exec(unit), /period: (\d+)s/.exec(compose)])
    assert.ok(Number(seconds![1]) >= 45);
});

test('log lines go to another machine over TLS that is checked, and wait for it (ASVS 16.4.3)', () => {
  const conf = read('deploy/rsyslog.conf');
  const identifier = /^SyslogIdentifier=(\S+)$/m.exec(read('deploy/perennial.service'))![1];
  for (const words of [
    `if $programname == "${identifier}"`,
    'streamDriver="gtls"',
    'streamDriverMode="1"',
    'streamDriverAuthMode="x509/name"',
    'queue.filename=',
    'action.resumeRetryCount="-1"',
  ])
    assert.ok(conf.includes(words), `rsyslog.conf lacks ${words}`);
});

test('workers that an alert or the manual names exist', () => {
  const sources = readdirSync(join(root, 'server/src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /Worker\.ts$|\/(liveSockets|noticeSender)\.ts$/.test(path))
    .map((path) => read(`server/src/${path}`))
    .join('\n');
  const named = [
    ...read('deploy/alerts.yml').matchAll(/worker "([a-z ]+)"/g),
    ...read('docs/operating.md').matchAll(/worker `([a-z ]+)`/g),
  ].map(([, name]) => name!);
  assert.ok(named.length >= 3, named.join());
  for (const name of named) assert.ok(sources.includes(`name: '${name}'`), name);
});

test('both proxies keep figures inside, pass the scheme on, and never send a write twice', () => {
  const [caddy, nginx] = [read('deploy/Caddyfile'), read('deploy/nginx.conf')];
  for (const path of ['/metrics', '/readyz'])
    for (const [name, text] of Object.entries({ caddy, nginx }))
      assert.ok(text.includes(path), `${name} shows ${path} to every client`);
  assert.match(caddy, /X-Forwarded-Proto \{scheme\}/);
  assert.match(nginx, /X-Forwarded-Proto \$scheme/);
  assert.match(nginx, /proxy_next_upstream off/);
  // The proxy replaces an X-Forwarded-For header that a client sent.
  assert.match(nginx, /X-Forwarded-For {3}\$remote_addr/);
});

test('a secret may come from a file, never from both, and faults name it without showing it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-secrets-'));
  try {
    const path = join(folder, 'secret_key');
    const empty = join(folder, 'empty');
    const key = 'k'.repeat(40);
    writeFileSync(path, `${key}\n`);
    writeFileSync(empty, '\n');
    assert.equal(readConfig({ SECRET_KEY_FILE: path }).sealKey, key);
    const wrong: [env: Record<string, string>, fault: RegExp][] = [
      [{ SECRET_KEY_FILE: path, SECRET_KEY: key }, /SECRET_KEY_FILE: SECRET_KEY is set too/],
      [{ SMTP_URL_FILE: `${path}.x` }, /SMTP_URL_FILE: .*secret_key\.x cannot be read \(ENOENT\)/],
      [{ DATABASE_URL_FILE: empty }, /DATABASE_URL_FILE: .*empty is empty/],
      [{ METRICS_TOKEN_FILE: path, S3_SECRET_ACCESS_KEY_FILE: path }, /S3_ACCESS_KEY_ID/],
    ];
    for (const [env, fault] of wrong)
      assert.throws(
        () => readConfig(env),
        (error: ConfigError) =>
          error instanceof ConfigError && fault.test(error.message) && !error.message.includes(key),
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Licences whose conditions are met when the server is distributed together with its sources. */
const accepted = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'MPL-2.0',
  'Unlicense',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'PostgreSQL',
  'Zlib',
  '(MIT OR CC0-1.0)',
  '(MIT AND Zlib)',
]);

test('the bill of materials names each package of a release with checksum and licence', () => {
  const bill = readBill();
  assert.deepEqual([bill.bomFormat, bill.metadata.component.name], ['CycloneDX', 'perennial']);
  const listed = bill.components.map((each) => `${nameOf(each)}@${each.version}`);
  assert.deepEqual(new Set(listed), releasedPackages());
  // The server and the tests use `ajv`; only the tests use `playwright-core`.
  assert.ok(listed.some((each) => each.startsWith('ajv@')));
  assert.ok(!listed.some((each) => each.startsWith('playwright-core@')));
  for (const component of bill.components) {
    const name = nameOf(component);
    const licence = licenceOf(component) ?? 'none';
    assert.ok(accepted.has(licence), `${name}: ${licence}`);
    if (!name.startsWith('@perennial/')) assert.equal(component.hashes?.[0]?.alg, 'SHA-512', name);
  }
  assert.doesNotMatch(JSON.stringify(bill), /resolved|"distribution"|\.tgz/);
});
