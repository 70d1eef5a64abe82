import type { Order } from '@perennial/contract/order.ts';
import type { Temporal } from 'temporal-polyfill';
import { fromLoose } from '../kernel/fromLoose.ts';
import type { Minor } from '../kernel/money.ts';

/**
 * The wire's Order as it is stored: without the parts that are read from other records. Its money
 * values are the wire's decimals, but rules use the record's `total`.
 */
export type OrderDocument = Omit<Order, 'auto_order' | 'customer_profile' | 'creation_dts'>;

/** The objects and lists of a document. Each has a column of the same name. */
export const orderParts = [
  'affiliates',
  'billing',
  'buysafe',
  'channel_partner',
  'checkout',
  'coupons',
  'current_stage_histories',
  'digital_order',
  'edi',
  'fraud_score',
  'gift',
  'gift_certificate',
  'internal',
  'items',
  'linked_shipment',
  'marketing',
  'payment',
  'point_of_sale',
  'properties',
  'quote',
  'salesforce',
  'shipping',
  'summary',
  'Tags',
  'taxes',
  'utms',
] as const satisfies readonly (keyof OrderDocument)[];

/** The name of an object or a list inside an order. */
export type OrderPart = (typeof orderParts)[number];

/** An order: its document and the values that are stored along with it. */
export interface OrderRecord {
  readonly merchantId: string;
  /** `<MERCHANT>-<10 digits>`. */
  readonly orderId: string;
  readonly document: OrderDocument;
  readonly createdAt: Temporal.Instant;
  readonly modifiedAt: Temporal.Instant;
  /** When the order was paid. Absent while it is unpaid. */
  readonly paidAt?: Temporal.Instant | undefined;
  /** The currency of `total` (ISO 4217). */
  readonly currency: string;
  readonly total: Minor;
  readonly customerProfileOid?: number | undefined;
  /** The auto order that it started (`rebillNumber` 0) or of which it is a rebill. */
  readonly autoOrderOid?: number | undefined;
  readonly rebillNumber?: number | undefined;
  /** The order of which it is a duplicate or a replacement. A copy starts no auto order. */
  readonly copiedFrom?: string | undefined;
  /** The shipping address when its tax was calculated; absent: the address never changed. */
  readonly taxedPlace?: string | undefined;
  /** How many pieces of each line refunds put back into stock. Absent: none. */
  readonly restocked?: readonly number[] | undefined;
  /** The token of the card at the gateway. */
  readonly cardToken?: string | undefined;
  /** Why its auto order is not billed, as the second part of a sentence. Absent: no reason. */
  readonly rebillStop?: string | undefined;
  /** Whether its first charge was started and is not settled. */
  readonly charging?: boolean;
  /** The gateway of that charge if it was reported that the settings no longer name it. */
  readonly goneGateway?: string;
}

/** Returns the id of a merchant's order from its number (order reference, order_id). */
export function orderIdOf(merchantId: string, number: number): string {
  return `${merchantId}-${String(number).padStart(10, '0')}`;
}

/** The fields of a summary that only the merchant knows: the actual costs of the order. */
export function actualCosts(summary: Order['summary']): NonNullable<Order['summary']> {
  const {
    actual_fulfillment,
    actual_other_cost,
    actual_payment_processing,
    actual_profit,
    actual_shipping,
  } = summary ?? {};
  return fromLoose<NonNullable<Order['summary']>>({
    actual_fulfillment,
    actual_other_cost,
    actual_payment_processing,
    actual_profit,
    actual_shipping,
  });
}
