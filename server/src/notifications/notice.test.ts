import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventName } from '@perennial/contract/events.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { noticesOf } from './notice.ts';

const event = (
  name: EventName,
  objectId = '1',
  data: Record<string, unknown> = {},
): RecordedEvent => ({
  name,
  objectType: 'auto order',
  objectId,
  data,
  eventId: 1,
  stamp: '1',
  objectSequence: 1,
});

test('which mails an event causes', async (t) => {
  const cases: [what: string, events: RecordedEvent[], mails: string[]][] = [
    [
      'a paid rebill',
      [event('auto_order_rebill', '1', { order_id: 'TEST-1' })],
      ['1 receipt TEST-1'],
    ],
    [
      'two rebills of one auto order',
      [
        event('auto_order_rebill', '1', { order_id: 'TEST-1' }),
        event('auto_order_rebill', '1', { order_id: 'TEST-2' }),
      ],
      ['1 receipt TEST-1', '1 receipt TEST-2'],
    ],
    [
      'two items that ship soon',
      [event('auto_order_preshipment'), event('auto_order_preshipment')],
      ['1 preshipment'],
    ],
    [
      'a decline with another try',
      [event('auto_order_decline', '1', { final: false })],
      ['1 declined_card'],
    ],
    [
      'a decline that disables',
      [event('auto_order_decline', '1', { final: true }), event('auto_order_disable')],
      ['1 disabled'],
    ],
    [
      'a decline that cancels',
      [event('auto_order_decline'), event('auto_order_cancel')],
      ['1 canceled'],
    ],
    [
      'a decline of one and the end of another',
      [event('auto_order_decline', '1'), event('auto_order_disable', '2')],
      ['1 declined_card', '2 disabled'],
    ],
    ['an update', [event('auto_order_update'), event('auto_order_create')], []],
    ['an event of an order', [{ ...event('auto_order_rebill'), objectType: 'order' }], []],
  ];
  for (const [what, events, mails] of cases) {
    await t.test(what, () => {
      const wanted = noticesOf(events).map(({ autoOrderOid, kind, orderId }) =>
        [autoOrderOid, kind, orderId].filter((part) => part !== undefined).join(' '),
      );
      assert.deepEqual(wanted, mails);
    });
  }
});
