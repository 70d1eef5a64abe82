import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dayWritten,
  isWireDate,
  parseFieldDate,
  parseFilterDate,
  parseFilterEnd,
  parseWireDate,
  parseWireDay,
  readWireDate,
} from './wireDates.ts';

const newYork = 'America/New_York';

test('a date of the wire is read in every form that clients send', () => {
  const cases: [text: string, meant: string][] = [
    ['2021-05-18T12:10:19-04:00', '2021-05-18T16:10:19Z'],
    ['2021-05-18T00:00:00.000-05:00', '2021-05-18T05:00:00Z'],
    ['2021-05-18T12:10:19.987-04:00', '2021-05-18T16:10:19Z'],
    ['2021-05-18T12:10:19.1234567890123-04:00', '2021-05-18T16:10:19Z'],
    ['2021-05-18T12:10:19,5-04:00', '2021-05-18T16:10:19Z'],
    ['2021-05-18T12:10:19+00:00', '2021-05-18T12:10:19Z'],
    ['2021-05-18T12:10:19-00:00', '2021-05-18T12:10:19Z'],
    ['2021-05-18T12:10:19Z', '2021-05-18T12:10:19Z'],
    ['2021-05-18t12:10:19z', '2021-05-18T12:10:19Z'],
    ['2021-05-18 12:10:19Z', '2021-05-18T12:10:19Z'],
    ['2021-05-18 12:10:19-04:00', '2021-05-18T16:10:19Z'],
    ['2021-05-18 12:10:19 -0400', '2021-05-18T16:10:19Z'],
    ['2021-05-18T12:10:19 04:00', '2021-05-18T08:10:19Z'],
    ['2021-05-18T12:10:19+0530', '2021-05-18T06:40:19Z'],
    ['2021-05-18T12:10:19-04', '2021-05-18T16:10:19Z'],
    ['2021-05-18T12:10-04:00', '2021-05-18T16:10:00Z'],
    ['2021-05-18T12:10:19-04:00[America/New_York]', '2021-05-18T16:10:19Z'],
    ['2021-05-18T16:10:19Z[America/New_York]', '2021-05-18T16:10:19Z'],
    ['2021-05-18T12:10:19[Asia/Tokyo]', '2021-05-18T03:10:19Z'],
    ['2021-05-18T12:10:19-04:00[America/New_York][u-ca=iso8601]', '2021-05-18T16:10:19Z'],
    ['2021-05-18T12:10:19', '2021-05-18T16:10:19Z'],
    ['2021-05-18 12:10:19', '2021-05-18T16:10:19Z'],
    ['2021-01-18T12:10:19', '2021-01-18T17:10:19Z'],
    ['2021-05-18T12:10', '2021-05-18T16:10:00Z'],
    ['2021-05-18', '2021-05-18T04:00:00Z'],
    ['2024-02-29', '2024-02-29T05:00:00Z'],
    ['2024-03-10T02:30:00', '2024-03-10T07:30:00Z'],
    ['2024-11-03T01:30:00', '2024-11-03T05:30:00Z'],
    // A leap second is read as the second before it, on the same day.
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59Z'],
    ['2016-12-31T18:59:60-05:00', '2016-12-31T23:59:59Z'],
    // For times before zones had whole minutes, PostgreSQL prints the seconds of the offset.
    ['1901-01-01T00:19:32+00:19:32', '1901-01-01T00:00:00Z'],
    ['1900-01-01', '1900-01-01T05:00:00Z'],
    ['2999-12-31T23:59:59', '3000-01-01T04:59:59Z'],
    ['2999-12-31T23:59:59-05:00', '3000-01-01T04:59:59Z'],
  ];
  for (const [text, meant] of cases) {
    const outcome = parseWireDate(text, newYork);
    assert.equal(outcome.ok ? String(outcome.value) : outcome.reason, meant, text);
    assert.equal(isWireDate(text), true, text);
  }
});

