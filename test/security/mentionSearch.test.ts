// Tests the search for mentions after an erasure: the records of other customers lose the person's
// email and full name, and nothing else. After a crash the search continues from where it was, and
// a record that cannot be changed does not stop it.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkLog } from '../../server/src/platform/auditLog/auditLog.ts';
import { folderTransport } from '../../server/src/platform/mail/folder.ts';
import { othersRedaction, searchedWords } from '../../server/src/platform/privacy/searchedWords.ts';
import { testApp } from '../support/app.ts';
import { asker, openShop } from '../support/erasedPerson.ts';
import { startReceiver } from '../support/receiver.ts';

const folder = await mkdtemp(join(tmpdir(), 'perennial-mentions-'));
after(() => rm(folder, { recursive: true }));
const app = await testApp({
  mail: folderTransport(join(folder, 'mails')),
  files: { folder: join(folder, 'files') },
});
const ask = asker(app);
const email = 'Wendel@Marsh.example';
const name = { first_name: 'Wendelin', last_name: 'Marshbanks' };
const words = ['wendel@marsh.example', 'wendelin marshbanks', 'marshbanks, wendelin'];
const wordsIn = (text: string): string[] =>
  words.filter((word) => text.toLowerCase().includes(word));

const tables = (
  await app.db.rows<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  )
).map((table) => table.name);

/** Returns the places in all tables and files that contain a word of the person, as in a dump. */
async function placesOf(): Promise<string[]> {
  const found = new Set<string>();
  for (const table of tables)
    for (const { row } of await app.db.rows<{ row: string }>(
      `select to_jsonb(t)::text as row from "${table}" t`,
    ))
      for (const word of wordsIn(row)) found.add(`${table}: ${word}`);
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (file.isFile())
      for (const word of wordsIn(
        (await readFile(join(file.parentPath, file.name), 'latin1')).replaceAll('=\r\n', ''),
      ))
        found.add(`${file.name}: ${word}`);
  return [...found];
}

const insertPerson = async (profile: object = { billing: [name] }): Promise<number> =>
  (await ask({ operation: 'insertCustomer', body: { email, ...profile } })).customer
    .customer_profile_oid;
const erase = (customer_profile_oid: number) =>
  ask({ operation: 'eraseCustomer', params: { customer_profile_oid } });
const searchOf = async (customer_profile_oid: number) =>
  (await ask({ operation: 'getCustomerErasure', params: { customer_profile_oid } })).search;

/** Adds enough events of another object for several batches; some contain the person's name. */
const plantEvents = (count: number) =>
  app.db.run(
    `insert into webhook_event (merchant_id, stamp, event_id, expansion, webhook_oids, name, object, payload)
     select m.merchant_id, '1'::xid8, n, '', '{}', 'order_update', 'order X-' || n,
       case when n % 400 = 0 then '{"note":"for Wendel@Marsh.example"}' else '{}' end
     from merchant m cross join generate_series(1, $2::int) n where m.merchant_id = $1`,
    ['TEST', count],
  );

await openShop(app, await startReceiver({ after }));
const person = await insertPerson();
const friend = await buysForThePerson();

/** Another customer orders for the person, staff write about it, and a file mentions it. */
async function buysForThePerson() {
  const neighbour = {
    email: 'nell@other.example',
    business_notes: 'friend of Wendelin Marshbanks <wendel@marsh.example>, says Wendelin',
    cc_emails: [{ email, label: 'gifts', receipt_notification: true }],
    billing: [{ first_name: 'Nell', last_name: 'Other' }],
  };
  await ask({ operation: 'insertCustomer', body: neighbour });
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      billing: {
        first_name: 'Nell',
        last_name: 'Other',
        email: neighbour.email,
        cc_emails: [email],
      },
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_visa_4929',
          card_type: 'VISA',
          card_expiration_month: 12,
          card_expiration_year: 2030,
        },
      },
      gift: { gift: true, gift_message: 'Dear Wendelin Marshbanks', gift_email: email },
      internal: { merchant_notes: 'Marshbanks, Wendelin likes tea' },
      items: [
        {
          merchant_item_id: 'COFFEE',
          quantity: 1,
          auto_order_schedule: 'Monthly',
          options: [{ label: 'Engraving', value: 'Wendelin Marshbanks' }],
        },
      ],
    },
  });
  await ask({
    operation: 'insertCoupon',
    body: {
      merchant_code: 'FRIEND',
      description: 'for Wendelin Marshbanks',
      amount_off_subtotal: { discount_amount: 1, currency_code: 'USD' },
    },
  });
  await attachList();
  await app.work();
  await plantEvents(1_100);
  return { orderId: order.order_id };
}

