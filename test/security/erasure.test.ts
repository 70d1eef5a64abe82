// Tells a customer's story, test after test, up to an export and an erasure. Afterwards no table,
// file, log or response contains a word of the person, the sums are unchanged, and the books and
// the log are intact.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { peopleOf } from '../../server/src/app/people.ts';
import { checkLog } from '../../server/src/platform/auditLog/auditLog.ts';
import { folderTransport } from '../../server/src/platform/mail/folder.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { testApp } from '../support/app.ts';
import { openTestDatabase } from '../support/database.ts';
import {
  asker,
  leaveTraces,
  openShop,
  personWords,
  placeOrder,
  settleAll,
} from '../support/erasedPerson.ts';
import { startReceiver } from '../support/receiver.ts';
import { openAsServer } from '../support/serverAccount.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-erasure-'));
after(() => rm(folder, { recursive: true }));
const logged: string[] = [];
const app = await testApp({
  // The database account may not change tables, as in a hardened installation.
  db: await openAsServer({ after }, await openTestDatabase()),
  mail: folderTransport(join(folder, 'mails')),
  files: { folder: join(folder, 'files') },
  log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
});
const ask = asker(app);

const people = peopleOf(sealWith(randomBytes(32))).flatMap(({ tables }) => tables);
const mentionTables = new Set(
  people.filter(({ isMention }) => isMention).map(({ table }) => table),
);
mentionTables.add('audit_entry');
const aboutPeople = [...new Set(people.map(({ table }) => table))].sort();
/** Tables that only refer to the person, by numbers or by the key of a file. */
const pointers = [
  'auto_order_update_job',
  'email_list_member',
  'verification_mail',
  'workflow_file',
];

/**
 * Returns the person's words that a text contains, in any case, and also as a mail encodes them.
 */
const wordsIn = (text: string): string[] =>
  personWords.filter((word) => text.toLowerCase().includes(word.toLowerCase()));

const tables = (
  await app.db.rows<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  )
).map(({ name }) => name);

