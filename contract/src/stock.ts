/** Adjustments of an item's stock by people and programs. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, decimal, int32, many, model, one, readOnly, text, textTo } from './fields.ts';

export const StockAdjustment = model(
  'StockAdjustment',
  'What was added to the stock of an item at a center or taken away from it, and why. It never changes.',
  {
    adjustment_oid: readOnly(int32()),
    adjusted_by: readOnly(text('The user or the key that adjusted it.')),
    adjusted_dts: readOnly(dateTime('The moment on the merchant’s clock.')),
    change: decimal('What is added; below zero: taken away. Four decimals at most.'),
    distribution_center_code: textTo(10, 'A center of the item.'),
    level_after: readOnly(decimal('The inventory_level of the center after it.')),
    level_before: readOnly(decimal('The inventory_level of the center before it.')),
    merchant_item_oid: readOnly(int32()),
    reason: textTo(200, 'Why, for the history of the item.'),
  },
);
export type StockAdjustment = Static<typeof StockAdjustment>;

export const StockAdjustmentResponse = answer('StockAdjustmentResponse', {
  stock_adjustment: one(StockAdjustment),
});
export type StockAdjustmentResponse = Static<typeof StockAdjustmentResponse>;

export const StockAdjustmentsResponse = answer('StockAdjustmentsResponse', {
  stock_adjustments: many(StockAdjustment),
});
export type StockAdjustmentsResponse = Static<typeof StockAdjustmentsResponse>;
