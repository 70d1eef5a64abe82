import { type DeliverySearch, deliveryStates } from '@perennial/contract/screens.ts';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { Bind } from '../platform/storage/page.ts';
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

/** Converts the filters of a search to SQL. All of them must match, and one of the states. */
export function deliveryMatches(search: DeliverySearch, at: SearchInterval, bind: Bind): Matches {
  const { webhook_oid: webhook, event_names: events } = search;
  return {
    conditions: [
      ...(webhook ? [{ sql: `l.webhook_oid = ${bind(webhook)}::int` }] : []),
      ...inInterval('l.delivered_at', at, bind),
      ...(events?.length ? [{ sql: `l.event_names && ${bind(events)}::text[]` }] : []),
      ...aboutObject(search.text, bind),
    ],
    branches: deliveryStates
      .filter((state) => search.states?.includes(state))
      .map((state) => inState[state]),
  };
}

/**
 * Matches attempts with events of an object. Objects are stored as type and id, `order
 * DEMO-0000000101`; the text is the beginning of this or of the id alone.
 */
function aboutObject(text: string | null | undefined, bind: Bind): Condition[] {
  const beginning = foldTrimmed(text ?? '');
  if (beginning === '') return [];
  return [
    {
      sql: `exists (select from unnest(l.objects) as named (object)
        where position(${bind(` ${beginning}`)} in ' ' || fold(named.object)) > 0)`,
    },
  ];
}
