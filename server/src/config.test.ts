import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, readConfig, settings } from './config.ts';
import { secretSettings } from './platform/secretFiles.ts';

test('nothing set: a demo on this machine alone, with the embedded PostgreSQL and no rate limits', () => {
  const config = readConfig({});
  assert.deepEqual(
    [config.host, config.port, config.database, config.demo, config.rate, config.role],
    ['127.0.0.1', 8080, undefined, true, { perHour: 0, perDay: 0 }, 'all'],
  );
  assert.ok(Object.isFrozen(config));
});

test("a database of one's own: no demo, and the published limits", () => {
  const config = readConfig({ DATABASE_URL: 'postgres://me@db/perennial' });
  assert.deepEqual(
    [config.database, config.demo, config.rate],
    [{ url: 'postgres://me@db/perennial' }, false, { perHour: 1000, perDay: 10_000 }],
  );
  assert.equal(readConfig({ DATABASE_URL: 'postgres://me@db/perennial', DEMO: 'on' }).demo, true);
});

test('all faults are reported at once, without any password', () => {
  const wrong = {
    PORT: '70000',
    DEMO: 'perhaps',
    LOG_LEVEL: 'loud',
    ROLE: 'boss',
    BODY_LIMIT_BYTES: '1.5',
    AUDIT_LOG_DAYS: '30',
    TRUSTED_PROXIES: '10.0.0.0/8,proxy',
    DATABASE_URL: 'mysql://me:s3cret@db/x',
  };
  assert.throws(
    () => readConfig(wrong),
    (error: ConfigError) => {
      for (const name of Object.keys(wrong))
        assert.ok(
          error.faults.some((fault) => fault.startsWith(name)),
          name,
        );
      assert.doesNotMatch(error.message, /s3cret/);
      return error.faults.length === Object.keys(wrong).length;
    },
  );
});

test('docs/operating.md describes every setting as it is', () => {
  const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  for (const [name, fallback, meaning] of settings) {
    const row = `| \`${name}\` | ${fallback || '–'} | ${meaning.replaceAll('|', '\\|')} |`;
    assert.ok(
      page.includes(row),
      `the table of settings in docs/operating.md lacks the row\n${row}`,
    );
  }
});

test('every secret may be given by a file, and docs/security/access.md says who uses it', () => {
  const known: readonly string[] = secretSettings;
  const isPublic = /^(STRIPE_PUBLISHABLE_KEY|S3_ACCESS_KEY_ID|QUOTA_KEYS)$|_FILE$/;
  for (const [name] of settings)
    if (/KEY|SECRET|TOKEN|PASSWORD/.test(name) && !isPublic.test(name))
      assert.ok(known.includes(name), `platform/secretFiles.ts lacks ${name}`);
  const page = readFileSync(new URL('../../docs/security/access.md', import.meta.url), 'utf8');
  for (const name of known)
    assert.ok(page.includes(`\`${name}\``), `docs/security/access.md lacks ${name}`);
});

/** Returns complete settings of a strict installation. */
function strictSettings(folder: string): Record<string, string> {
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  return {
    STRICT: 'on',
    PUBLIC_URL: 'https://billing.shop.example',
    TRUSTED_PROXIES: '127.0.0.1',
    WEBHOOK_HOSTS: 'erp.shop.example',
    SECRET_KEY_FILE: file('secret_key', randomBytes(32).toString('base64')),
    DATABASE_URL_FILE: file('database_url', 'postgres://me:s3cret@db.shop.example/perennial'),
    SMTP_URL_FILE: file('smtp_url', 'smtp://me:s3cret@mail.shop.example:587'),
  };
}

