import type { Order } from '@perennial/contract/order.ts';
import { wireDate } from '../kernel/calendar.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { billingFault, type OrderFault } from './fault.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { type Occasion, paid } from './payment.ts';
import { cardFault, keptCard, keptPayment } from './paymentDetails.ts';
import { inStage, isPaidStage, type OrderStage, stageTransitions } from './stages.ts';

/** What a client may change of a stored order: its writable fields, absent ones to stay, null to clear. */
export type OrderChange = Order;

/** Merges a change into a document; handed in, because it is the same for every resource. */
export type Merge = (stored: OrderDocument, change: object) => OrderDocument;

/** A changed order, and whether the change is what paid it. */
export interface ChangedOrder {
  readonly order: OrderRecord;
  readonly becamePaid: boolean;
}

/**
 * The order after a change of a client (order reference, updateOrder). Its lines and amounts stand: they were charged. A line's other fields may change
 * while its place, item, quantity and price stay.
 */
export function changedOrder(
  stored: OrderRecord,
  change: OrderChange,
  merge: Merge,
  now: Occasion,
): Outcome<ChangedOrder, OrderFault> {
  const {
    current_stage: stage,
    items,
    payment,
    summary,
    taxes,
    currency_code,
    exchange_rate,
    current_stage_histories,
    ...rest
  } = change;
  const fault =
    billingFault(change.billing) ??
    cardFault(payment, false) ??
    linesFault(stored.document, items) ??
    stageFault(stored, stage);
  if (fault) return failure(fault);
  const parts = {
    ...rest,
    ...linesChange(stored.document, items, merge),
    summary: actualCosts(summary),
    payment: paymentChange(payment),
  };
  const document = merge(stored.document, parts);
  const token = payment?.credit_card?.card_number_token;
  const order = { ...stored, document, modifiedAt: now.at, ...(token ? { cardToken: token } : {}) };
  return success(inNewStage(order, stage, now));
}

// An order that a person moves on to shipping counts as paid: the money came by another way than a charge.
function inNewStage(
  order: OrderRecord,
  stage: OrderStage | null | undefined,
  now: Occasion,
): ChangedOrder {
  if (!stage || stage === order.document.current_stage) return { order, becamePaid: false };
  if (order.paidAt === undefined && isPaidStage(stage)) {
    const status =
      order.document.payment?.payment_method === 'Credit Card' ? 'Skipped' : 'Processed';
    return { order: paid(order, status, stage, now.at, now), becamePaid: true };
  }
  return {
    order: { ...order, document: inStage(order.document, stage, wireDate(now.at, now.timeZone)) },
    becamePaid: false,
  };
}

function stageFault(
  stored: OrderRecord,
  stage: OrderStage | null | undefined,
): OrderFault | undefined {
  const from = stored.document.current_stage ?? 'Unknown';
  if (!stage || stage === from) return undefined;
  if (stored.charging)
    return {
      field: 'current_stage',
      reason: 'cannot change while the payment is under way',
      mend: 'Repeat the change once it is settled',
    };
  if (stageTransitions[from].includes(stage)) return undefined;
  return {
    field: 'current_stage',
    reason: `cannot go from ${from} to ${stage}`,
    mend: `Send one of: ${stageTransitions[from].join(', ')}`,
  };
}

function linesFault(
  { items: stored = [] }: OrderDocument,
  items: Order['items'],
): OrderFault | undefined {
  if (!items) return undefined;
  const mend = 'Leave items out, or send them as they were read';
  if (items.length !== stored.length)
    return { field: 'items', reason: 'cannot be added to or taken from a stored order', mend };
  for (const [i, item] of items.entries()) {
    const line = stored[i]!;
    const changed = (['merchant_item_id', 'quantity'] as const).find(
      (name) => item[name] !== undefined && item[name] !== line[name],
    );
    if (changed)
      return { field: `items[${i}].${changed}`, reason: 'cannot change in a stored order', mend };
    if (item.cost?.value !== undefined && item.cost.value !== line.cost?.value) {
      return { field: `items[${i}].cost`, reason: 'cannot change in a stored order', mend };
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
        taxable_cost,
        ...rest
      } = item;
      return merge(stored[i] as OrderDocument, rest) as NonNullable<Order['items']>[number];
    }),
  };
}

function actualCosts(summary: Order['summary']): Order['summary'] {
  if (!summary) return undefined;
  const {
    actual_fulfillment,
    actual_other_cost,
    actual_payment_processing,
    actual_profit,
    actual_shipping,
  } = summary;
  return {
    actual_fulfillment,
    actual_other_cost,
    actual_payment_processing,
    actual_profit,
    actual_shipping,
  };
}

// The method and the details may change, what was charged may not; a new token replaces the digits of the old card.
function paymentChange(payment: Order['payment']): Order['payment'] {
  if (!payment) return undefined;
  const { payment_method, payment_status, payment_dts, surcharge, credit_card, ...details } =
    keptPayment(payment);
  const method = payment.payment_method ? { payment_method } : {};
  if (!payment.credit_card?.card_number_token)
    return { ...details, ...method, ...(credit_card && { credit_card: keptCard(credit_card) }) };
  const noDigits = { card_number: null, card_number_truncated: null } as unknown as Record<
    never,
    never
  >;
  return { ...details, ...method, credit_card: { ...noDigits, ...credit_card } };
}
