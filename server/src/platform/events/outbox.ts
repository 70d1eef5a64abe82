import { required } from '../../kernel/assert.ts';
import type { Context, EventListener, EventSink } from '../context.ts';
import { recordset } from '../storage/recordset.ts';
import type { DomainEvent, ObjectType, RecordedEvent } from './event.ts';

/** The sink that writes to the `event` table and calls `listeners` in their order. */
export function outbox(listeners: readonly EventListener[]): EventSink {
  return {
    async emit(context, events) {
      if (events.length === 0) return;
      const recorded = await record(context, events);
      for (const listener of listeners) await listener(context, recorded);
    },
  };
}

interface RecordedRow {
  event_id: number;
  stamp: string;
  object_type: ObjectType;
  object_id: string;
  object_sequence: number;
}

/** An event to write: its place in the call, and among those of its object there, from 1. */
interface NumberedEvent extends DomainEvent {
  readonly position: number;
  readonly ordinal: number;
}

async function record(context: Context, events: readonly DomainEvent[]): Promise<RecordedEvent[]> {
  // A merchant that is younger than the table's statistics counts as having no events: with such a
  // plan, the search for each object's last event would read all of them (15 s for 600 events among
  // 18,000). The plan for any merchant goes by the object.
  await context.db.run('set local plan_cache_mode = force_generic_plan');
  const numbered = numberEvents(events);
  const rows = await context.db.rows<RecordedRow>(insertEvents, [
    context.merchant.merchantId,
    context.now,
    ...written.values(numbered),
  ]);
  const rowsOf = Map.groupBy(rows, (row) => objectOf(row.object_type, row.object_id));
  for (const own of rowsOf.values()) own.sort((a, b) => a.object_sequence - b.object_sequence);
  return numbered.map(({ position, ordinal, objectType, objectId }) => {
    const row = required(
      rowsOf.get(objectOf(objectType, objectId))?.[ordinal - 1],
      'recorded event',
    );
    return {
      ...events[position]!,
      eventId: row.event_id,
      stamp: row.stamp,
      objectSequence: row.object_sequence,
    };
  });
}

const objectOf = (type: string, id: string): string => `${type} ${id}`;

function numberEvents(events: readonly DomainEvent[]): NumberedEvent[] {
  const counts = new Map<string, number>();
  return events.map((event, position) => {
    const object = objectOf(event.objectType, event.objectId);
    const ordinal = (counts.get(object) ?? 0) + 1;
    counts.set(object, ordinal);
    return { ...event, position, ordinal };
  });
}

const written = recordset<NumberedEvent>([
  { name: 'position', type: 'int', read: ({ position }) => position },
  { name: 'ordinal', type: 'int', read: ({ ordinal }) => ordinal },
  { name: 'name', type: 'text', read: ({ name }) => name },
  { name: 'object_type', type: 'text', read: ({ objectType }) => objectType },
  { name: 'object_id', type: 'text', read: ({ objectId }) => objectId },
  { name: 'data', type: 'json', read: ({ data = {} }) => data },
  { name: 'at', type: 'timestamptz', read: ({ at }) => at },
]);

// Sequence and stamp continue from the object's last event. A transaction that got its id early and
// then waited for the object must not be stamped before the one it waited for, so the greater of
// the two stamps is used.
const insertEvents = `
  insert into event (merchant_id, stamp, name, object_type, object_id, object_sequence, at, data)
  select $1, greatest(event_stamp(), last.stamp), r.name, r.object_type, r.object_id,
    coalesce(last.object_sequence, 0) + r.ordinal, coalesce(r.at, $2), r.data
  from ${written.from(3)}
  left join lateral (
    select e.stamp, e.object_sequence from event e
    where e.merchant_id = $1 and e.object_type = r.object_type and e.object_id = r.object_id
    order by e.object_sequence desc limit 1
  ) last on true
  order by r.position
  returning event_id, stamp::text as stamp, object_type, object_id, object_sequence`;
