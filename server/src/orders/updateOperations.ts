import { isDeepStrictEqual } from 'node:util';
import { Order } from '@perennial/contract/order.ts';
import { findCustomerOid } from '../customers/store.ts';
import { findCatalogItems } from '../items/store.ts';
import { fold } from '../kernel/caseFolding.ts';
import { parseWireDate } from '../kernel/wireDates.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { captureTransactions } from './capture.ts';
import { withCardFacts } from './cardFacts.ts';
import { cardPolicyOf, unacceptedCard } from './cardPolicy.ts';
import { type ChangedOrder, changedOrder, type PaymentSaid } from './change.ts';
import type { ChargedCard } from './charge.ts';
import { noHooks, type OrderHooks } from './hooks.ts';
import { ignoredIn } from './ignoredInput.ts';
import { event, ownReceipt, paymentEvent, stageEvents } from './insertOperations.ts';
import { retakeForRevived, returnOfLost } from './lostOrderOperations.ts';
import type { OrderRecord } from './order.ts';
import { refundWarnings } from './refund.ts';
import { refundedOf, totalOf } from './refunded.ts';
import { orderReasonsOf, rejectReasonFault } from './refundReason.ts';
import { relined } from './relineOperations.ts';
import { shipEvents } from './shipping.ts';
import { countPaidLater, retakeRejected, returnRejected } from './stockOperations.ts';
import { findOrder, saveOrder } from './store.ts';

/** The facts about the card in a change of an order. */
export interface NewCard {
  /** The gateway's facts about the card. */
  readonly facts?: ChargedCard | undefined;
  /** How many months the card must last for the items of its auto order. */
  readonly monthsMin?: number | undefined;
  /** Whether the order starts an auto order once it is paid. */
  readonly startsOne?: boolean | undefined;
  /**
   * The path of the object in the request that contains the order, with a dot at the end, or empty.
   */
  readonly path?: string | undefined;
}

/**
 * Changes a stored order as a client requested (order reference, updateOrder). Absent fields stay,
 * null clears, and values that the server calculates are ignored. It joins the surrounding
 * transaction. A caller that changes an original order for its auto order omits the hooks.
 */
export function updateOrder(
  context: Context,
  orderId: string,
  body: Order,
  hooks: OrderHooks = noHooks,
  card: NewCard = {},
): Promise<UpdatedOrder> {
  const change = writable(Order, body, context.merchant.timeZone);
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const rebill = await hooks.lockRebill(context, orderId);
    const stored =
      (await findOrder(context.db, merchantId, orderId, { lock: true })) ?? noOrder(orderId);
    const lines = await relined(context, stored, body);
    const changed = orderAfter(context, lines.order, lines.rest, rebill?.isUnderWay);
    const { becamePaid } = changed;
    const order = withCardFacts(await withCustomer(context, changed.order, stored), card.facts);
    refuseWithoutReason(context, stored, order);
    if (body.payment?.credit_card) {
      const started = await monthsForStarted(context, order);
      const monthsMin =
        card.monthsMin ?? started ?? (await hooks.monthsACardMustLast(context, orderId));
      const startsOne = started !== undefined;
      refuseUnaccepted(context, stored, order, { ...card, monthsMin, startsOne });
    }
    await saveOrder(context.db, order);
    await context.events.emit(context, [
      event('order_update', order, { changed: Object.keys(change) }),
      ...stageEvents(stored, order),
      ...shipEvents(order, changed.shipped),
      ...(becamePaid ? [paymentEvent(order, ownReceipt(order, rebill !== undefined))] : []),
    ]);
    await rebill?.changed(context, stored, order);
    if (becamePaid) await hooks.onPaid(context, order);
    if (order.rebillNumber === 0) await hooks.onOriginalOrderChanged(context, [order.orderId]);
    await returnOfLost(context, order);
    await retakeForRevived(context, stored, order);
    if (becamePaid) await countPaidLater(context, order, rebill !== undefined);
    await returnRejected(context, stored, order, rebill !== undefined);
    await retakeRejected(context, stored, order, rebill !== undefined);
    return {
      order,
      warnings: [
        ...lines.warnings,
        ...refundWarnings(stored, body),
        ...ignoredIn(context, body, { stored, order }),
        ...unrefundedWords(stored, order),
      ],
    };
  });
}

/**
 * Returns how many months the card of an unpaid order must last, by its recurring items. Undefined:
 * the order starts no auto order.
 */
async function monthsForStarted(
  { db }: Context,
  { merchantId, paidAt, copiedFrom, rebillNumber, document: { items = [] } }: OrderRecord,
): Promise<number | undefined> {
  if (paidAt !== undefined || copiedFrom !== undefined || rebillNumber !== undefined)
    return undefined;
  const ids = items.flatMap(({ merchant_item_id: id }) => id ?? []);
  const catalog = await findCatalogItems(db, merchantId, ids);
  const months = items.flatMap(({ merchant_item_id: id = '', auto_order_schedule: schedule }) => {
    const autoOrder = catalog.get(fold(id))?.autoOrder;
    const recurs = schedule !== undefined || autoOrder?.upsell === true;
    return recurs ? [autoOrder?.prohibitExpiringCardsMonths ?? 0] : [];
  });
  return months.length === 0 ? undefined : Math.max(...months);
}

