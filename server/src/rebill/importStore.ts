import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { Database } from '../platform/storage/database.ts';
import { merchantRow } from '../platform/storage/recordset.ts';

/**
 * A rebill that ended before this server had a record of it: demo data, or a rebill by another
 * system.
 */
export interface PastRebill {
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
  readonly state: 'paid' | 'declined';
  /** The number of attempts to charge. */
  readonly attempt: number;
  /** When the last charge was attempted. */
  readonly at: Temporal.Instant;
  readonly orderId: string;
  readonly amount: Minor;
  readonly currency: string;
  /** The code of the gateway that answered; empty if nothing was charged. */
  readonly route: readonly string[];
  readonly reference?: string | undefined;
  /** In order of time. */
  readonly declines: readonly {
    readonly attempt: number;
    readonly at: Temporal.Instant;
    readonly reason: string;
  }[];
}

/** Inserts any number of rebills of existing auto orders in one statement. */
export async function insertPastRebills(
  tx: Database,
  merchantId: string,
  rebills: readonly PastRebill[],
): Promise<void> {
  const rows = rebills.map((rebill) => ({
    auto_order_oid: rebill.autoOrderOid,
    rebill_number: rebill.rebillNumber,
    state: rebill.state,
    attempt: rebill.attempt,
    at: rebill.at,
    first_declined_at: rebill.declines[0]?.at,
    order_id: rebill.orderId,
    amount_minor: rebill.amount,
    currency: rebill.currency,
    route: rebill.route,
    reference: rebill.reference,
    declines: rebill.declines,
  }));
  await tx.run(
    `insert into rebill (merchant_id, auto_order_oid, rebill_number, state, attempt, at,
       first_declined_at, order_id, amount_minor, currency, route, reference, declines)
     select m.merchant_id, auto_order_oid, rebill_number, state, attempt, at,
       first_declined_at, order_id, amount_minor, currency, route, reference, declines
     from ${merchantRow} cross join jsonb_to_recordset($2::jsonb) as r (
       auto_order_oid int, rebill_number int, state text, attempt smallint, at timestamptz,
       first_declined_at timestamptz, order_id text, amount_minor bigint, currency text,
       route text[], reference text, declines jsonb)`,
    [merchantId, JSON.stringify(rows)],
  );
}