/** Adds a file that contains the person's email to a task about something else. */
async function attachList(): Promise<void> {
  const { workflow_attachment_upload_url: upload } = await ask({
    operation: 'getWorkflowTaskAttachmentUploadUrl',
    params: { extension: 'txt' },
  });
  await app.app.http.inject({
    method: 'PUT',
    url: new URL(upload.url).pathname,
    payload: `Größe XL für ${email}`,
  });
  await ask({
    operation: 'insertWorkflowTask',
    body: {
      task_name: 'Pack it',
      attachments: [{ upload_key: upload.key, file_name: 'list.txt', mime_type: 'text/plain' }],
    },
  });
}

const sums = () =>
  app.db.rows<object>(
    `select order_id, total_minor, summary::text, current_stage from orders where merchant_id = 'TEST'`,
  );
const before = await sums();

test('the person is in records of others before', async () => {
  const held = new Set((await placesOf()).map((place) => place.split(':')[0]!));
  for (const table of ['orders', 'customer', 'coupon', 'webhook_event', 'auto_order_item'])
    assert.ok(held.has(table), table);
  assert.ok([...held].some((place) => place.endsWith('.eml')));
});

test('an erasure begins a search, which shows how far it is and continues after a crash', async () => {
  const { erasure } = await erase(person);
  assert.equal(erasure.search.state, 'searching');
  const worker = app.app.workers.find(({ name }) => name === 'search for erased people')!;
  assert.equal(await worker.runOnce(), 1);
  const { place, ...search } = await searchOf(person);
  assert.equal(search.state, 'searching');
  assert.ok(place);
  // A process that crashed left this lease.
  await app.db.run(
    `update mention_search set lease_until = statement_timestamp() + interval '1 hour'
     where merchant_id = 'TEST'`,
  );
  assert.equal(await worker.runOnce(), 0);
  await app.db.run(
    `update mention_search set lease_until = statement_timestamp() where merchant_id = 'TEST'`,
  );
  assert.equal(await worker.runOnce(), 1);
  const next = await searchOf(person);
  assert.ok(next.pass > search.pass || next.place >= place);
});

test('afterwards no table and no file has the email or the full name', async () => {
  await app.work();
  assert.deepEqual(await placesOf(), []);
  const search = await searchOf(person);
  assert.equal(search.state, 'ended');
  assert.equal(search.failures, 0);
  const rows = search.rows as Record<string, number>;
  assert.equal(rows['webhook_event']! >= 2, true);
  assert.equal(rows['files of workflow_file'], 1);
  assert.equal(rows['customer'], 1);
});

test('the rest of those records stays, and so do sums, books and the log', async () => {
  assert.deepEqual(await sums(), before);
  const { order } = await ask({
    operation: 'getOrder',
    params: { order_id: friend.orderId },
    query: { _expand: 'billing,gift,internal' },
  });
  assert.equal(order.billing.email, 'nell@other.example');
  assert.deepEqual(order.billing.cc_emails ?? [], []);
  assert.equal(order.gift.gift_email, undefined);
  assert.equal(order.gift.gift_message, 'Dear (erased)');
  assert.equal(order.internal.merchant_notes, '(erased) likes tea');
  assert.deepEqual((await ask({ operation: 'getAudit' })).differences, []);
  assert.equal((await checkLog(app.db, 'TEST')).fault, undefined);
  const { entries } = await ask({ operation: 'getAuditLog', query: { act: 'endErasure' } });
  assert.equal(entries.length, 1);
  assert.equal(entries[0].object_id, String(person));
});

test('the auto order of the other customer is billed as before, and its mail has no copy', async () => {
  const captured = app.books.charges().length;
  await app.setClock('2026-02-20T17:00:00Z');
  await app.work();
  assert.equal(app.books.charges().length, captured + 1);
  assert.deepEqual(await placesOf(), []);
});

