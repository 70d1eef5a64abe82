import type { Order } from '@perennial/contract/order.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { LetterParts } from './letter.ts';
import type { CustomerNoticeKind } from './notice.ts';

/** Returns a mail of a kind with sample values, for a preview. */
export function sampleParts(
  kind: CustomerNoticeKind,
  merchant: Pick<Merchant, 'merchantId' | 'name' | 'timeZone' | 'currency'>,
  now: Temporal.Instant,
): LetterParts {
  const { name, timeZone, currency } = merchant;
  const orderId = `${merchant.merchantId}-0000000101`;
  return {
    merchant: { name, timeZone },
    order: sampleOrder(orderId, currency),
    updateBillingUrl: 'https://shop.example/billing/sample',
    cancelUrl: 'https://shop.example/customer/cancel/sample',
    verificationToken: 'sample-token',
    notice: {
      noticeId: 1,
      autoOrderOid: 1,
      kind,
      orderId,
      madeAt: now,
      attempts: 1,
      facts: {
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        autoOrderCode: 'RT2A9CBSX9',
        items: [{ description: 'Coffee', quantity: 2, ships: now.add({ hours: 72 }).toString() }],
        card: 'VISA ending in 1111',
        declineReason: 'insufficient funds',
        nextAttempt: now.add({ hours: 72 }).toString(),
        trackingNumbers: ['1Z9999999999999999'],
        itemIndexes: [1],
        isComplete: true,
        refund: { amount: 500, currency },
        expiresMonth: now
          .add({ hours: 24 * 60 })
          .toString()
          .slice(0, 7),
        payment: { amount: 1299, currency, until: now.add({ hours: 72 }).toString() },
      },
    },
  };
}

function sampleOrder(orderId: string, currency: string): Order {
  const money = (value: number) => ({
    value,
    localized_formatted: new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(
      value,
    ),
  });
  return {
    order_id: orderId,
    refund_reason: 'Damaged',
    billing: { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com' },
    items: [
      {
        item_index: 1,
        merchant_item_id: 'COFFEE',
        description: 'Coffee',
        quantity: 2,
        total_cost_with_discount: money(25.98),
      },
    ],
    summary: { shipping_handling_total: money(4), tax: money(0), total: money(29.98) },
  };
}