test('what is not a date is refused with a reason', () => {
  const cases: [text: string, reason: string][] = [
    ['', 'malformed'],
    [' ', 'malformed'],
    ['tomorrow', 'malformed'],
    ['05/18/2021', 'malformed'],
    ['18.05.2021', 'malformed'],
    ['2021-5-18', 'malformed'],
    ['2021-W20-2', 'malformed'],
    ['1803225600', 'malformed'],
    ['2021-05-18T12', 'malformed'],
    ['20210518', 'malformed'],
    ['2021-05-18Z', 'malformed'],
    ['2021-05-18T12:10:19-04:00\n', 'malformed'],
    ['2021-05-18T12:10:19[u-ca=hebrew]', 'malformed'],
    ['2021-05-18T12:10:19-04:00[Mars/Olympus]', 'no such date'],
    ['2021-05-18T12:10:19-04:00[Asia/Tokyo]', 'no such date'],
    ['0000-00-00 00:00:00', 'no such date'],
    ['2021-13-01', 'no such date'],
    ['2021-00-01', 'no such date'],
    ['2021-02-29', 'no such date'],
    ['2021-04-31', 'no such date'],
    ['2021-05-18T24:00:00', 'no such date'],
    ['2021-05-18T12:60:00', 'no such date'],
    ['2021-05-18T12:10:60Z', 'no such date'],
    ['2016-12-31T23:59:61Z', 'no such date'],
    ['2016-12-31T23:59:60-05:00', 'no such date'],
    ['2021-05-18T12:10:19+24:00', 'no such date'],
    ['2021-05-18T12:10:19+01:60', 'no such date'],
    ['1899-12-31', 'out of bounds'],
    ['1900-01-01T04:59:59Z', 'out of bounds'],
    ['0001-01-01T00:00:00', 'out of bounds'],
    ['-000001-01-01', 'out of bounds'],
    ['3000-01-01', 'out of bounds'],
    ['2999-12-31T23:59:59-18:00', 'out of bounds'],
    ['9999-12-31T23:59:59-18:00', 'out of bounds'],
    ['9999-12-31T23:59:59.9999999', 'out of bounds'],
    ['10000-01-01', 'out of bounds'],
    ['+999999-01-01', 'out of bounds'],
  ];
  for (const [text, reason] of cases)
    assert.deepEqual(parseWireDate(text, newYork), { ok: false, reason }, text);
});

