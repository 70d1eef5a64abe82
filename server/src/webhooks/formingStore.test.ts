import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMerchantRow, testDatabase } from '../../../test/support/database.ts';
import { feedStart } from '../platform/events/feed.ts';
import { readPending } from './formingStore.ts';
import { insertCaptured } from './payloadStore.ts';

test('waiting events are read by transaction number: none is skipped when 99 is followed by 100', async (t) => {
  const db = await testDatabase(t);
  await addMerchantRow(db, 'DEMO');
  const stamps = ['9', '99', '100', '101'];
  await insertCaptured(
    db,
    'DEMO',
    stamps.toReversed().map((stamp, index) => ({
      place: { stamp, eventId: index + 1 },
      expansion: '',
      webhookOids: [7],
      name: 'auto_order_update',
      object: `auto order ${stamp}`,
      payload: '{}',
    })),
  );
  const read: string[] = [];
  for (let place = feedStart; ; ) {
    const page = await readPending(db, 'DEMO', 7, place, 1);
    if (page.events.length === 0) break;
    read.push(...page.events.map((event) => event.place.stamp));
    place = page.place;
  }
  assert.deepEqual(read, stamps);
});