/** Refuses to reject an order without a reason, if the merchant requires one. */
function refuseWithoutReason(
  { merchant }: Context,
  { document: before }: OrderRecord,
  { document: after, orderId }: OrderRecord,
): void {
  if (after.current_stage !== 'Rejected' || before.current_stage === 'Rejected') return;
  const fault = rejectReasonFault(after.reject_reason, orderReasonsOf(merchant.settings));
  if (fault) refuse('invalid_field', fault, { objectId: orderId });
}

/**
 * Refuses a new card that the merchant does not accept for auto orders. An order without an auto
 * order may have any card, and an unchanged card is not checked.
 */
export function refuseUnaccepted(
  { merchant: { settings, timeZone }, now }: Context,
  before: OrderRecord,
  after: OrderRecord,
  { monthsMin = 0, path = '', startsOne = false }: NewCard = {},
): void {
  const { credit_card: card } = after.document.payment ?? {};
  const recurs = after.rebillNumber !== undefined || startsOne;
  if (!recurs || !card || isSameCard(before, after)) return;
  const policy = cardPolicyOf(settings);
  const fault = unacceptedCard(
    card,
    { ...policy, monthsMin: Math.max(policy.monthsMin, monthsMin) },
    { at: now, timeZone },
    `${path}payment.credit_card.`,
  );
  if (fault !== undefined) refuse('invalid_field', fault);
}

function isSameCard(before: OrderRecord, after: OrderRecord): boolean {
  const factsOf = ({ cardToken, document: { payment } }: OrderRecord) => {
    const { card_type, card_expiration_month, card_expiration_year } = payment?.credit_card ?? {};
    return [cardToken, card_type, card_expiration_month, card_expiration_year];
  };
  return isDeepStrictEqual(factsOf(before), factsOf(after));
}

/**
 * Warns a client that rejects a paid order, because an update moves no money. A paid rebill stays
 * paid (docs/adr/0043-a-kept-order-is-the-rebill.md).
 */
function unrefundedWords(before: OrderRecord, after: OrderRecord): string[] {
  const isRejected =
    after.document.current_stage === 'Rejected' && before.document.current_stage !== 'Rejected';
  if (!isRejected || after.paidAt === undefined) return [];
  const path = 'PUT /rest/v2/order/orders/{order_id}/refund';
  const isCaptured = captureTransactions(after.document).length > 0;
  const advice = isCaptured
    ? `Refund it with ${path}.`
    : `Give the money back by hand and record it with ${path}?manual_refund=true, or put it right ` +
      'by hand if it never came.';
  const isGivenBack = totalOf(refundedOf(after)) === after.total;
  return [
    ...(isGivenBack
      ? []
      : [
          `current_stage: order ${after.orderId} is paid, and an update refunds nothing. ${advice}`,
        ]),
    ...((after.rebillNumber ?? 0) > 0
      ? [
          `Rebill ${after.rebillNumber} stays paid: it is not charged again, and the auto order ` +
            'continues with its next date.',
        ]
      : []),
  ];
}

/** Returns a stored order as a change would leave it, or refuses the change. Writes nothing. */
export function orderAfter(
  { merchant: { timeZone }, now, actor }: Pick<Context, 'merchant' | 'now' | 'actor'>,
  stored: OrderRecord,
  body: Order,
  isRebillUnderWay = false,
): ChangedOrder {
  const outcome = changedOrder(stored, writable(Order, body, timeZone), {
    merge: merged,
    now: { at: now, timeZone, by: actor.name },
    isUnderWay: stored.charging === true || isRebillUnderWay,
    said: paymentSaid(body, timeZone),
  });
  return outcome.ok ? outcome.value : refuse('invalid_field', outcome.reason);
}

/** An order after an update, and whole sentences about fields that had no effect. */
export interface UpdatedOrder {
  readonly order: OrderRecord;
  readonly warnings: readonly string[];
}

// The server sets the status, but only the client knows that the order was paid by other means than
// a charge.
function paymentSaid({ payment }: Order, timeZone: string): PaymentSaid {
  const { payment_status: status, payment_dts: text } = payment ?? {};
  if (!text) return { status };
  const parsed = parseWireDate(text, timeZone);
  return { status, paidAt: parsed.ok ? parsed.value : undefined };
}

/** Refuses a request for an order that does not exist. */
export function noOrder(orderId: string): never {
  return refuse('not_found', { what: 'order', id: orderId });
}

// An order belongs to the profile with its email, so a new email assigns it to another customer.
async function withCustomer(
  context: Context,
  order: OrderRecord,
  before: OrderRecord,
): Promise<OrderRecord> {
  const email = order.document.billing?.email;
  if (email === before.document.billing?.email) return order;
  const customerProfileOid =
    email === undefined ? undefined : await findCustomerOid(context.db, order.merchantId, email);
  return { ...order, customerProfileOid };
}
