import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { testDatabase } from '../../../../test/support/database.ts';
import { differentZones } from './zone.ts';

const at = (text: string) => Temporal.Instant.from(text);
/** A year for which every time zone database has the same rules. */
const now = at('2015-01-01T00:00:00Z');
const zones = ['America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'];

test('a zone whose clocks PostgreSQL knows differently is found, with the first moment', async () => {
  const db = await testDatabase();
  assert.deepEqual(await differentZones(db, zones, now), []);
  assert.deepEqual(await differentZones(db, [], now), []);
  const kathmandu = (changes: string) => (moment: Temporal.Instant, zone: string) =>
    moment.toZonedDateTimeISO(zone).offsetNanoseconds / 1e6 +
    (zone === 'Asia/Kathmandu' && moment.epochMilliseconds >= at(changes).epochMilliseconds
      ? 900_000
      : 0);
  assert.deepEqual(await differentZones(db, zones, now, kathmandu('2016-06-01T00:00:00Z')), [
    { zone: 'Asia/Kathmandu', at: at('2016-06-02T00:00:00Z') },
  ]);
});
