import type { Order } from '@perennial/contract/order.ts';
import type { OrderReasons } from '@perennial/contract/orderRefund.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';

/*
 * Checks the reasons that a merchant offers and requires for refunds and rejections (current API,
 * OrderRefundableResponse). A reason that is not in the merchant's list is accepted. Only a missing
 * required reason is refused.
 */

/** Returns the section `order_reasons` of a merchant's settings. */
export const orderReasonsOf = (settings: Readonly<Record<string, unknown>>): OrderReasons =>
  settings['order_reasons'] ?? {};

/**
 * Returns the required reason that a refund lacks. The reason of the whole refund also counts for
 * each of its lines.
 */
export function refundReasonFault(
  body: Order,
  { rejects }: { readonly rejects: boolean },
  reasons: OrderReasons,
): FieldFault | undefined {
  const hasReason = isSaid(body.refund_reason);
  if (reasons.order_level_refund_reason_required === true && !hasReason)
    return missing('refund_reason', reasons.order_level_refund_reasons);
  const place = (body.items ?? []).findIndex(
    ({ quantity_refunded: quantity, total_refunded: total, refund_reason: reason }) =>
      ((quantity ?? 0) > 0 || (total?.value ?? 0) > 0) && !isSaid(reason),
  );
  if (reasons.item_level_refund_reason_required === true && place >= 0 && !hasReason)
    return missing(`items[${place}].refund_reason`, reasons.item_level_refund_reasons);
  return rejects ? rejectReasonFault(body.reject_reason, reasons) : undefined;
}

/** Returns the fault of a rejection without a reason, if the merchant requires one. */
export const rejectReasonFault = (
  reason: string | null | undefined,
  reasons: OrderReasons,
): FieldFault | undefined =>
  reasons.order_level_reject_reason_required === true && !isSaid(reason)
    ? missing('reject_reason', reasons.order_level_reject_reasons)
    : undefined;

const isSaid = (text: string | null | undefined): boolean => (text ?? '').trim() !== '';

function missing(field: string, offered: OrderReasons['order_level_refund_reasons']): FieldFault {
  const values = (offered ?? []).flatMap(({ value }) => value ?? []);
  return {
    field,
    reason: 'is missing, and the settings of the merchant require it (order_reasons)',
    fix: values.length === 0 ? 'Send the reason' : `Send one of: ${values.join(', ')}`,
  };
}