test('a name that another customer has stays; so does the email of one who is a customer again', async () => {
  const twin = await ask({
    operation: 'insertCustomer',
    body: {
      email: 'twin@other.example',
      billing: [name],
      business_notes: `Wendelin Marshbanks, not ${email}`,
    },
  });
  const again = await insertPerson();
  await erase(again);
  const { customer_profile_oid: twinOid } = twin.customer;
  const profileOf = async (oid: number) =>
    (await ask({ operation: 'getCustomer', params: { customer_profile_oid: oid } })).customer;
  await app.work();
  assert.equal((await profileOf(twinOid)).business_notes, 'Wendelin Marshbanks, not (erased)');
  await erase(await insertPerson());
  const third = await insertPerson({ business_notes: `reads ${email}` });
  await app.work();
  const { customer_profile_oid: _, ...profile } = await profileOf(third);
  assert.equal(profile.email, email);
  assert.equal(profile.business_notes, `reads ${email}`);
});

test('a row that cannot be changed is counted, and the search ends without it', async () => {
  const { customer } = await ask({
    operation: 'insertCustomer',
    body: { email: 'poison@other.example', business_notes: 'met Wanda@Reed.example' },
  });
  const wanda = await ask({ operation: 'insertCustomer', body: { email: 'wanda@reed.example' } });
  await app.db.run(
    `alter table customer add constraint no_erased_text check (document::text not like '%(erased)%') not valid`,
  );
  const { customer_profile_oid: oid } = wanda.customer;
  await erase(oid);
  await plantEvents(0);
  await app.work();
  await app.db.run('alter table customer drop constraint no_erased_text');
  const search = await searchOf(oid);
  assert.deepEqual([search.state, search.failures], ['ended', 1]);
  const params = { customer_profile_oid: customer.customer_profile_oid };
  const kept = (await ask({ operation: 'getCustomer', params })).customer;
  assert.equal(kept.business_notes, 'met Wanda@Reed.example');
});

test('a number that was never erased has no search', async () => {
  const { status } = await app.request({
    operation: 'getCustomerErasure',
    params: { customer_profile_oid: 4711 },
  });
  assert.equal(status, 404);
});

const ann = searchedWords([
  {
    email: 'Ann@Example.com',
    document: {
      billing: [{ first_name: 'Ann', last_name: 'Van Dyck' }],
      shipping: [{ first_name: 'Bob', last_name: 'Other' }],
      cc_emails: [{ email: 'copy@example.com' }],
    },
  },
  { billing: { first_name: 'Ann', last_name: 'B', email: 'old@example.com' } },
  { billing_first_name: 'ANN', billing_last_name: 'van dyck', billing_email: null },
]);
const others = othersRedaction(ann);
const texts: [given: string, redacted: string][] = [
  ['Ann Van Dyck and van dyck, ann', '(erased) and (erased)'],
  ['Ann called; Bob Other came', 'Ann called; Bob Other came'],
  ['<ann@example.com>, OLD@example.com.', '<(erased)>, (erased).'],
  ['mary-ann@example.com, j.ann@example.com', 'mary-ann@example.com, j.ann@example.com'],
  ['ann@example.com.au, ann@example.community', 'ann@example.com.au, ann@example.community'],
  ['mailto:ann@example.com?x, o|email=ann@example.com', 'mailto:(erased)?x, o|email=(erased)'],
  ['copy@example.com', 'copy@example.com'],
];
test('in records of others only a whole email and a full name are removed', () => {
  assert.deepEqual(ann.emails, ['ann@example.com', 'old@example.com']);
  for (const [given, redacted] of texts) assert.equal(others.text(given), redacted);
  assert.deepEqual(
    others.json({
      cc_emails: ['ann@example.com', 'bob@example.com'],
      gift: { gift_email: ' Ann@Example.com ', sum: 12.5, note: 'to ann@example.com' },
      properties: [{ name: 'for', value: 'ann@example.com' }],
    }),
    {
      cc_emails: ['bob@example.com'],
      gift: { sum: 12.5, note: 'to (erased)' },
      properties: [{ name: 'for', value: '(erased)' }],
    },
  );
});