/** Returns the places in all tables that contain a word of the person: `table.column: word`. */
async function placesInTables(): Promise<string[]> {
  const found = new Set<string>();
  for (const table of tables)
    for (const { row } of await app.db.rows<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from "${table}" t
       where lower(t::text) like any(array(select '%' || lower(w) || '%' from unnest($1::text[]) w))`,
      [personWords],
    ))
      for (const [column, value] of Object.entries(row))
        for (const word of wordsIn(JSON.stringify(value))) found.add(`${table}.${column}: ${word}`);
  return [...found];
}

/** Returns the mail files and attachment files that contain a word of the person. */
async function placesInFiles(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile());
  const found = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const text = await readFile(join(parentPath, name), 'latin1');
      return wordsIn(`${name} ${text.replaceAll('=\r\n', '')}`).map((word) => `${name}: ${word}`);
    }),
  );
  return found.flat();
}

const booksOf = async (orderIds: readonly string[]) =>
  app.db.rows<object>(
    `select order_id, total_minor, summary::text, current_stage, created_at, paid_at from orders
     where merchant_id = 'TEST' and order_id = any($1::text[]) order by order_id`,
    [orderIds],
  );

await openShop(app, await startReceiver({ after }));
const traces = await leaveTraces(app);
const params = { customer_profile_oid: traces.customerOid };
/** The audit's figures about the person's orders before the erasure. */
const books: object[] = [];

test('the person is everywhere before', async () => {
  const held = new Set((await placesInTables()).map((place) => place.split('.')[0]!));
  const expected = aboutPeople.filter((table) => !held.has(table));
  assert.deepEqual(expected, pointers);
  assert.ok((await placesInFiles()).length > 0);
});

test('while something is open, the erasure is refused', async () => {
  const { status, text } = await app.request({ operation: 'eraseCustomer', params });
  assert.equal(status, 400);
  assert.match(text, /auto order \d+ is active/);
});

test('the auto order is canceled, and the orders are completed', async () => {
  await settleAll(app, traces);
  books.push(...(await booksOf(traces.orderIds)));
});

const open: [what: RegExp, begin: string, end: string][] = [
  [
    /order \S+ is in Shipping Department/,
    `update orders set current_stage = 'Shipping Department'`,
    `update orders set current_stage = 'Completed Order'`,
  ],
  [
    /a charge of order \S+ has no result yet/,
    'update orders set charge_lease_until = statement_timestamp()',
    'update orders set charge_lease_until = null',
  ],
  [
    /a refund of order \S+ has no result yet/,
    `update order_refund set state = 'refunding'`,
    `update order_refund set state = 'refunded'`,
  ],
  [
    /a card test of order \S+ is not ended/,
    `update card_test set state = 'held'`,
    `update card_test set state = 'ended'`,
  ],
  [
    /the dispute of order \S+ is open/,
    `update chargeback_dispute set state = 'open'`,
    `update chargeback_dispute set state = 'won'`,
  ],
  [
    /a charge of auto order \d+ has no result yet/,
    `update rebill set state = 'unknown', lease_until = statement_timestamp()`,
    `update rebill set state = 'paid', lease_until = null`,
  ],
  [
    /earlier orders are still being added/,
    `insert into customer_adoption (merchant_id, customer_profile_oid, from_profile_oid)
     select merchant_id, customer_profile_oid, 77 from customer`,
    'delete from customer_adoption',
  ],
];
test('each thing that still needs the person is an obstacle, and is named', async () => {
  for (const [what, begin, end] of open) {
    await app.db.run(`${begin} where merchant_id = 'TEST'`);
    const { status, text } = await app.request({ operation: 'eraseCustomer', params });
    await app.db.run(`${end} where merchant_id = 'TEST'`);
    assert.equal(status, 400, String(what));
    assert.match(text, what);
  }
  assert.ok((await placesInTables()).length > 0);
});

test('an export and an erasure need all of their permissions', async () => {
  const refused: [operation: 'exportCustomer' | 'eraseCustomer', has: string[], lacks: RegExp][] = [
    ['exportCustomer', ['auto_order_read'], /customer_read and customer_write and order_read\./],
    ['exportCustomer', ['customer_read', 'customer_write', 'order_read'], / auto_order_read\./],
    ['eraseCustomer', ['order_write', 'customer_write'], /Grant it auto_order_write\./],
  ];
  for (const [operation, has, lacks] of refused) {
    const { status, text } = await app.request({
      operation,
      params,
      key: await app.addKey('TEST', has),
    });
    assert.equal(status, 401, `${operation} by ${has.join()}`);
    assert.match(text, lacks);
  }
});

test('the export has every table with the person, and nothing that opens a card', async () => {
  const { export: exported } = await ask({ operation: 'exportCustomer', params });
  const rows = exported.tables as Record<string, object[]>;
  const places = (await placesInTables()).filter(
    (place) => !mentionTables.has(place.split('.')[0]!) && !/tok_visa/.test(place),
  );
  for (const place of places) {
    const [table, column] = place.split(/[.:]/) as [string, string];
    const values = (rows[table] ?? []).map((row) => JSON.stringify(row[column as never] ?? ''));
    assert.ok(
      values.some((value) => wordsIn(value).length > 0),
      `${place} is not in the export`,
    );
  }
  assert.deepEqual(
    wordsIn(JSON.stringify(exported)).filter((word) => /tok_/.test(word)),
    [],
  );
});
test('nothing has a word of the person afterwards', async () => {
  const { erasure } = await ask({ operation: 'eraseCustomer', params });
  assert.equal(erasure.customer_profile_oid, traces.customerOid);
  assert.equal(erasure.search.state, 'searching');
  await app.work();
  assert.deepEqual(await placesInTables(), []);
  assert.deepEqual(await placesInFiles(), []);
  assert.deepEqual(logged.flatMap(wordsIn), []);
});

test('a repeated request gets its response without the person', async () => {
  const { status, text, headers } = await placeOrder(app);
  assert.equal(status, 200);
  assert.equal(headers['idempotent-replayed'], 'true');
  assert.deepEqual(wordsIn(text), []);
  assert.match(text, new RegExp(traces.orderIds[0]!));
});

test('sums, books and the audit log are intact', async () => {
  assert.deepEqual(await booksOf(traces.orderIds), books);
  assert.deepEqual((await ask({ operation: 'getAudit' })).differences, []);
  assert.equal((await checkLog(app.db, 'TEST')).fault, undefined);
  const { entries } = await ask({ operation: 'getAuditLog', query: { act: 'eraseCustomer' } });
  assert.equal(entries.length, 1);
});

test('the profile is gone, and a second erasure finds none', async () => {
  for (const operation of ['getCustomer', 'eraseCustomer', 'exportCustomer'] as const)
    assert.equal((await app.request({ operation, params })).status, 404, operation);
});

test('an erased auto order that is reactivated charges nothing', async () => {
  const captured = app.books.charges().length;
  const auto_order_oid = traces.autoOrderOid;
  await app.request({ operation: 'reactivateAutoOrder', params: { auto_order_oid }, body: {} });
  await app.setClock('2026-06-20T17:00:00Z');
  await app.work();
  assert.equal(app.books.charges().length, captured);
  assert.deepEqual(await booksOf(traces.orderIds), books);
});

test('a redacted entry of the audit log that is changed again is found', async () => {
  const { entries } = await ask({ operation: 'getAuditLog', query: { act: 'eraseCustomer' } });
  const { redacted_entries: redacted } = entries[0].after as {
    redacted_entries: { entry_number: number }[];
  };
  const number = redacted[0]!.entry_number;
  await app.db.run(
    `update audit_entry set after = '{}' where merchant_id = 'TEST' and entry_number = $1`,
    [number],
  );
  const { fault } = await checkLog(app.db, 'TEST');
  assert.deepEqual(fault, { entryNumber: number, what: 'was changed' });
});
