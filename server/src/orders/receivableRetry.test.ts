import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountsReceivableRetryConfig } from '@perennial/contract/receivable.ts';
import { at } from '../../../test/support/autoOrders.ts';
import { fold } from '../kernel/caseFolding.ts';
import { rejectsOrder, retryConfigFault, retryStep } from './receivableRetry.ts';

const zone = 'America/New_York';
const enteredAt = at('2026-03-05T15:00:00Z');
const config: AccountsReceivableRetryConfig = {
  daily_activity_list: [
    { day: 3, charge: true, coupon_code: 'TEN' },
    { day: 1, charge: true },
    { day: 5, charge: false },
  ],
};
const toTheEnd: AccountsReceivableRetryConfig = {
  daily_activity_list: [{ day: 2, charge: true }],
  reject_at_end: true,
};

type Row = [
  what: string,
  config: AccountsReceivableRetryConfig,
  day: number,
  lastDay: number | undefined,
  step: string,
];
const rows: Row[] = [
  ['the day on which it came', config, 0, undefined, 'wait until 2026-03-06T15:00:00Z'],
  ['the first day', config, 1, 0, 'charge on day 1'],
  ['the first day again', config, 1, 1, 'wait until 2026-03-08T14:00:00Z'],
  ['between two days', config, 2, 1, 'wait until 2026-03-08T14:00:00Z'],
  ['a day with a coupon', config, 3, 1, 'charge on day 3 with TEN'],
  ['a missed day before one that has come', config, 3, 0, 'charge on day 3 with TEN'],
  ['a missed day alone', config, 2, 0, 'charge on day 1'],
  ['the day of the rejection', config, 5, 3, 'reject on day 5'],
  ['nothing after it', config, 6, 5, 'none'],
  ['new to the retry on a later day', config, 2, undefined, 'wait until 2026-03-08T14:00:00Z'],
  ['new to the retry on one of the days', config, 3, undefined, 'charge on day 3 with TEN'],
  ['new to the retry and older than the list', config, 6, undefined, 'none'],
  ['far older than the list', config, 90, 1, 'none'],
  ['an empty list', {}, 1, 0, 'none'],
  ['the day after the last one', toTheEnd, 3, 2, 'reject on day 3'],
  ['without a rejection at the end', { ...toTheEnd, reject_at_end: false }, 3, 2, 'none'],
];

test('what the retry does on which day', () => {
  for (const [what, given, day, lastDay, expected] of rows) {
    const now = enteredAt.add({ hours: 24 * day });
    const step = retryStep(given, { enteredAt, lastDay, now, zone });
    assert.equal(wordsOf(step), expected, what);
  }
});

function wordsOf(step: ReturnType<typeof retryStep>): string {
  switch (step.kind) {
    case 'charge':
      return `charge on day ${step.day}${step.couponCode ? ` with ${step.couponCode}` : ''}`;
    case 'reject':
      return `reject on day ${step.day}`;
    case 'wait':
      return `wait until ${step.until.toString()}`;
    case 'none':
      return 'none';
  }
}

const faults: [what: string, config: AccountsReceivableRetryConfig, field: string | undefined][] = [
  ['nothing', {}, undefined],
  ['seven days', { daily_activity_list: days(1, 2, 3, 4, 5, 6, 7) }, undefined],
  ['eight days', { daily_activity_list: days(1, 2, 3, 4, 5, 6, 7, 8) }, 'daily_activity_list'],
  ['day 0', { daily_activity_list: days(0) }, 'daily_activity_list[0].day'],
  ['day 8', { daily_activity_list: days(1, 8) }, 'daily_activity_list[1].day'],
  ['no day', { daily_activity_list: [{ charge: true }] }, 'daily_activity_list[0].day'],
  ['one day twice', { daily_activity_list: days(2, 2) }, 'daily_activity_list[1].day'],
  [
    'an unknown coupon',
    { daily_activity_list: [{ day: 1, charge: true, coupon_code: 'NO' }] },
    'daily_activity_list[0].coupon_code',
  ],
  [
    'a coupon in another case',
    { daily_activity_list: [{ day: 1, charge: true, coupon_code: 'ten' }] },
    undefined,
  ],
];

function days(...list: number[]) {
  return list.map((day) => ({ day, charge: true }));
}

test('which configurations are refused', () => {
  for (const [what, given, field] of faults)
    assert.equal(retryConfigFault(given, new Set([fold('ten')]))?.field, field, what);
});

test('which declines reject an order at once', () => {
  const rejects = { transaction_rejects: [{ name: 'Code', value: ' Stolen Card ' }] };
  assert.equal(rejectsOrder(rejects, { reason: 'x', code: 'stolen card' }), true);
  assert.equal(rejectsOrder(rejects, { reason: 'stolen card', code: 'do not honor' }), false);
  assert.equal(rejectsOrder({}, { reason: 'x', code: 'stolen card' }), false);
  assert.equal(
    rejectsOrder({ transaction_rejects: [{ name: 'code', value: '' }] }, { reason: 'x' }),
    false,
  );
});
