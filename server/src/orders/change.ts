import type { Order } from '@perennial/contract/order.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { OrderPayment, OrderPaymentCreditCard } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { isAfter, isBefore } from '../kernel/moments.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { billingFault } from './fault.ts';
import type { Occasion } from './occasion.ts';
import { actualCosts, type OrderDocument, type OrderRecord } from './order.ts';
import { paid } from './payment.ts';
import { keptCard, keptPayment, paymentCardFault } from './paymentDetails.ts';
import { paidStage, type ShippedOrder, shippedByUpdate } from './shipping.ts';
import {
  allowedStages,
  inStage,
  isPaidStage,
  type OrderStage,
  stageTransitions,
} from './stages.ts';
import { placeText, taxPlaceOf } from './taxPlace.ts';

/**
 * The fields of a stored order that a client may change. An absent field stays as it is; null
 * clears it.
 */
export type OrderChange = Order;

/**
 * Merges a change into a document. The caller provides it, because all resources use the same
 * function.
 */
export type Merge = (stored: OrderDocument, change: object) => OrderDocument;

/** The inputs of a change besides the order itself. */
export interface ChangeTerms {
  readonly merge: Merge;
  readonly now: Occasion;
  /** True while a charge for the order is in flight, or its answer is unknown. */
  readonly isUnderWay: boolean;
  /** The client's report about the payment, which is not one of its writable fields. */
  readonly said: PaymentSaid;
}

/** The client's report that the order is paid, in the terms of the wire. */
export interface PaymentSaid {
  readonly status?: string | undefined;
  readonly paidAt?: Temporal.Instant | undefined;
}

/** A changed order, and whether the change made it paid. */
export interface ChangedOrder {
  readonly order: OrderRecord;
  readonly becamePaid: boolean;
  /** The shipment that the change made. Absent: none. */
  readonly shipped?: ShippedOrder | undefined;
}

/**
 * Returns the order after a client's change (order reference, updateOrder). Its lines and amounts
 * cannot change, because they were charged. The values that led to them cannot change either:
 * whether a line is taxed, and the tier that gave its price. Other fields of a line may change
 * while its position, item, quantity and price stay.
 */
export function changedOrder(
  stored: OrderRecord,
  change: OrderChange,
  { merge, now, isUnderWay, said }: ChangeTerms,
): Outcome<ChangedOrder, FieldFault> {
  const {
    current_stage: stage,
    items,
    payment,
    summary,
    taxes,
    currency_code,
    exchange_rate,
    current_stage_histories,
    gift,
    coupons,
    ...rest
  } = change;
  const fault =
    billingFault(change.billing) ??
    paymentCardFault(payment, false) ??
    linesFault(stored.document, items) ??
    paymentFault(stored, payment, { now, isUnderWay, said }) ??
    stageFault(stored, stage, isUnderWay) ??
    paidStageFault(stored, stage, said);
  if (fault) return failure(fault);
  const parts = {
    ...rest,
    ...linesChange(stored.document, items, merge),
    ...giftChange(stored.document, gift),
    ...couponsChange(stored.document, coupons),
    summary: summary ? actualCosts(summary) : undefined,
    payment: paymentChange(stored, payment),
  };
  const document = merge(stored.document, parts);
  const token = payment?.credit_card?.card_number_token;
  const order = {
    ...stored,
    document,
    modifiedAt: now.at,
    taxedPlace: taxedPlaceOf(stored, document),
    ...(token ? { cardToken: token } : {}),
  };
  const moved = inNewStage(order, stageAsked(stored, stage, said), now, said);
  const shipped = shippedByUpdate(stored, moved.order, now.by ?? 'Perennial', now);
  return success(shipped === undefined ? moved : { ...moved, order: shipped.order, shipped });
}

// Rebills are taxed at the current address. A rate that the client named applies only to the first
// address.
function taxedPlaceOf(
  { taxedPlace, document: before }: OrderRecord,
  after: OrderDocument,
): string | undefined {
  const place = placeText(taxPlaceOf(before));
  return taxedPlace ?? (place === placeText(taxPlaceOf(after)) ? undefined : place);
}

const paidStatuses: ReadonlySet<string> = new Set(['Processed', 'Skipped']);

/**
 * Returns the stage that the client requests. An order that the client reports as paid, without
 * another stage, is completed. A rejected order or a quote must be moved first.
 */
function stageAsked(
  stored: OrderRecord,
  stage: OrderStage | null | undefined,
  said: PaymentSaid,
): OrderStage | null | undefined {
  const from = stored.document.current_stage ?? 'Unknown';
  if ((stage && stage !== from) || stored.paidAt !== undefined || !isSaidPaid(said)) return stage;
  const done = paidStage(stored.document);
  return stageTransitions[from].includes(done) ? done : stage;
}

