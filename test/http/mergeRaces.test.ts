// Tests a merge during a charge of its source: the shipment is billed once, in whichever auto order
// its item is then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import { heldAnswers, heldToken } from '../support/heldAnswers.ts';
import { monthlyItem, monthlyOrder, subscribe } from '../support/monthly.ts';

const held = heldAnswers();
const app = await testApp({ clock: held.clock });
await app.request({ operation: 'insertItem', body: monthlyItem('COFFEE', 5) });

const oidOfNew = async (token: string) =>
  (await subscribe(app, monthlyOrder('COFFEE', { email: 'ann@example.com' }, token))).oid;

const merge = (target: number, source: number) =>
  app.request({
    operation: 'consolidateAutoOrders',
    params: { auto_order_oid: target },
    body: { source_auto_order_oids: [source] },
  });

const rebillsOf = (oid: number) =>
  app.books.captures().filter(({ key }) => new RegExp(`^rebill:.*TEST:${oid}:`).test(key)).length;

test('a source that is being charged stays; after the charge it moves', async () => {
  const target = await oidOfNew('tok_approve');
  const source = await oidOfNew(heldToken);
  await app.setClock('2026-02-15T17:00:00Z');
  held.hold();
  const working = app.work('rebill');
  while (rebillsOf(source) === 0) await app.db.row('select 1');
  const refused = await merge(target, source);
  held.answer();
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.user_message, /charge under way/);
  await working;
  assert.equal((await merge(target, source)).status, 200);
  await app.setClock('2026-02-16T17:00:00Z');
  await app.work('rebill');
  assert.deepEqual([rebillsOf(target), rebillsOf(source)], [1, 1]);
  await app.setClock('2026-03-16T17:00:00Z');
  await app.work('rebill');
  assert.deepEqual([rebillsOf(target), rebillsOf(source)], [2, 1]);
});
