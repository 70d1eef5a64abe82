import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { RebillKey, RebillState, StoredDecline } from './attempt.ts';
import type { Explanation } from './explanation.ts';

/** The parts of a rebill's row that explain its charge. */
export interface ExplainedRebill {
  readonly state: RebillState;
  readonly attempt: number;
  readonly at: Temporal.Instant;
  readonly gateway: string | null;
  readonly reference: string | null;
  readonly settled_by: string | null;
  readonly edited_fields: string[] | null;
  /** Null for a rebill of an earlier version. */
  readonly explanation: Explanation | null;
  readonly declines: readonly (StoredDecline & { readonly attempt: number; readonly at: string })[];
}

/** Reads the explanation of a rebill; undefined when there is no such rebill. */
export function findExplained(
  db: Database,
  merchantId: string,
  { autoOrderOid, rebillNumber }: RebillKey,
): Promise<ExplainedRebill | undefined> {
  return db.row<ExplainedRebill>(
    `select state, attempt, at, route[1] as gateway, reference, settled_by, edited_fields,
       explanation, declines
     from rebill where merchant_id = $1 and auto_order_oid = $2 and rebill_number = $3`,
    [merchantId, autoOrderOid, rebillNumber],
  );
}
