// Tests that auto orders from before the kind of gateway was stored get it from their charges.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMigrations, splitStatements } from '../../server/src/platform/storage/migrate.ts';
import { testApp } from '../support/app.ts';

const app = await testApp();

async function subscribe(token: string): Promise<number> {
  const { body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { email: `${token}@example.com` },
      items: [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: token,
          card_expiration_month: 5,
          card_expiration_year: 2040,
        },
      },
      channel_partner: { skip_payment_processing: token === 'tok_imported' },
    },
  });
  const found = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: body.order.order_id },
  });
  return found.body.auto_order.auto_order_oid;
}

test('the kind of gateway follows from the last paid charge', async () => {
  const list = [{ code: 'main account', kind: 'simulator' }];
  await app.request({ operation: 'updateMerchantSettings', body: { gateways: { list } } });
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'COFFEE',
      pricing: { cost: 5 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  // One auto order is paid by card and billed, one is only paid by card, and one is imported
  // without a charge.
  await subscribe('tok_billed');
  await app.request({ operation: 'setClock', body: { now_dts: '2026-02-16T12:00:00-05:00' } });
  await subscribe('tok_young');
  const imported = await subscribe('tok_imported');

  const read = () =>
    app.db.rows<{ oid: number; kind: string | null; mark: string | null }>(
      `select auto_order_oid as oid, charged_by_kind as kind, charged_card_mark as mark
        from auto_order
       where merchant_id = 'TEST' order by auto_order_oid`,
    );
  const remembered = await read();
  assert.deepEqual(
    remembered.map(({ kind }) => kind),
    ['simulator', 'simulator', null],
  );
  await app.db.run(
    `update auto_order set charged_by_kind = null, charged_card_mark = null
      where merchant_id = 'TEST'`,
  );
  const migration = readMigrations().find(({ name }) => name.startsWith('0050'));
  const fill = splitStatements(migration!.sql).find((each) => /^update auto_order/m.test(each));
  await app.db.run(fill!);
  assert.deepEqual(await read(), remembered);
  assert.equal(remembered.at(-1)?.oid, imported);
});
