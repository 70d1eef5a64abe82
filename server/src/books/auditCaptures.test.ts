import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import type { ChargeOrder } from '../payments/simulatorBooks.ts';
import {
  type AuditedCharge,
  captureDifferences,
  disputeDifferences,
  refundDifferences,
} from './auditCaptures.ts';

const rebill: AuditedCharge = {
  subject: 'rebill:M:7:2',
  isUnderWay: false,
  isPaid: true,
  reference: 'ref1',
  amount: 500,
};
const order: AuditedCharge = { ...rebill, subject: 'order:M:M-0000000001', reference: null };
const capture = { key: 'rebill:M:7:2:1', reference: 'ref1', amount: 500, refunded: 0 };

for (const [what, captures, booked, found] of [
  ['a rebill of one capture', [capture], [rebill], []],
  ['a first payment of one capture', [{ ...capture, key: order.subject }], [order], []],
  ['a later attempt', [{ ...capture, key: 'rebill:M:7:2:3' }], [rebill], []],
  ['a charge whose answer is on the way', [capture], [{ ...rebill, isUnderWay: true }], []],
  ['a key that nothing has', [capture], [], ['key']],
  ['a key of another shape', [{ ...capture, key: 'manual-1' }], [rebill], ['key']],
  [
    'two captures of one rebill',
    [capture, { ...capture, key: 'rebill:M:7:2:2', reference: 'ref2' }],
    [rebill],
    ['captures'],
  ],
  [
    'a capture of a rebill that is not paid',
    [capture],
    [{ ...rebill, isPaid: false }],
    ['captured'],
  ],
  [
    'a capture for a rebill that staff settled',
    [capture],
    [{ ...rebill, reference: null }],
    ['reference'],
  ],
  ['another amount', [{ ...capture, amount: 499 }], [rebill], ['amount']],
] as const)
  test(`captures against charges: ${what}`, () => {
    assert.deepEqual(
      captureDifferences(captures, booked).map(({ field }) => field),
      found,
    );
  });

for (const [what, refunded, booked, found] of [
  ['no refund', 0, [], []],
  ['the same refund', 200, [{ reference: 'ref1', isUnderWay: false, refunded: 200 }], []],
  [
    'a refund whose answer is on the way',
    200,
    [{ reference: 'ref1', isUnderWay: true, refunded: 0 }],
    [],
  ],
  ['a refund that only the gateway knows', 200, [], ['refunded']],
  [
    'a refund that the gateway did not make',
    0,
    [{ reference: 'ref1', isUnderWay: false, refunded: 200 }],
    ['refunded'],
  ],
] as const)
  test(`refunds of a charge against the gateway's books: ${what}`, () => {
    assert.deepEqual(
      refundDifferences([{ ...capture, refunded }], booked).map(({ field }) => field),
      found,
    );
  });

const dispute = { reference: 'dp1', state: 'open', amount: 500 };
const ours = { ...dispute, chargeReference: 'ref1' };
for (const [what, gateway, booked, found] of [
  ['no dispute', undefined, [], []],
  ['a dispute that both know', dispute, [ours], []],
  ['a dispute that only the gateway knows', dispute, [], ['dp1 open 500 | none']],
  ['a dispute that only our books know', undefined, [ours], ['none | dp1 open 500']],
  [
    'a dispute that was lost at the gateway',
    { ...dispute, state: 'lost' },
    [ours],
    ['dp1 lost 500 | dp1 open 500'],
  ],
] as const)
  test(`disputes of a charge against the gateway's books: ${what}`, () => {
    const charge = { ...capture, refunded: 0, ...(gateway && { dispute: gateway }) };
    assert.deepEqual(
      disputeDifferences([charge], booked).map(
        ({ stored, recomputed }) => `${stored} | ${recomputed}`,
      ),
      found,
    );
  });

test('the audit over HTTP reports captures that no charge explains', async () => {
  const app = await testApp();
  const audit = async () => (await app.request({ operation: 'getAudit' })).body;
  assert.equal((await audit()).difference_count, 0);
  const charge: ChargeOrder = {
    account: 'simulator',
    key: 'rebill:TEST:1:1:1',
    merchantId: 'TEST',
    amount: 1000,
    currency: 'USD',
    cardToken: 'tok_approve',
    orderReference: 'TEST-0000000001',
  };
  app.books.charge(charge);
  app.books.charge({ ...charge, key: 'order:OTHER:OTHER-0000000001', merchantId: 'OTHER' });
  const { difference_count: count, differences } = await audit();
  assert.deepEqual(
    [count, differences.map(({ object_id: id, field }: Record<string, string>) => [id, field])],
    [1, [['rebill:TEST:1:1:1', 'key']]],
  );
});
