import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { toLocal, wireDate } from './calendar.ts';
import { inOtherZone, zoneShifts } from './zoneShifts.ts';

const zones = [
  'America/New_York',
  'Asia/Tokyo',
  'Europe/Berlin',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'UTC',
];

/**
 * Returns the shift of a moment as a database finds it: that of the last stretch that begins at or
 * before it.
 */
function shiftAt(epochMs: number, { starts, shifts }: ReturnType<typeof zoneShifts>): number {
  let place = 0;
  while (place + 1 < starts.length && starts[place + 1]! <= epochMs) place++;
  return shifts[place]!;
}

test('a moment moves by the shift of its stretch, around every change of the clocks', () => {
  for (const from of zones)
    for (const to of zones) {
      const found = zoneShifts(from, to);
      const near = found.starts.slice(1).filter((_, index) => index % 37 === 0);
      const moments = fc.oneof(
        fc.integer({ min: Date.UTC(1900, 0, 2), max: Date.UTC(2999, 11, 30) }),
        fc
          .tuple(
            fc.constantFrom(...(near.length > 0 ? near : [0])),
            fc.integer({ min: -93_600, max: 93_600 }),
          )
          .map(([at, seconds]) => at + seconds * 1000),
      );
      fc.assert(
        fc.property(moments, (at) => {
          const moment = Temporal.Instant.fromEpochMilliseconds(at);
          const moved = inOtherZone(moment, from, to).epochMilliseconds;
          assert.equal(at + shiftAt(at, found), moved, `${String(moment)} ${from} ${to}`);
        }),
        { numRuns: 40 },
      );
    }
});

test('a local time stays the same in the other zone', () => {
  const cases: [moment: string, from: string, to: string, shown: string][] = [
    ['2027-02-28T15:00:00Z', 'America/New_York', 'Asia/Tokyo', '2027-02-28T10:00:00+09:00'],
    ['2027-02-01T05:00:00Z', 'America/New_York', 'America/Chicago', '2027-02-01T00:00:00-06:00'],
    [
      '2027-01-01T10:00:00Z',
      'Pacific/Kiritimati',
      'Pacific/Pago_Pago',
      '2027-01-02T00:00:00-11:00',
    ],
    // This local time does not exist in New York that night, so it moves forward by the hour that
    // was skipped.
    ['2027-03-14T01:30:00Z', 'Europe/Berlin', 'America/New_York', '2027-03-14T03:30:00-04:00'],
  ];
  for (const [moment, from, to, shown] of cases) {
    const moved = inOtherZone(Temporal.Instant.from(moment), from, to);
    assert.equal(wireDate(moved, to), shown);
    assert.equal(String(toLocal(moved, to)).slice(0, 16), shown.slice(0, 16));
  }
});