const isSaidPaid = ({ status, paidAt }: PaymentSaid): boolean =>
  paidAt !== undefined || paidStatuses.has(status ?? '');

// The payment of an order cannot change while a charge is in flight, because the gateway's answer
// decides it.
function paymentFault(
  stored: OrderRecord,
  payment: Order['payment'],
  { now, isUnderWay, said }: Pick<ChangeTerms, 'now' | 'isUnderWay' | 'said'>,
): FieldFault | undefined {
  if (stored.paidAt !== undefined) return undefined;
  if (said.paidAt !== undefined && isAfter(said.paidAt, now.at))
    return {
      field: 'payment.payment_dts',
      reason: 'is in the future',
      fix: 'Send the moment of the payment, or omit the field',
    };
  if (said.paidAt !== undefined && isBeforeRebill(stored, said.paidAt))
    return {
      field: 'payment.payment_dts',
      reason: 'is before the due date of the rebill',
      fix: 'Send a later moment, or omit the field',
    };
  if (!isUnderWay) return undefined;
  const method = payment?.payment_method;
  if (method && method !== stored.document.payment?.payment_method)
    return underWay('payment.payment_method');
  if (payment?.credit_card?.card_number_token)
    return underWay('payment.credit_card.card_number_token');
  return isSaidPaid(said) ? underWay('payment.payment_status') : undefined;
}

const isBeforeRebill = ({ rebillNumber = 0, createdAt }: OrderRecord, at: Temporal.Instant) =>
  rebillNumber > 0 && isBefore(at, createdAt);

/** Refuses to move a paid order to a stage for unpaid ones. */
function paidStageFault(
  stored: OrderRecord,
  stage: OrderStage | null | undefined,
  said: PaymentSaid,
): FieldFault | undefined {
  const to = stageAsked(stored, stage, said) || (stored.document.current_stage ?? 'Unknown');
  if (stored.paidAt !== undefined || !isSaidPaid(said) || isPaidStage(to)) return undefined;
  return {
    field: said.paidAt === undefined ? 'payment.payment_status' : 'payment.payment_dts',
    reason: `says that the order is paid, but ${to} is for unpaid orders`,
    fix: 'Send current_stage Shipping Department or Completed Order with it, or omit it',
  };
}

const underWay = (field: string): FieldFault => ({
  field,
  reason: 'cannot change while the payment is in progress',
  fix: 'Repeat the change once it is settled',
});

// An order that a user moves to shipping counts as paid: it was paid by other means than a charge.
function inNewStage(
  order: OrderRecord,
  stage: OrderStage | null | undefined,
  now: Occasion,
  said: PaymentSaid,
): ChangedOrder {
  if (!stage || stage === order.document.current_stage) return { order, becamePaid: false };
  if (order.paidAt === undefined && isPaidStage(stage)) {
    const isByCard = order.document.payment?.payment_method === 'Credit Card';
    const status = isByCard && said.status !== 'Processed' ? 'Skipped' : 'Processed';
    return { order: paid(order, status, stage, said.paidAt ?? now.at, now), becamePaid: true };
  }
  return {
    order: {
      ...order,
      document: inStage(order.document, stage, wireDate(now.at, now.timeZone), now.by),
    },
    becamePaid: false,
  };
}

function stageFault(
  stored: OrderRecord,
  stage: OrderStage | null | undefined,
  isUnderWay: boolean,
): FieldFault | undefined {
  const from = stored.document.current_stage ?? 'Unknown';
  if (!stage || stage === from) return undefined;
  if (isUnderWay) return underWay('current_stage');
  const allowed = allowedStages(stored);
  if (allowed.includes(stage)) return undefined;
  return {
    field: 'current_stage',
    reason: `cannot go from ${from} to ${stage}`,
    fix: `Send one of: ${allowed.join(', ')}`,
  };
}

function linesFault(
  { items: stored = [] }: OrderDocument,
  items: Order['items'],
): FieldFault | undefined {
  if (!items) return undefined;
  const fix =
    'Omit items, or send them as they were read. Only the lines of an unpaid duplicate may change';
  if (items.length !== stored.length)
    return { field: 'items', reason: 'cannot be added to or taken from a stored order', fix };
  for (const [i, item] of items.entries()) {
    const line = stored[i]!;
    const changed = (['merchant_item_id', 'quantity'] as const).find(
      (name) => item[name] !== undefined && item[name] !== line[name],
    );
    if (changed)
      return { field: `items[${i}].${changed}`, reason: 'cannot change in a stored order', fix };
    if (item.cost?.value !== undefined && item.cost.value !== line.cost?.value) {
      return { field: `items[${i}].cost`, reason: 'cannot change in a stored order', fix };
    }
  }
  return undefined;
}

