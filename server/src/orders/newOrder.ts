import type { Order } from '@perennial/contract/order.ts';
import type { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import { isInvoiced } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { hasAddressForm } from '../kernel/mailAddress.ts';
import { type Minor, minor } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { readWireDate } from '../kernel/wireDates.ts';
import type { CouponClaim } from './couponUse.ts';
import { billingFault } from './fault.ts';
import {
  keepsLimits,
  purchaseRules,
  soldOutFault,
  soldOutLines,
  testAmountOf,
  twiceFaults,
  unacceptedFault,
  unacceptedWarnings,
} from './newOrderCheck.ts';
import { newOrderDocument } from './newOrderDocument.ts';
import type { LineWarning, OrderLine } from './newOrderLine.ts';
import { pricedOrder } from './newOrderPrice.ts';
import type { NewOrderRequest } from './newOrderRequest.ts';
import type { Occasion } from './occasion.ts';
import { type OnceItem, onceItemsOf } from './onceItem.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { type PaymentPlan, paid, planPayment } from './payment.ts';
import { paymentCardFault, paymentMethodOf } from './paymentDetails.ts';
import { centerOf, defaultCenter, paidStage } from './shipping.ts';
import { inStage } from './stages.ts';

/** An order that is ready to be stored, and the plan for its payment. */
export interface NewOrder {
  readonly order: OrderRecord;
  readonly plan: PaymentPlan;
  readonly warnings: readonly LineWarning[];
  /**
   * The lines with an item that each customer may buy once (item reference, one_per_customer), or a
   * limited number of times (cumulative_order_limit).
   */
  readonly onceItems: readonly OnceItem[];
  /** The claims that must be taken before the order is stored. */
  readonly couponClaims: readonly CouponClaim[];
}

/**
 * Returns a new order with its totals, or its first fault. The order is paid at once if no gateway
 * needs to be asked.
 */
export function newOrder(request: NewOrderRequest): Outcome<NewOrder, FieldFault> {
  const { order: wire, now } = request;
  const addressFault = billingFault(wire.billing);
  if (addressFault) return failure(addressFault);
  const priced = pricedOrder(request);
  if (!priced.ok) return priced;
  const { lines, coupons, totals, credit, shipping } = priced.value;
  const owed = minor(totals.total - credit);
  const flags = flagsFor(request);
  const tested = testAmountOf(request, lines);
  const plan = planPayment(paymentMethodOf(wire.payment), flags, owed, tested);
  const fault = paymentCardFault(wire.payment, plan.kind === 'charge');
  if (fault) return failure(fault);
  const unaccepted = unacceptedFault(request, lines);
  const limited = [...twiceFaults(lines), ...purchaseRules(request, totals.subtotal)];
  if (limited[0] && keepsLimits(request)) return failure(limited[0]);
  const short = soldOutLines(request);
  const refused = unaccepted ?? (short[0] && soldOutFault(short[0]));
  if (refused && plan.kind === 'charge') return failure(refused);
  const record = recordOf(request, newOrderDocument(request, priced.value, owed), owed);
  return success({
    order: planned(record, plan, now),
    plan,
    warnings: [
      ...lines.flatMap((line) => line.warnings),
      ...centerWarnings(request),
      ...emailWarnings(wire),
      ...rebillWarnings(wire, lines),
      ...coupons.warnings,
      ...unacceptedWarnings(unaccepted),
      ...shipping.warnings,
      ...limited.map(({ field, reason }) => ({ code: 'purchase_rule', field, reason }) as const),
      ...short,
    ],
    couponClaims: coupons.claims,
    onceItems: onceItemsOf(request, lines),
  });
}

/** The flags of the insert, and the settings for payments in the customer's profile. */
function flagsFor({ order, channelPartner, customer }: NewOrderRequest): OrderChannelPartner {
  const waits =
    customer?.noRealtimeCharge === true && paymentMethodOf(order.payment) === 'Credit Card';
  return {
    ...channelPartner,
    ...(customer?.autoApprovePurchaseOrder && { auto_approve_purchase_order: true }),
    ...(waits && { no_realtime_payment_processing: true }),
  };
}

/** Warns of lines that no distribution center would ship, because their center does not exist. */
const centerWarnings = ({ order, centers = [] }: NewOrderRequest): LineWarning[] =>
  (order.items ?? []).flatMap((line, index) =>
    [defaultCenter, ...centers].includes(centerOf(line))
      ? []
      : [
          {
            code: 'unknown_center',
            field: `items[${index}].distribution_center_code`,
            reason:
              `${centerOf(line)} is not a distribution center, so no center ships this line: ` +
              'correct the code, or add the center',
          },
        ],
  );

/**
 * Warns of an email to which no receipt can be sent. Published clients insert any text as an email.
 */
function emailWarnings({ billing }: Order): LineWarning[] {
  const email = billing?.email?.trim();
  if (!email || hasAddressForm(email)) return [];
  const reason = 'is not an email address, so nothing is mailed to the customer';
  return [{ code: 'no_email_address', field: 'billing.email', reason }];
}

/** Warns of a recurring purchase that cannot be charged or invoiced again. */
function rebillWarnings({ payment }: Order, lines: readonly OrderLine[]): LineWarning[] {
  const method = paymentMethodOf(payment);
  const canRecur = isInvoiced(method) || !!payment?.credit_card?.card_number_token;
  if (canRecur || !lines.some(({ recurs }) => recurs)) return [];
  return [
    {
      code: 'not_rebillable',
      field: 'payment.credit_card.card_number_token',
      reason:
        `is missing, and no gateway here can charge ${method} again, so nothing will be billed ` +
        'until the order has the token of a card',
    },
  ];
}

function recordOf(request: NewOrderRequest, document: OrderDocument, total: Minor): OrderRecord {
  return {
    merchantId: request.merchantId,
    orderId: request.orderId,
    document,
    createdAt: request.now.at,
    modifiedAt: request.now.at,
    currency: request.currency,
    total,
    ...(request.customerProfileOid === undefined
      ? {}
      : { customerProfileOid: request.customerProfileOid }),
    ...(request.order.payment?.credit_card?.card_number_token
      ? { cardToken: request.order.payment.credit_card.card_number_token }
      : {}),
  };
}

function planned(order: OrderRecord, plan: PaymentPlan, now: Occasion): OrderRecord {
  const at = wireDate(now.at, now.timeZone);
  switch (plan.kind) {
    case 'charge':
      return {
        ...order,
        document: inStage(order.document, 'Pending Clearance', at, now.by),
        charging: true,
      };
    case 'waiting':
      return { ...order, document: inStage(order.document, plan.stage, at, now.by) };
    case 'paid':
      return paid(
        order,
        plan.status,
        paidStage(order.document),
        paidAtOf(order.document, plan.status) ?? now.at,
        now,
      );
  }
}

// Used only if the order was paid elsewhere (order reference, OrderPayment.payment_dts).
function paidAtOf(
  document: OrderDocument,
  status: 'Processed' | 'Skipped',
): Temporal.Instant | undefined {
  const given = status === 'Skipped' ? document.payment?.payment_dts : undefined;
  const parsed = given === undefined ? undefined : readWireDate(given, 'UTC');
  return parsed?.ok ? parsed.value : undefined;
}
