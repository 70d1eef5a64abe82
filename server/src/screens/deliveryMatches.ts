import { type DeliverySearch, deliveryStates } from '@perennial/contract/screens.ts';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import { type ObjectType, objectTypes } from '../platform/events/event.ts';
import type { Bind } from '../platform/storage/page.ts';
import { isAbout } from '../webhooks/logStore.ts';
import type { Condition, ListSource, Matches } from './keyset.ts';
import { inInterval, type SearchInterval } from './matches.ts';

/** The delivery attempts of all webhooks of a merchant: `l` is webhook_log. */
export const deliverySource: ListSource = {
  from: 'webhook_log l',
  merchant: 'l.merchant_id = $1',
  key: { sql: 'l.log_id', type: 'bigint' },
  joins: {},
  sorts: { delivery_dts: { sql: 'l.delivered_at', type: 'timestamptz' } },
};

const isTriedAgain = `exists (select from webhook_delivery d where d.merchant_id = $1
  and d.delivery_id = l.delivery_id and d.attempts = l.attempt)`;

// A partial index serves failed attempts in the order of time.
const inState = {
  delivered: { sql: 'l.success' },
  failed: { sql: `not l.success and not ${isTriedAgain}` },
  waiting: { sql: `not l.success and ${isTriedAgain}` },
} as const;

/** The dates of a search as moments, and its text as objects. */
export interface DeliveryFacts {
  readonly at: SearchInterval;
  /** The objects that the text names as a whole; absent: the text is the beginning of a name. */
  readonly objects?: readonly string[] | undefined;
}

/** Converts the filters of a search to SQL. All of them must match, and one of the states. */
export function deliveryMatches(
  search: DeliverySearch,
  { at, objects }: DeliveryFacts,
  bind: Bind,
): Matches {
  const { webhook_oid: webhook, event_names: events } = search;
  return {
    conditions: [
      ...(webhook ? [{ sql: `l.webhook_oid = ${bind(webhook)}::int` }] : []),
      ...inInterval('l.delivered_at', at, bind),
      ...(events?.length ? [{ sql: `l.event_names && ${bind(events)}::text[]` }] : []),
      ...(objects ? [{ sql: isAbout(objects, bind) }] : beginningOf(search.text, bind)),
    ],
    branches: deliveryStates
      .filter((state) => search.states?.includes(state))
      .map((state) => inState[state]),
  };
}

/**
 * Returns the objects that a text may name as a whole: an id, alone or after its type. Objects are
 * stored as type and id, `order DEMO-0000000101`. The letters of order ids are upper case, those of uuids
 * lower case.
 */
export function objectsNamed(text: string | null | undefined): string[] {
  const name = foldTrimmed(text ?? '');
  if (name === '') return [];
  const typed = objectTypes.filter((type) => name.startsWith(`${type} `));
  const named = (type: ObjectType, id: string) => [`${type} ${id}`, `${type} ${id.toUpperCase()}`];
  return typed.length > 0
    ? typed.flatMap((type) => named(type, name.slice(type.length).trim()))
    : objectTypes.flatMap((type) => named(type, name));
}

/** Tries with events of objects whose id, or type and id, begin with a text. No index serves it. */
function beginningOf(text: string | null | undefined, bind: Bind): Condition[] {
  const beginning = foldTrimmed(text ?? '');
  if (beginning === '') return [];
  return [
    {
      sql: `exists (select from unnest(l.objects) as named (object)
        where position(${bind(` ${beginning}`)} in ' ' || fold(named.object)) > 0)`,
    },
  ];
}
