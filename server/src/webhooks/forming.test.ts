import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formDeliveries, type PendingEvent } from './forming.ts';

const event = (eventId: number, object: string, size = 10): PendingEvent => ({
  place: { stamp: '1', eventId },
  object,
  size,
});
const shown = ({ deliveries, held }: ReturnType<typeof formDeliveries>) => ({
  deliveries: deliveries.map((delivery) => delivery.map((each) => each.place.eventId)),
  held: held.map((each) => each.place.eventId),
});
const limits = { maximumEvents: 2, maximumSize: 100 };

test('events fill a delivery, then the next', () => {
  assert.deepEqual(
    shown(formDeliveries([event(1, 'a'), event(2, 'b'), event(3, 'c')], new Set(), limits)),
    { deliveries: [[1, 2], [3]], held: [] },
  );
});

test('one object’s events share a delivery, or the later ones wait for it', () => {
  const events = [event(1, 'a'), event(2, 'a'), event(3, 'a'), event(4, 'b')];
  assert.deepEqual(shown(formDeliveries(events, new Set(), limits)), {
    deliveries: [[1, 2], [4]],
    held: [3],
  });
});

test('an object whose delivery is under way holds back its own events and no others', () => {
  assert.deepEqual(
    shown(formDeliveries([event(1, 'a'), event(2, 'b'), event(3, 'a')], new Set(['a']), limits)),
    { deliveries: [[2]], held: [1, 3] },
  );
});

test('a delivery stays within its size, and an event larger than that goes alone', () => {
  assert.deepEqual(
    shown(
      formDeliveries([event(1, 'a', 60), event(2, 'b', 60), event(3, 'c', 500)], new Set(), limits),
    ),
    { deliveries: [[1], [2], [3]], held: [] },
  );
});

test(
  'whatever comes: nothing lost, nothing twice, and no object in two deliveries or in one and ' +
    'held before it',
  () => {
    const anEvent = fc.record({
      object: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      size: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(
        fc.array(anEvent, { maxLength: 60 }),
        fc.subarray(['a', 'b', 'c']),
        fc.integer({ min: 1, max: 5 }),
        (given, busy, maximumEvents) => {
          const events = given.map(({ object, size }, index) => event(index, object, size));
          const { deliveries, held } = formDeliveries(events, new Set(busy), {
            maximumEvents,
            maximumSize: 100,
          });
          const all = [...deliveries.flat(), ...held].map((each) => each.place.eventId);
          assert.deepEqual(
            [...all].sort((a, b) => a - b),
            events.map((_, index) => index),
          );
          const seen = new Set(busy);
          for (const delivery of deliveries) {
            const objects = new Set(delivery.map((each) => each.object));
            for (const object of objects) assert.ok(!seen.has(object));
            for (const object of objects) seen.add(object);
            assert.ok(delivery.length <= maximumEvents);
          }
          const firstHeld = new Map<string, number>();
          for (const each of held)
            if (!firstHeld.has(each.object)) firstHeld.set(each.object, each.place.eventId);
          for (const each of deliveries.flat())
            assert.ok(each.place.eventId < (firstHeld.get(each.object) ?? Infinity));
        },
      ),
    );
  },
);
