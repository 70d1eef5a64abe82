import type { StockAdjustment } from '@perennial/contract/stock.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import type { Database } from '../platform/storage/database.ts';

/** An adjustment of the stock of an item at a center, as it is stored. */
export interface StoredAdjustment {
  readonly itemOid: number;
  readonly adjustmentOid: number;
  readonly center: string;
  readonly levelBefore: number;
  readonly change: number;
  readonly reason: string;
  readonly adjustedBy: string;
  readonly adjustedAt: Temporal.Instant;
}

/** Adds an adjustment to the history of its item. */
export async function addAdjustment(
  tx: Database,
  merchantId: string,
  adjustment: StoredAdjustment,
): Promise<void> {
  await tx.run(
    `insert into stock_adjustment
       (merchant_id, merchant_item_oid, adjustment_oid, center_code, level_before, change, reason,
        adjusted_by, adjusted_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      merchantId,
      adjustment.itemOid,
      adjustment.adjustmentOid,
      adjustment.center,
      adjustment.levelBefore,
      adjustment.change,
      adjustment.reason,
      adjustment.adjustedBy,
      adjustment.adjustedAt,
    ],
  );
}

/** Returns a page of the adjustments of an item, newest first. */
export async function listAdjustments(
  db: Database,
  merchantId: string,
  itemOid: number,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<StoredAdjustment[]> {
  return await db.rows<StoredAdjustment>(
    `select merchant_item_oid as "itemOid", adjustment_oid as "adjustmentOid",
       center_code as center, level_before::float8 as "levelBefore", change::float8 as change,
       reason, adjusted_by as "adjustedBy", adjusted_at as "adjustedAt"
     from stock_adjustment where merchant_id = $1 and merchant_item_oid = $2
     order by adjustment_oid desc limit $3 offset $4`,
    [merchantId, itemOid, limit, offset],
  );
}

/** Returns the adjustment as the wire shows it, with its moment in the merchant's zone. */
export const wireAdjustment = (stored: StoredAdjustment, timeZone: string): StockAdjustment => ({
  adjustment_oid: stored.adjustmentOid,
  adjusted_by: stored.adjustedBy,
  adjusted_dts: wireDate(stored.adjustedAt, timeZone),
  change: stored.change,
  distribution_center_code: stored.center,
  level_after: Number((stored.levelBefore + stored.change).toFixed(4)),
  level_before: stored.levelBefore,
  merchant_item_oid: stored.itemOid,
  reason: stored.reason,
});
