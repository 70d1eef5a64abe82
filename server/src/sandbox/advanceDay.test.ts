import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../../test/support/autoOrders.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import { advanceDays } from './advanceDay.ts';

const terms = { zone: 'America/New_York', currency: 'USD', now: at('2026-03-01T12:00:00Z') };

const event = (
  name: DomainEvent['name'],
  moment: string,
  data: DomainEvent['data'] = {},
): DomainEvent => ({ name, objectType: 'auto order', objectId: '1', at: at(moment), data });
const paid = (moment: string, total: number, currency = 'USD') =>
  event('auto_order_rebill', moment, { total_minor: total, currency });

const cases: [string, DomainEvent[], string[]][] = [
  ['nothing', [], []],
  ['other events', [event('auto_order_update', '2026-03-02T12:00:00Z')], []],
  [
    'days begin at midnight in the zone of the merchant',
    [paid('2026-03-02T04:59:59Z', 100), paid('2026-03-02T05:00:00Z', 200)],
    [
      '2026-03-01 USD: 1 paid, 0 declined, 0 notices, 100',
      '2026-03-02 USD: 1 paid, 0 declined, 0 notices, 200',
    ],
  ],
  [
    'each currency by itself',
    [paid('2026-03-02T12:00:00Z', 100, 'USD'), paid('2026-03-02T13:00:00Z', 300, 'EUR')],
    [
      '2026-03-02 EUR: 1 paid, 0 declined, 0 notices, 300',
      '2026-03-02 USD: 1 paid, 0 declined, 0 notices, 100',
    ],
  ],
  [
    'declines and notices go with the currency of the merchant',
    [
      event('auto_order_preshipment', '2026-03-05T12:00:00Z'),
      event('auto_order_decline', '2026-03-04T12:00:00Z'),
      event('auto_order_decline', '2026-03-05T13:00:00Z'),
    ],
    [
      '2026-03-04 USD: 0 paid, 1 declined, 0 notices, 0',
      '2026-03-05 USD: 0 paid, 1 declined, 1 notices, 0',
    ],
  ],
  [
    'an event without an own moment happened now',
    [{ name: 'auto_order_decline', objectType: 'auto order', objectId: '1' }],
    ['2026-03-01 USD: 0 paid, 1 declined, 0 notices, 0'],
  ],
];

for (const [what, events, expected] of cases)
  test(what, () => {
    assert.deepEqual(
      advanceDays(events, terms).map(
        (each) =>
          `${each.day} ${each.currency}: ${each.paid} paid, ${each.declined} declined, ` +
          `${each.notices} notices, ${each.totalMinor}`,
      ),
      expected,
    );
  });
