import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anAutoOrder, anItem, at, calculatedAutoOrder } from '../../../test/support/autoOrders.ts';
import type { AutoOrder } from './autoOrder.ts';
import { dueAt } from './calculated.ts';

const first = at('2026-03-15T14:00:00Z');
const later = at('2026-04-01T14:00:00Z');

const cases: readonly [what: string, given: Partial<AutoOrder>, due: typeof first | undefined][] = [
  [
    'the earliest item',
    { items: [anItem({ nextShipmentAt: later }), anItem({ nextShipmentAt: first })] },
    first,
  ],
  ['the retry after a decline', { creditCardAttempt: 1, nextAttemptAt: later }, later],
  ['the item when the retry comes before it', { nextAttemptAt: at('2026-03-01T00:00:00Z') }, first],
  [
    'the notice before the shipment',
    { items: [anItem({ nextPreshipmentNoticeAt: at('2026-03-12T14:00:00Z') })] },
    at('2026-03-12T14:00:00Z'),
  ],
  [
    'the shipment when the notice was sent',
    {
      items: [
        anItem({
          nextPreshipmentNoticeAt: at('2026-03-12T14:00:00Z'),
          preshipmentNoticeSent: true,
        }),
      ],
    },
    first,
  ],
  ['never while every item is paused', { items: [anItem({ paused: true })] }, undefined],
  ['never without items', { items: [] }, undefined],
  ['never without a date', { items: [anItem({ nextShipmentAt: undefined })] }, undefined],
  ['never once canceled', { status: 'canceled', enabled: false }, undefined],
  ['never while disabled', { status: 'disabled', enabled: false }, undefined],
];
for (const [what, given, due] of cases) {
  test(`due: ${what}`, () => assert.equal(dueAt(anAutoOrder(given))?.toString(), due?.toString()));
}

test('what ships next is calculated for running items only', () => {
  const { calculated } = calculatedAutoOrder({
    items: [anItem({ itemOid: 1 }), anItem({ itemOid: 2, paused: true })],
  });
  assert.equal(calculated.items.get(1)?.nextItemId, 'COFFEE');
  assert.equal(calculated.items.get(1)?.nextShipmentAt?.toString(), first.toString());
  assert.equal(calculated.items.get(2)?.nextItemId, undefined);
  assert.equal(calculated.items.get(2)?.nextShipmentAt, undefined);
});