test('STRICT=on starts with what a server for real money needs, and with nothing less', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-strict-'));
  try {
    const whole = strictSettings(folder);
    const config = readConfig(whole);
    assert.deepEqual([config.strict, config.demo, config.smtp?.mustEncrypt], [true, false, true]);
    assert.deepEqual(config.database, {
      url: 'postgres://me:s3cret@db.shop.example/perennial?sslmode=verify-full',
    });
    const open = join(folder, 'open');
    writeFileSync(open, 'm'.repeat(20));
    chmodSync(open, 0o644);
    const words = join(folder, 'words');
    writeFileSync(words, 'correct horse battery staple correct horse', { mode: 0o600 });
    const wrong: [change: Record<string, string>, fault: RegExp][] = [
      [{ PUBLIC_URL: 'http://billing.shop.example' }, /^ *PUBLIC_URL: give the https/m],
      [{ TRUSTED_PROXIES: '' }, /^ *TRUSTED_PROXIES: name the proxy/m],
      [{ HOST: '0.0.0.0' }, /^ *HOST: listen on 127\.0\.0\.1/m],
      [{ DEMO: 'on' }, /^ *DEMO: leave it out/m],
      [{ SIMULATOR: 'on' }, /^ *SIMULATOR: leave it/m],
      [{ GATEWAY_URL: 'http://127.0.0.1:1' }, /^ *SIMULATOR: leave it/m],
      [{ LOOPBACK_WEBHOOKS: 'on' }, /^ *LOOPBACK_WEBHOOKS: leave it out/m],
      [{ PLAIN_HOSTS: 'db.shop.example' }, /^ *PLAIN_HOSTS: leave it out/m],
      [{ WEBHOOK_HOSTS: '' }, /^ *WEBHOOK_HOSTS: name the hosts/m],
      [{ RATE_LIMIT_PER_DAY: '0' }, /^ *RATE_LIMIT_PER_HOUR: give a limit/m],
      [{ SECRET_KEY_FILE: words }, /^ *SECRET_KEY: give 32 random bytes/m],
      [{ METRICS_TOKEN: 'm'.repeat(20) }, /^ *METRICS_TOKEN: give the path of a file/m],
      [{ ROLE: 'api' }, /^ *SMTP_URL_FILE: leave it out; a process with ROLE=api/m],
      ...['METRICS_TOKEN_FILE', 'STRIPE_WEBHOOK_SECRET_FILE', 'TLS_KEY_FILE'].map(
        (name): [Record<string, string>, RegExp] => [
          { ROLE: 'worker', [name]: words },
          new RegExp(`^ *${name}: leave it out; a process with ROLE=worker`, 'm'),
        ],
      ),
      [{ METRICS_TOKEN_FILE: open }, /^ *METRICS_TOKEN_FILE: every account may read/m],
    ];
    for (const [change, fault] of wrong)
      assert.throws(
        () => readConfig({ ...whole, ...change }),
        (error: ConfigError) => {
          assert.match(error.message, fault);
          assert.doesNotMatch(error.message, /s3cret|staple/);
          return true;
        },
        JSON.stringify(change),
      );
    const worker = { ...whole, ROLE: 'worker', TRUSTED_PROXIES: '', HOST: '0.0.0.0' };
    assert.equal(readConfig(worker).role, 'worker', 'a worker does not listen');
    assert.equal(readConfig({ ...whole, ROLE: 'api', SMTP_URL_FILE: '' }).role, 'api');
    assert.equal(readConfig({ ...whole, STRICT: 'off', DEMO: 'on' }).demo, true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a connection to another machine is encrypted and checked, or its host is named', () => {
  const db = 'postgres://me@db.example/x';
  const fine: [env: Record<string, string>, databaseUrl: string | undefined][] = [
    [{ DATABASE_URL: db }, `${db}?sslmode=verify-full`],
    [{ DATABASE_URL: `${db}?sslmode=verify-full` }, `${db}?sslmode=verify-full`],
    [{ DATABASE_URL: `${db}?sslmode=require` }, `${db}?sslmode=require`],
    [{ DATABASE_URL: `${db}?ssl=true` }, `${db}?ssl=true&sslmode=verify-full`],
    [{ DATABASE_URL: 'postgres://me@127.0.0.1/x' }, 'postgres://me@127.0.0.1/x'],
    [{ DATABASE_URL: 'postgres://me@[::1]:5433/x' }, 'postgres://me@[::1]:5433/x'],
    [{ DATABASE_URL: 'postgres:///x?host=/run/postgresql' }, 'postgres:///x?host=/run/postgresql'],
    [{ DATABASE_URL: 'postgres://%2Frun%2Fpg/x' }, 'postgres://%2Frun%2Fpg/x'],
    [{ DATABASE_URL: db, PLAIN_HOSTS: 'other, DB.example' }, db],
    [{ SMTP_URL: 'smtp://127.0.0.1:25?ignoreTLS=true' }, undefined],
    [{ SMTP_URL: 'smtp://mail.example:587' }, undefined],
    [{ GATEWAY_URL: 'http://localhost:4000' }, undefined],
    [{ VIRUS_SCANNER: '127.0.0.1:3310' }, undefined],
    [{ VIRUS_SCANNER: '/run/clamav/clamd.ctl' }, undefined],
  ];
  for (const [env, url] of fine) {
    const { database } = readConfig({ PLAIN_HOSTS: 'localhost', ...env });
    assert.equal(
      database && 'url' in database ? database.url : undefined,
      url,
      JSON.stringify(env),
    );
  }
  const refused: Record<string, string>[] = [
    { DATABASE_URL: `${db}?sslmode=disable` },
    { DATABASE_URL: `${db}?sslmode=prefer` },
    { DATABASE_URL: `${db}?sslmode=no-verify` },
    { DATABASE_URL: `${db}?sslmode=require&uselibpqcompat=true` },
    { DATABASE_URL: `${db}?sslmode=verify-ca` },
    { DATABASE_URL: `${db}?ssl=0` },
    { DATABASE_URL: 'postgres:///x?host=db.example&sslmode=disable' },
    { SMTP_URL: 'smtp://mail.example?ignoreTLS=true' },
    { SMTP_URL: 'smtps://mail.example?tls.rejectUnauthorized=false' },
    { GATEWAY_URL: 'http://sim.example' },
    { S3_BUCKET: 'b', S3_ENDPOINT: 'http://s3.example' },
    { VIRUS_SCANNER: 'scan.example:3310' },
  ];
  for (const env of refused)
    assert.throws(
      () => readConfig({ PLAIN_HOSTS: 'localhost', ...env }),
      (error: ConfigError) => error.faults.length === 1 && /PLAIN_HOSTS/.test(error.message),
      JSON.stringify(env),
    );

  // Without `PLAIN_HOSTS`, the address of each connection decides whether it is encrypted.
  for (const env of refused) assert.doesNotThrow(() => readConfig(env), JSON.stringify(env));
  const { database, smtp } = readConfig({ DATABASE_URL: db, SMTP_URL: 'smtp://mail.example' });
  assert.deepEqual([database, smtp?.mustEncrypt], [{ url: db }, false]);
});
