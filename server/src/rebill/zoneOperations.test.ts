import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { testDatabase } from '../../../test/support/database.ts';
import { coffee, type Rebills, rebillsOn } from '../../../test/support/rebills.ts';
import { wireDate } from '../kernel/calendar.ts';
import { updateSettings } from '../merchants/operations.ts';
import { findCatalogueRetryCodes } from '../orders/retryCouponReader.ts';
import { runDue } from './dueOperations.ts';
import { keepWallsOfRebills } from './zoneOperations.ts';

const at = (text: string) => Temporal.Instant.from(text);
const merchants = { find: async () => undefined, forget() {} };

/** Changes the zone as another process does, so the engine's own context keeps the old one. */
const changeZone = ({ context }: Rebills, now: string, zone: string) =>
  updateSettings(
    context(now),
    {
      merchants,
      isLoopbackAllowed: true,
      keepWalls: [keepWallsOfRebills],
      findRetryCodes: findCatalogueRetryCodes,
    },
    { time_zone: zone },
  );

/** Runs due work, and calls `meanwhile` while the first charge is at the gateway. */
function runWith(rebills: Rebills, now: string, meanwhile: () => Promise<unknown>) {
  let once: Promise<unknown> | undefined;
  const { payments } = rebills.parts;
  return runDue(
    rebills.context(now),
    {
      ...rebills.parts,
      payments: {
        ...payments,
        of: async (context) => {
          const mine = await payments.of(context);
          return {
            ...mine,
            async charge(route, request, lease) {
              await (once ??= meanwhile());
              return mine.charge(route, request, lease);
            },
          };
        },
      },
    },
    { until: at(now), moment: 'now' },
  );
}

for (const [title, zones, next] of [
  ['to the east', ['Asia/Tokyo'], '2026-04-15T10:00:00+09:00'],
  ['to the west', ['Pacific/Pago_Pago'], '2026-04-15T10:00:00-11:00'],
  ['there and back', ['Asia/Tokyo', 'America/New_York'], '2026-04-15T10:00:00-04:00'],
] as const)
  test(`the zone changes ${title} during a charge: the period counts as billed`, async (t) => {
    const rebills = await rebillsOn(await testDatabase(t));
    await rebills.addItem(coffee);
    await rebills.add({ autoOrderOid: 1 });
    const before = (await rebills.load(1)).items[0]!;
    assert.equal(wireDate(before.nextShipmentAt!, 'America/New_York'), '2026-03-15T10:00:00-04:00');

    const now = '2026-03-15T14:00:00Z';
    const run = await runWith(rebills, now, async () => {
      for (const zone of zones) await changeZone(rebills, now, zone);
    });
    assert.equal(run.paid, 1);
    const after = await rebills.load(1);
    assert.equal(wireDate(after.items[0]!.nextShipmentAt!, zones.at(-1)!), next);
    assert.equal(after.rebillCount, 1);
    assert.equal((await rebills.run('2026-03-16T23:00:00Z')).paid, 0);
  });

test('a declined charge is retried once, at the same time of day in the new zone', async (t) => {
  const rebills = await rebillsOn(await testDatabase(t));
  await rebills.addItem(coffee);
  await rebills.add({ autoOrderOid: 1 }, { cardToken: 'tok_decline_1x-zone' });
  const now = '2026-03-15T14:00:00Z';
  const run = await runWith(rebills, now, () => changeZone(rebills, now, 'Asia/Tokyo'));
  assert.equal(run.declined, 1);
  // The decline was settled in Tokyo time, so the retry is three days later at 23:00 there.
  const retry = (await rebills.load(1)).nextAttemptAt!;
  assert.equal(wireDate(retry, 'Asia/Tokyo'), '2026-03-18T23:00:00+09:00');
  await changeZone(rebills, now, 'America/New_York');
  const moved = (await rebills.load(1)).nextAttemptAt!;
  assert.equal(wireDate(moved, 'America/New_York'), '2026-03-18T23:00:00-04:00');
  assert.equal((await rebills.run('2026-03-19T03:00:00Z')).paid, 1);
  const [item] = (await rebills.load(1)).items;
  assert.equal(wireDate(item!.nextShipmentAt!, 'America/New_York'), '2026-04-15T10:00:00-04:00');
});