function linesChange(
  { items: stored = [] }: OrderDocument,
  items: Order['items'],
  merge: Merge,
): Pick<Order, 'items'> {
  if (!items) return {};
  return {
    items: items.map((item, i) => {
      const {
        cost,
        discount,
        arbitrary_unit_cost,
        auto_order_schedule,
        auto_order_last_rebill_dts,
        item_index,
        options,
        pricing_tier_name,
        quantity_refunded,
        tax_free,
        taxable_cost,
        total_refunded,
        ...rest
      } = item;
      const change = { ...rest, ...optionsChange(stored[i]!, options) };
      return merge(stored[i] as OrderDocument, change) as NonNullable<Order['items']>[number];
    }),
  };
}

// The price of an option cannot change, because it was charged with its line.
function optionsChange(
  { options: stored = [] }: OrderItem,
  options: OrderItem['options'],
): Pick<OrderItem, 'options'> {
  if (!options) return options === undefined ? {} : { options };
  return {
    options: options.map(({ cost_change, one_time_fee, ...option }, place) => {
      const isSame = (each: typeof option | undefined) => each?.label === option.label;
      const known = isSame(stored[place]) ? stored[place] : stored.find(isSame);
      return {
        ...option,
        ...(known?.cost_change && { cost_change: known.cost_change }),
        ...(known?.one_time_fee !== undefined && { one_time_fee: known.one_time_fee }),
      };
    }),
  };
}

// A stored order keeps the coupons with which it was priced; another one would give no discount. A
// coupon that the client leaves out no longer counts for rebills.
function couponsChange(
  { coupons: stored }: OrderDocument,
  coupons: Order['coupons'],
): Pick<Order, 'coupons'> {
  if (!coupons) return coupons === undefined ? {} : { coupons };
  const codes = new Set(coupons.map(({ coupon_code: code }) => fold(code ?? '')));
  return { coupons: (stored ?? []).filter(({ coupon_code: code }) => codes.has(fold(code ?? ''))) };
}

// The amounts that were charged for a gift stay, even when its other fields are cleared. Only a
// refund changes the refunded amounts.
function giftChange(
  { gift: stored = {} }: OrderDocument,
  gift: Order['gift'],
): Pick<Order, 'gift'> {
  if (gift === undefined) return {};
  if (gift) {
    const { gift_charge, gift_charge_refunded, gift_wrap_cost, gift_wrap_refunded, ...rest } = gift;
    return { gift: rest };
  }
  const names = Object.keys(stored);
  if (!names.some((name) => giftAmounts.has(name))) return { gift };
  const others = names.filter((name) => !giftAmounts.has(name));
  return { gift: Object.fromEntries(others.map((name) => [name, null])) };
}

const giftAmounts: ReadonlySet<string> = new Set([
  'gift_charge',
  'gift_charge_refunded',
  'gift_wrap_cost',
  'gift_wrap_refunded',
]);

// The method and the details may change, but not the charged amounts.
function paymentChange(stored: OrderRecord, payment: Order['payment']): Order['payment'] {
  if (!payment) return undefined;
  const { payment_method, payment_status, payment_dts, surcharge, credit_card, ...details } =
    keptPayment(payment);
  const method = payment.payment_method ? { payment_method } : {};
  return fromLoose<NonNullable<Order['payment']>>({
    ...details,
    ...method,
    ...(credit_card && {
      credit_card: isNewCard(stored, payment)
        ? newCard(stored, payment.credit_card ?? {})
        : keptCard(credit_card),
    }),
  });
}

const isNewCard = ({ cardToken }: OrderRecord, { credit_card: card }: OrderPayment): boolean =>
  !!card?.card_number_token && card.card_number_token !== cardToken;

/**
 * Returns the change to another card, without any value of the old one. Fields that the client does
 * not send are unknown until the gateway reports them. A client that sends back what it read sends
 * a new token with the digits of the old card.
 */
function newCard({ document }: OrderRecord, { card_number, ...card }: OrderPaymentCreditCard) {
  const isOld = card_number === document.payment?.credit_card?.card_number;
  const given = keptCard(isOld || card_number === undefined ? card : { ...card, card_number });
  return { ...Object.fromEntries(factsOfCard.map((name) => [name, null])), ...given };
}

const factsOfCard = [
  'card_expiration_month',
  'card_expiration_year',
  'card_number',
  'card_number_truncated',
  'card_type',
] as const satisfies readonly (keyof OrderPaymentCreditCard)[];
