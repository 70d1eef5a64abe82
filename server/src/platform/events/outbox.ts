import { required } from '../../kernel/assert.ts';
import type { Context, EventListener, EventSink } from '../context.ts';
import { isOnCitus } from '../storage/distribution.ts';
import { recordset } from '../storage/recordset.ts';
import type { DomainEvent, RecordedEvent } from './event.ts';
import type { FeedPlace } from './feed.ts';

/** Returns the sink that writes to the `event` table and then calls `listeners` in their order. */
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
  object_sequence: number;
}

/**
 * An event to write: its place in the feed, its place in the call, and its number among the events
 * of its object there, from 1.
 */
interface NumberedEvent extends DomainEvent, FeedPlace {
  readonly position: number;
  readonly ordinal: number;
}

async function record(context: Context, events: readonly DomainEvent[]): Promise<RecordedEvent[]> {
  // The planner assumes that a merchant newer than the table's statistics has no events. With such
  // a plan, the search for each object's last event would read all of them (15 s for 600 events
  // among 18,000). The plan for all merchants searches by the object. Citus cannot make such a
  // plan.
  const places = await context.db.rows<FeedPlace>(takePlacesPlanned, [events.length]);
  const numbered = numberEvents(events, places);
  const rows = await context.db.rows<RecordedRow>(insertEvents, [
    context.merchant.merchantId,
    context.now,
    ...written.values(numbered),
  ]);
  const rowOf = new Map(rows.map((row) => [row.event_id, row]));
  return numbered.map(({ position, eventId }) => {
    const row = required(rowOf.get(eventId), 'recorded event');
    return {
      ...events[position]!,
      eventId,
      stamp: row.stamp,
      objectSequence: row.object_sequence,
    };
  });
}

const objectOf = (type: string, id: string): string => `${type} ${id}`;

function numberEvents(
  events: readonly DomainEvent[],
  places: readonly FeedPlace[],
): NumberedEvent[] {
  const counts = new Map<string, number>();
  return events.map((event, position) => {
    const object = objectOf(event.objectType, event.objectId);
    const ordinal = (counts.get(object) ?? 0) + 1;
    counts.set(object, ordinal);
    return { ...event, ...required(places[position], 'place'), position, ordinal };
  });
}

const written = recordset<NumberedEvent>([
  { name: 'event_id', type: 'bigint', read: ({ eventId }) => eventId },
  { name: 'stamp', type: 'xid8', read: ({ stamp }) => stamp },
  { name: 'ordinal', type: 'int', read: ({ ordinal }) => ordinal },
  { name: 'name', type: 'text', read: ({ name }) => name },
  { name: 'object_type', type: 'text', read: ({ objectType }) => objectType },
  { name: 'object_id', type: 'text', read: ({ objectId }) => objectId },
  { name: 'data', type: 'json', read: ({ data = {} }) => data },
  { name: 'at', type: 'timestamptz', read: ({ at }) => at },
]);

const takePlacesPlanned = `
  select p.stamp, p.event_id as "eventId"
  from (select set_config('plan_cache_mode', case when ${isOnCitus}
      then 'auto' else 'force_generic_plan' end, true) as mode offset 0) plan
  cross join take_places($1) as p (stamp, event_id)`;

// Sequence and stamp continue from the object's last event. A transaction that got its id early and
// then waited for the object must not get an earlier stamp than the transaction that it waited for,
// so the greater of the two stamps is used. The merchant's own row leads, so that on Citus the
// statement runs where the merchant is and commits in one step: a commit in two steps ends after
// the stamp has become readable, and the feed would miss the event.
const insertEvents = `
  insert into event as n (merchant_id, event_id, stamp, name, object_type, object_id, object_sequence,
    at, data)
  overriding system value
  select m.merchant_id, r.event_id, greatest(r.stamp, last.stamp), r.name, r.object_type,
    r.object_id, coalesce(last.object_sequence, 0) + r.ordinal, coalesce(r.at, $2), r.data
  from (select merchant_id from merchant where merchant_id = $1) m
  cross join ${written.from(3)}
  cross join lateral (
    select max(l.stamp) as stamp, max(l.object_sequence) as object_sequence
    from (
      select e.stamp, e.object_sequence from event e
      where e.merchant_id = $1 and e.object_type = r.object_type and e.object_id = r.object_id
      order by e.object_sequence desc limit 1
    ) l
  ) last
  returning n.event_id, n.stamp::text as stamp, n.object_sequence`;
