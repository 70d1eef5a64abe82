import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError, readConfig, settings } from './config.ts';

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
