import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { inTransaction } from '../../server/src/platform/context.ts';
import { payload } from '../../server/src/platform/http/answer.ts';
import { forgettingWorker } from '../../server/src/platform/http/idempotency.ts';
import { refuse } from '../../server/src/platform/http/refusal.ts';
import type { Routes } from '../../server/src/platform/http/routes.ts';
import { takeNumbers } from '../../server/src/platform/storage/counters.ts';
import { movedClock } from '../support/movedClock.ts';
import { itemsPath, openDoor } from './door.ts';

/** Counts its runs in a table, as a real write would, and responds as its body requests. */
const routes: Routes = {
  async insertItem(context, { body }) {
    const runs = await inTransaction(context, (within) =>
      takeNumbers(within.db, 'TEST', 'item', 1),
    );
    if (body.description === 'declined after a change')
      refuse('state_conflict', { reason: 'The card was declined', fix: 'Send another' });
    if (body.description === 'cut off after a change') throw new Error('the process died here');
    return payload({ merchant_item_oid: runs }, { version: runs });
  },
  async updateItem(_context, { body }) {
    if (body.description === 'refused') refuse('not_found', { what: 'item', id: 7 });
    throw new Error('broke before a change');
  },
  getItems: async () => payload([]),
};
const clock = movedClock();
const door = await openDoor({ routes, clock });
const post = (key: string, body: object, as?: string) =>
  door.ask({
    method: 'POST',
    url: itemsPath,
    headers: { 'idempotency-key': key },
    body: JSON.stringify(body),
    ...(as === undefined ? {} : { key: as }),
  });
const put = (key: string, body: object) =>
  door.ask({
    method: 'PUT',
    url: `${itemsPath}/7`,
    headers: { 'idempotency-key': key },
    body: JSON.stringify(body),
  });
const runs = async () =>
  (
    await door.db.row<{ value: number }>(
      `select value from counter where merchant_id = 'TEST' and name = 'item'`,
    )
  )?.value ?? 0;

test('a repeat gets the first response and changes nothing', async () => {
  const before = await runs();
  const first = await post('one', { description: 'a' });
  const again = await post('one', { description: 'a' });
  assert.equal(await runs(), before + 1);
  assert.deepEqual(
    [again.status, again.text, again.headers['etag']],
    [200, first.text, first.headers['etag']],
  );
  assert.deepEqual(
    [first.headers['idempotent-replayed'], again.headers['idempotent-replayed']],
    [undefined, 'true'],
  );
});

test('the same key with another body or another path is refused', async () => {
  await post('two', { description: 'a' });
  assert.equal((await post('two', { description: 'b' })).status, 422);
  assert.equal((await put('two', { description: 'a' })).status, 422);
});

test('another application may use the same key', async () => {
  const other = await door.makeKey();
  const before = await runs();
  await post('three', { description: 'a' });
  await post('three', { description: 'a' }, other.key);
  assert.equal(await runs(), before + 2);
});

test('while the first runs, a repeat is refused with a wait, and only one runs', async () => {
  const before = await runs();
  const statuses = (
    await Promise.all(Array.from({ length: 8 }, () => post('four', { description: 'a' })))
  ).map(({ status }) => status);
  assert.equal(await runs(), before + 1);
  assert.ok(
    statuses.includes(200) && statuses.every((status) => status === 200 || status === 409),
    statuses.join(),
  );
});

test('a refusal that changed nothing leaves the key free for the fixed request', async () => {
  assert.equal((await put('five', { description: 'refused' })).status, 404);
  assert.equal((await put('five', { description: 'refused otherwise' })).status, 500);
  assert.equal((await post('five', { description: 'fixed' })).status, 200);
});

test('a refusal after a change is the response from then on', async () => {
  const before = await runs();
  for (let i = 0; i < 2; i++) {
    const reply = await post('six', { description: 'declined after a change' });
    assert.equal(reply.status, 400);
    assert.match(reply.text, /declined/);
    assert.match(String(reply.headers['uc-rest-error']), /declined/);
  }
  assert.equal(await runs(), before + 1);
});

test('a request that was cut off after a change never runs again, and says so once it is surely dead', async () => {
  const before = await runs();
  assert.equal((await post('seven', { description: 'cut off after a change' })).status, 500);
  assert.match(
    (await post('seven', { description: 'cut off after a change' })).text,
    /still running/,
  );
  clock.move(6 * 60_000);
  const reply = await post('seven', { description: 'cut off after a change' });
  assert.equal(reply.status, 409);
  assert.match(reply.text, /interrupted after it had changed something/);
  assert.equal(await runs(), before + 1);
});

test('after a day the key is forgotten', async () => {
  const before = await runs();
  await post('eight', { description: 'a' });
  clock.move(24 * 3_600_000 + 1000);
  await post('eight', { description: 'b' });
  assert.equal(await runs(), before + 2);
  clock.move(24 * 3_600_000 + 1000);
  await forgettingWorker(door.db, clock, pino({ level: 'silent' })).runOnce();
  assert.deepEqual(
    await door.db.rows(`select 1 from idempotent_request where merchant_id = 'TEST'`),
    [],
  );
});

test('a read needs no key and ignores one; an empty or endless key is refused', async () => {
  assert.equal((await door.ask({ headers: { 'idempotency-key': 'nine' } })).status, 200);
  for (const key of ['', 'x'.repeat(256)]) {
    const reply = await post(key, { description: 'a' });
    assert.equal(reply.status, 400);
    assert.match(reply.text, /Idempotency-Key/);
  }
});

test('the stored response does not reveal what was shown once', async () => {
  const first = await post('sealed', { description: 'a' });
  assert.equal((await post('sealed', { description: 'a' })).text, first.text);
  const kept = await door.db.rows<{ body: string | null }>(
    'select body from idempotent_request where merchant_id = $1',
    ['TEST'],
  );
  assert.ok(kept.some(({ body }) => body !== null));
  for (const { body } of kept) assert.ok(!(body ?? '').includes('merchant_item_oid'));
});