test('what was stored before there were bounds is read', () => {
  for (const [text, meant] of [
    ['9999-12-31T23:59:59-18:00', '+010000-01-01T17:59:59Z'],
    ['10000-01-01T17:59:59+00:00', '+010000-01-01T17:59:59Z'],
    ['+010000-01-01T17:59:59+00:00', '+010000-01-01T17:59:59Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ] as const) {
    const outcome = readWireDate(text, newYork);
    assert.equal(outcome.ok && String(outcome.value), meant, text);
  }
  assert.equal(String(dayWritten('10000-06-01T00:00:00-04:00')), '+010000-06-01');
});

test('a day stays the day that is written, in any zone; only Z is a moment', () => {
  const cases: [text: string, zone: string, meant: string][] = [
    ['2027-06-01', newYork, '2027-06-01T04:00:00Z'],
    ['2027-06-01T00:00:00-04:00', newYork, '2027-06-01T04:00:00Z'],
    ['2027-06-01T00:00:00-04:00', 'America/Los_Angeles', '2027-06-01T07:00:00Z'],
    ['2027-06-01T00:00:00-04:00', 'Pacific/Kiritimati', '2027-05-31T10:00:00Z'],
    ['2027-06-01T00:00:00+14:00', 'Pacific/Pago_Pago', '2027-06-01T11:00:00Z'],
    ['2027-06-01T00:00:00+00:00', 'Asia/Tokyo', '2027-05-31T15:00:00Z'],
    ['2027-05-31T15:00:00Z', 'Asia/Tokyo', '2027-05-31T15:00:00Z'],
  ];
  for (const [text, zone, meant] of cases) {
    const outcome = parseWireDay(text, zone);
    assert.equal(outcome.ok && String(outcome.value), meant, `${text} in ${zone}`);
  }
  assert.deepEqual(parseWireDay('3000-01-01', newYork), { ok: false, reason: 'out of bounds' });
});

test('the date of a filter may be in any year; unreadable ones are still refused', () => {
  const first = '0001-01-03T00:00:00Z';
  const last = '9999-12-29T00:00:00Z';
  const cases: [text: string, meant: string][] = [
    ['2027-06-01', '2027-06-01T04:00:00Z'],
    ['1899-12-31', '1899-12-31T05:00:00Z'],
    ['3000-01-01T00:00:00Z', '3000-01-01T00:00:00Z'],
    ['9999-12-31', last],
    ['9999-12-31T23:59:59.9999999', last],
    ['+275760-09-13T00:00:00.000Z', last],
    ['0001-01-01T00:00:00Z', first],
    ['-271821-04-20T00:00:00.000Z', first],
    ['-999999-01-01', first],
  ];
  for (const [text, meant] of cases) {
    const outcome = parseFilterDate(text, newYork);
    assert.equal(outcome.ok && String(outcome.value), meant, text);
  }
  for (const text of ['', 'never', '31.12.9999', '9999-02-29', '2027-01-01T24:00:00'])
    assert.equal(parseFilterDate(text, newYork).ok, false, text);
});

test('a range ends with the last moment of the day or the second that is named', () => {
  const cases: [text: string, zone: string, meant: string][] = [
    ['2027-06-01', newYork, '2027-06-02T03:59:59.999Z'],
    // The first day has 23 hours. The day after the second one begins at one o'clock.
    ['2027-03-14', newYork, '2027-03-15T03:59:59.999Z'],
    ['2027-03-13', 'America/Havana', '2027-03-14T04:59:59.999Z'],
    ['2027-06-01T12:00:00', newYork, '2027-06-01T16:00:00.999Z'],
    ['2027-06-01T12:00:00.250Z', newYork, '2027-06-01T12:00:00.999Z'],
    ['2027-06-01T00:00:00', newYork, '2027-06-01T04:00:00.999Z'],
    ['9999-12-31', newYork, '9999-12-29T04:59:59.999Z'],
  ];
  for (const [text, zone, meant] of cases) {
    const outcome = parseFilterEnd(text, zone);
    assert.equal(outcome.ok && String(outcome.value), meant, text);
  }
  assert.equal(parseFilterEnd('2027-02-30', newYork).ok, false);
});

test('what ends on a day alone lasts until that day is over, in every zone', () => {
  const cases: [field: string, text: string, zone: string, meant: string][] = [
    ['no_order_after_dts', '2027-02-28', newYork, '2027-03-01T04:59:59Z'],
    ['items[0].no_orders_after_dts', '2027-03-14', newYork, '2027-03-15T03:59:59Z'],
    ['pricing.sale_end', '2027-11-07', newYork, '2027-11-08T04:59:59Z'],
    // In Chile, midnight of 5 September 2027 does not exist.
    ['expiration_dts', '2027-09-04', 'America/Santiago', '2027-09-05T03:59:59Z'],
    ['due_dts', '2999-12-31', newYork, '3000-01-01T04:59:59Z'],
    ['no_order_after_dts', '2027-02-28T00:00:00', newYork, '2027-02-28T05:00:00Z'],
    ['no_order_after_dts', '2027-02-28T00:00Z', newYork, '2027-02-28T00:00:00Z'],
    ['sale_start', '2027-02-28', newYork, '2027-02-28T05:00:00Z'],
    ['next_shipment_dts', '2027-02-28', newYork, '2027-02-28T05:00:00Z'],
    ['delay_until_dts', '2027-02-28', newYork, '2027-02-28T05:00:00Z'],
  ];
  for (const [field, text, zone, meant] of cases) {
    const outcome = parseFieldDate(text, zone, field);
    assert.equal(outcome.ok ? String(outcome.value) : outcome.reason, meant, `${field} ${text}`);
  }
  assert.equal(parseFieldDate('2027-02-29', newYork, 'due_dts').ok, false);
});
