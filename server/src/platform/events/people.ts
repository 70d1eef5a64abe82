import type { Match, PersonKeeper } from '../privacy/person.ts';
import type { ObjectType } from './event.ts';

const objects: readonly (readonly [ObjectType, Match])[] = [
  ['order', 'orderIds'],
  ['auto order', 'autoOrderOids'],
  ['customer profile', 'customerOids'],
  ['chargeback', 'disputeOids'],
  ['workflow task', 'taskUuids'],
  ['workflow task', 'mentioningTaskUuids'],
];

/** The personal data in events. */
export const eventPeople: PersonKeeper = {
  tables: objects.map(([type, match]) => ({
    table: 'event',
    key: ['stamp', 'event_id'],
    where: `object_type = '${type}' and object_id = any($2::text[])`,
    match,
    ...(match === 'mentioningTaskUuids' ? { isMention: true as const } : {}),
    columns: { data: 'json' } as const,
    kept: 'name object_type object_id',
  })),
};
