import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../../test/support/autoOrders.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { rebillsOn } from '../../../test/support/rebills.ts';
import { minor } from '../kernel/money.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { leaseFrom } from '../platform/jobs/lease.ts';
import { epochOf, subjectOfKey, withRestores } from './restored.ts';
import { saveRestoredCharges } from './restoredStore.ts';

const keys: readonly [key: string, subject: string | undefined, epoch: number][] = [
  ['rebill:SHOP:20:1:1', 'rebill:SHOP:20:1', 1],
  ['rebill:SHOP:20:1:3:2', 'rebill:SHOP:20:1', 2],
  ['rebill:SHOP:20:11:1:12', 'rebill:SHOP:20:11', 12],
  ['order:SHOP:SHOP-0010000241', 'order:SHOP:SHOP-0010000241', 1],
  ['rebill:SHOP:20', undefined, 1],
  ['another customer', undefined, 1],
];

for (const [key, subject, epoch] of keys)
  test(`${key} stands for ${subject} in epoch ${epoch}`, () => {
    assert.deepEqual([subjectOfKey(key), epochOf(key)], [subject, epoch]);
  });

// The settings may no longer contain the gateway after the restore. Its kind decides which gateway
// may charge the card next, so the kind is stored with the charge.
for (const kind of ['stripe', undefined] as const)
  test(`a capture of before a restore keeps the kind of its gateway: ${kind}`, async () => {
    const rebills = await rebillsOn(await testDatabase(), {
      settings: { gateways: { list: [{ code: 'OTHER', kind: 'simulator' }] } },
    });
    const { merchantId } = rebills.merchant;
    const order = { amount: minor(1299), currency: 'USD', orderId: 'DEMO-0010000001' };
    const [earlier, later] = ['rebill:DEMO:1:1:1', 'rebill:DEMO:1:1:2:2'];
    await saveRestoredCharges(rebills.db, merchantId, [
      {
        ...order,
        subject: 'rebill:DEMO:1:1',
        key: earlier,
        gatewayCode: 'GONE',
        kind,
        reference: 'pi_1',
        isCaptured: true,
      },
    ]);
    const payments = withRestores(rebills.parts.payments, {
      read: async () => ({ epoch: 2, beat: 1 }),
    });
    const gateways = await payments.of(rebills.context('2026-03-01T00:00:00Z'));
    const routed = await gateways.charge(
      ['OTHER'],
      {
        key: later,
        merchantId,
        amount: order.amount,
        currency: order.currency,
        cardToken: 'tok_1',
        orderReference: order.orderId,
        description: 'a rebill',
        requestedAt: at('2026-03-01T00:00:00Z'),
      },
      leaseFrom(systemClock, 60_000),
    );
    assert.deepEqual([routed.code, routed.kind, routed.answer.kind], ['GONE', kind, 'approved']);
    assert.deepEqual(rebills.gateways.books.captures(), []);
  });
