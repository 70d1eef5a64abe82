import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { TimelineKind, TimelinePlace, TimelineRow, TimelineScope } from './timeline.ts';

/** One page of a timeline. */
export interface TimelinePage {
  readonly kinds: readonly TimelineKind[];
  /** The page begins after this entry; absent: at the newest. */
  readonly from?: TimelinePlace | undefined;
  /** True to read towards newer entries. */
  readonly isForward: boolean;
  readonly limit: number;
}

/**
 * Reads a page of the life of auto orders in one statement, in the requested direction. Each source
 * is read by the auto orders' own keys, so the time depends on their number of entries and not on
 * the size of the tables.
 */
export async function readTimeline(
  db: Database,
  merchantId: string,
  { autoOrderOids, customerProfileOid }: TimelineScope,
  { kinds, from, isForward, limit }: TimelinePage,
): Promise<TimelineRow[]> {
  const [beyond, direction] = isForward ? ['>', 'asc'] : ['<', 'desc'];
  const order = ['at', 'rank', 'oid', 'place'].map((name) => `${name} ${direction}`).join(', ');
  const rows = await db.rows<Row>(
    `select (extract(epoch from at) * 1000000)::bigint::text as micros, rank, oid, place::text,
       kind, at, facts
     from (${sources.join(' union all ')}) as entries
     where kind = any($4::text[])
       and ($5::bigint is null or (at, rank, oid, place) ${beyond}
         (timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6::int, $7::int, $8::bigint))
     order by ${order} limit $9`,
    [
      merchantId,
      autoOrderOids,
      customerProfileOid === undefined ? null : String(customerProfileOid),
      kinds,
      from?.micros,
      from?.rank,
      from?.oid,
      from?.place,
      limit,
    ],
  );
  return rows.map(({ micros, rank, oid, place, kind, at, facts }) => ({
    micros,
    rank,
    oid,
    place,
    kind,
    at,
    facts,
  }));
}

interface Row {
  micros: string;
  rank: number;
  oid: number;
  place: string;
  kind: TimelineKind;
  at: Temporal.Instant;
  facts: Record<string, unknown>;
}

// The engine's own lines about paid and declined rebills repeat the rows of the rebills.
const repeatsRebill = "l.message ~ '^Rebill [0-9]+ (paid|declined|invoiced)[:, ]'";

const stopsIt = `(l.changes::jsonb @> '[{"field":"status"}]'
  or l.message ~ '^(Canceled|Disabled|Completed): ' or l.message like '% no longer ships: %')`;

const mergesIt = "l.message ~ '^(Merged into|Consolidated with) '";

const history = `
  select l.at, 3 as rank, l.auto_order_oid as oid, l.log_id as place,
    case when ${mergesIt} then 'merge' when ${stopsIt} then 'stop' else 'change' end as kind,
    jsonb_build_object('message', l.message, 'actor', l.actor, 'changes', l.changes) as facts
  from auto_order_log l
  where l.merchant_id = $1 and l.auto_order_oid = any($2::int[]) and not (${repeatsRebill})`;

// More than the attempts of any rebill, so that the positions of entries do not collide.
const attemptPlace = (attempt: string): string => `r.rebill_number::bigint * 65536 + ${attempt}`;

const rebills = `
  select r.at, 2, r.auto_order_oid, ${attemptPlace('r.attempt')},
    case when r.state in ('paid', 'given up', 'invoiced') then 'rebill' else 'attempt' end,
    jsonb_build_object('state', r.state, 'rebill', r.rebill_number, 'attempt', r.attempt,
      'at', r.at, 'order_id', case when r.state in ('paid', 'given up', 'invoiced') then r.order_id end,
      'amount', r.amount_minor, 'currency', r.currency,
      'gateway', r.route[1], 'reference', r.reference, 'settled_by', r.settled_by)
  from rebill r
  where r.merchant_id = $1 and r.auto_order_oid = any($2::int[]) and r.state <> 'declined'`;

const declines = `
  select (d.facts->>'at')::timestamptz, 1, r.auto_order_oid,
    ${attemptPlace("(d.facts->>'attempt')::int")}, 'attempt',
    d.facts || jsonb_build_object('state', 'declined', 'rebill', r.rebill_number,
      'order_id', o.order_id, 'currency', r.currency)
  from rebill r cross join lateral jsonb_array_elements(r.declines) as d (facts)
  left join orders o on o.merchant_id = $1 and o.order_id = r.order_id
  where r.merchant_id = $1 and r.auto_order_oid = any($2::int[])
    and jsonb_array_length(r.declines) > 0`;

const mails = `
  select n.made_at, 4, n.auto_order_oid, n.notice_id, 'mail',
    jsonb_build_object('mail_kind', n.kind, 'order_id', n.order_id, 'email', n.email,
      'subject', n.subject, 'skip_reason', n.skip_reason, 'delivered_at', n.delivered_at,
      'bounced_at', n.bounced_at)
  from notice n
  where n.merchant_id = $1 and n.auto_order_oid = any($2::int[])`;

const tasks = `
  select h.at, 5, t.oid, h.history_id, 'task',
    jsonb_build_object('name', t.name, 'message', h.description, 'task_uuid', t.task_uuid,
      'user_name', h.user_name, 'user_id', h.user_id, 'address', h.ip_address)
  from (
    select w.task_uuid, w.name, k.oid
    from unnest($2::int[]) as k (oid)
    join workflow_task w on w.merchant_id = $1 and w.object_type = 'auto order'
      and w.object_key = k.oid::text
    union all
    select w.task_uuid, w.name, 0 from workflow_task w
    where w.merchant_id = $1 and w.object_type = 'customer profile' and w.object_key = $3
  ) t
  join workflow_history h on h.merchant_id = $1 and h.task_uuid = t.task_uuid`;

// A delivery attempt is placed at the event that it delivered, because the merchant's clock may
// differ much from the machine's.
const deliveries = `
  select coalesce(e.at, l.delivered_at), 6, k.oid, l.log_id, 'delivery',
    jsonb_build_object('webhook_oid', l.webhook_oid, 'success', l.success,
      'status_code', l.status_code, 'event_names', to_jsonb(l.event_names),
      'delivered_at', l.delivered_at)
  from unnest($2::int[]) as k (oid)
  join webhook_log l on l.merchant_id = $1 and l.objects @> array['auto order ' || k.oid]
  left join lateral (
    select max(e.at) as at from unnest(l.stamps, l.event_ids) as p (stamp, event_id)
    join event e on e.merchant_id = $1 and e.stamp = p.stamp and e.event_id = p.event_id
      and e.object_type = 'auto order' and e.object_id = k.oid::text
  ) e on true
  where 'delivery' = any($4::text[])`;

const sources = [history, rebills, declines, mails, tasks, deliveries];

/** Returns the auto orders that a customer's orders started, by their oids. */
export async function findOidsOfCustomer(
  db: Database,
  merchantId: string,
  customerProfileOid: number,
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select distinct o.auto_order_oid from orders o
     where o.merchant_id = $1 and o.customer_profile_oid = $2 and o.rebill_number = 0
     order by o.auto_order_oid`,
    [merchantId, customerProfileOid],
  );
  return rows.map((row) => row.auto_order_oid);
}
