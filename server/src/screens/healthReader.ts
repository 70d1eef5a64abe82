import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import type { Database } from '../platform/storage/database.ts';
import { chargesOffSection } from '../platform/tenancy/hold.ts';

/**
 * Counts of a merchant's waiting, failed and doubtful work. They stop at {@link healthCountMax}.
 */
export interface MerchantHealth {
  /** 1 if a person stopped the charges. */
  readonly charges_stopped: number;
  readonly overdue_auto_orders: number;
  readonly overdue_seconds: number;
  readonly parked_auto_orders: number;
  readonly declined_rebills: number;
  readonly unknown_charges: number;
  readonly unknown_charge_seconds: number;
  readonly open_charges: number;
  readonly open_refunds: number;
  readonly webhooks_disabled: number;
  readonly webhooks_failing: number;
  readonly webhook_events_waiting: number;
  readonly webhook_waiting_seconds: number;
  readonly mails_waiting: number;
  readonly mails_failing: number;
  readonly mail_waiting_seconds: number;
  readonly jobs_waiting: number;
}

/** Rows beyond this number are not counted, so that a scrape stays cheap. */
export const healthCountMax = 10_000;

/** The seconds from a time until now; 0 when it is absent or in the future. */
const secondsSince = (moment: string, now: string): string =>
  `coalesce(greatest(extract(epoch from ${now} - ${moment}), 0), 0)::float8`;

/** The first rows that match a condition, so that counting is limited. */
const some = (columns: string, from: string): string =>
  `(select ${columns} from ${from} limit ${healthCountMax})`;

/**
 * Counts the waiting, failed and doubtful work of a merchant in one statement; an index serves each
 * part of it. `now` is the time on the merchant's clock; webhooks and mails wait by PostgreSQL's
 * clock.
 */
export async function readHealth(
  db: Database,
  merchantId: string,
  now: Temporal.Instant,
): Promise<MerchantHealth> {
  return required(
    await db.row<MerchantHealth>(
      `select due.*, charges.*, refunds.*, webhooks.*, deliveries.*, mails.*,
         (select count(*) from merchant m
           where m.merchant_id = $1 and m.settings ? '${chargesOffSection}') as charges_stopped,
         (select count(*) from ${some('1', 'auto_order where merchant_id = $1' + parked)} p)
           as parked_auto_orders,
         (select count(*) from ${some('1', 'rebill where merchant_id = $1' + declined)} d)
           as declined_rebills,
         (select count(*) from ${some('1', 'auto_order_update_job where merchant_id = $1')} j)
           as jobs_waiting
       from ${due}, ${charges}, ${refunds}, ${webhooks}, ${deliveries}, ${mails}`,
      [merchantId, now],
    ),
    'health',
  );
}

const parked = " and failure_reason like 'Cannot rebill: %'";
const declined = ` and state in ('declined', 'given up') and at > $2::timestamptz - interval '1 day'
  and at <= $2`;

const due = `(select count(*) as overdue_auto_orders,
    ${secondsSince('min(d.due_at)', '$2::timestamptz')} as overdue_seconds
  from (select due_at from auto_order where merchant_id = $1 and due_at <= $2
    order by due_at limit ${healthCountMax}) d) due`;

const unknownRebill = "(state = 'unknown' and confirm_until is null) as is_unknown, at";
const openRebills = 'rebill where merchant_id = $1 and lease_until is not null';
const openOrders = 'orders where merchant_id = $1 and charge_lease_until is not null';
// First payments of orders have a lease and no state: when it ends, the gateway is queried again. A
// payment that waits for its customer is open, but its gateway has answered.
const charges = `(select count(*) filter (where c.is_unknown) as unknown_charges,
    ${secondsSince('min(c.at) filter (where c.is_unknown)', '$2::timestamptz')}
      as unknown_charge_seconds,
    count(*) as open_charges
  from (${some(unknownRebill, openRebills)}
    union all ${some('charge_lease_until < now() as is_unknown, created_at', openOrders)}) c) charges`;

const refunds = `(select count(*) as open_refunds
  from ${some('1', "order_refund where merchant_id = $1 and state = 'refunding'")} r) refunds`;

const webhooks = `(select count(*) filter (where w.disabled) as webhooks_disabled,
    count(*) filter (where not w.disabled and w.consecutive_failures > 0) as webhooks_failing
  from ${some('disabled, consecutive_failures', 'webhook where merchant_id = $1')} w) webhooks`;

const deliveries = `(select coalesce(sum(cardinality(d.event_ids)), 0)::int
      + (select count(*) from ${some('1', 'webhook_held where merchant_id = $1')} h)::int
      as webhook_events_waiting,
    ${secondsSince('min(d.created_at)', 'now()')} as webhook_waiting_seconds
  from ${some('event_ids, created_at', 'webhook_delivery where merchant_id = $1')} d) deliveries`;

const mails = `(select count(*) as mails_waiting,
    count(*) filter (where m.attempts > 0) as mails_failing,
    ${secondsSince('min(m.next_try_at)', 'now()')} as mail_waiting_seconds
  from (select attempts, next_try_at from notice where merchant_id = $1
    and next_try_at is not null order by next_try_at limit ${healthCountMax}) m) mails`;
