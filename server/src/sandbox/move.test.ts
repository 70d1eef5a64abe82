import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClockRequest } from '@perennial/contract/clock.ts';
import { at } from '../../../test/support/autoOrders.ts';
import { type ClockBefore, plannedMove } from './move.ts';
import { laterBy, parseSpan } from './span.ts';

const now = at('2026-01-31T12:00:00-05:00');
const standing: ClockBefore = {
  setting: { kind: 'standing', at: now },
  now,
  zone: 'America/New_York',
  wasMoved: true,
  isReal: false,
};
const real: ClockBefore = { ...standing, setting: { kind: 'real' }, wasMoved: false };

/**
 * Describes a planned move in one line: the new moment and mode, or the field at fault and the
 * reason.
 */
function moved(request: ClockRequest, from: ClockBefore): string {
  const move = plannedMove(request, from);
  if (!move.ok)
    return `${move.reason.kind === 'field' ? move.reason.field : 'clock'}: ${move.reason.reason}`;
  if (move.value.kind === 'stay') return 'stays';
  return move.value.kind === 'switch'
    ? `becomes ${move.value.mode}`
    : `to ${move.value.to}, then ${move.value.modeAfter}`;
}

const cases: readonly (readonly [ClockRequest, ClockBefore, RegExp])[] = [
  [{}, standing, /^stays$/],
  [{}, real, /^stays$/],
  [{ mode: 'standing' }, standing, /^stays$/],
  [{ mode: 'running' }, standing, /^becomes running$/],
  [{ mode: 'running' }, real, /^becomes running$/],
  [{ mode: 'real' }, real, /^stays$/],
  [{ mode: 'real' }, { ...standing, wasMoved: false }, /^becomes real$/],
  [{ mode: 'real' }, standing, /^mode: cannot be real again/],
  [{ advance_by: '1mo' }, standing, /^to 2026-02-28T17:00:00Z, then standing$/],
  [{ advance_by: 'P1Y', mode: 'running' }, standing, /^to 2027-01-31T17:00:00Z, then running$/],
  [{ now_dts: '2026-07-01' }, standing, /^to 2026-07-01T04:00:00Z, then standing$/],
  [{ now_dts: '2026-01-31T12:00:00-05:00' }, standing, /^stays$/],
  [
    { now_dts: '2026-01-31T11:59:59-05:00' },
    standing,
    /^now_dts: is before 2026-01-31T12:00:00-05:00/,
  ],
  [{ now_dts: 'tomorrow' }, standing, /^now_dts: is not a date/],
  [{ advance_by: '-P1D' }, standing, /^advance_by: is not a span/],
  [{ advance_by: 'P-1D' }, standing, /^advance_by: is not a span/],
  [{ advance_by: '101y' }, standing, /^advance_by: is more than a hundred years away/],
  [{ advance_by: 'P999999999Y' }, standing, /^advance_by: is not a span/],
  [
    { advance_by: '1d', now_dts: '2026-07-01' },
    standing,
    /^advance_by: is sent together with now_dts/,
  ],
  [{ advance_by: '1d' }, real, /^clock: The real clock cannot be moved/],
  [
    { advance_by: '1d', mode: 'running' },
    { ...real, isReal: true },
    /^clock: A gateway of this merchant charges real cards/,
  ],
  [
    { mode: 'standing' },
    { ...real, isReal: true },
    /^clock: A gateway of this merchant charges real cards/,
  ],
  [{ advance_by: '1d', mode: 'running' }, real, /^to 2026-02-01T17:00:00Z, then running$/],
];

for (const [request, from, expected] of cases) {
  test(`${JSON.stringify(request)} of a ${from.setting.kind} clock: ${expected.source}`, () =>
    assert.match(moved(request, from), expected));
}

test('spans are read as people write them, by the calendar of the zone', () => {
  const later = (text: string, from = now) =>
    String(laterBy(from, parseSpan(text)!, 'America/New_York'));
  assert.equal(later('1y6mo'), '2027-07-31T16:00:00Z');
  assert.equal(later('2w'), '2026-02-14T17:00:00Z');
  assert.equal(later('5h30min'), '2026-01-31T22:30:00Z');
  assert.equal(later('p1y2m3dt4h'), '2027-04-03T20:00:00Z');
  // The day on which clocks go forward has 23 hours and still counts as one day.
  assert.equal(later('1d', at('2026-03-07T12:00:00-05:00')), '2026-03-08T16:00:00Z');
  for (const text of ['', '1', 'y', '1m', '1 y', '1.5y', '-1d', 'P', '1y!'])
    assert.equal(parseSpan(text), undefined, text);
});
