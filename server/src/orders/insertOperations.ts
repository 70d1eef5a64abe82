import type { EventName } from '@perennial/contract/events.ts';
import { Order } from '@perennial/contract/order.ts';
import { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import { findOrderingCustomer } from '../customers/store.ts';
import { findSoldItems } from '../items/store.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import type { Minor } from '../kernel/money.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import { insertable, merged, writable } from '../platform/http/document.ts';
import { Refusal, refuse } from '../platform/http/refusal.ts';
import { type Lease, leaseFrom } from '../platform/jobs/lease.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type DescribeCard, givenCard, withKnownCard } from './cardOperations.ts';
import { cardPolicyOf } from './cardPolicy.ts';
import { type CardTest, type CardTester, purchaseTestKey } from './cardTest.ts';
import { cardTestPolicyOf } from './cardTestAmount.ts';
import { testCard } from './cardTestOperations.ts';
import { insertCardTest } from './cardTestStore.ts';
import { listCenters } from './centerStore.ts';
import {
  type Charge,
  type ChargeResult,
  firstPaymentKey,
  type KnownChargeResult,
  type OrderChargeObstacle,
} from './charge.ts';
import { readCouponTerms, takeCoupons } from './couponReader.ts';
import { merchantLimits, strictest, withTiers } from './customerTerms.ts';
import { readCustomerTerms } from './customerTermsReader.ts';
import type { OrderHooks } from './hooks.ts';
import { ignoredIn } from './ignoredInput.ts';
import { returnOfLost } from './lostOrderOperations.ts';
import { type NewOrder, newOrder } from './newOrder.ts';
import type { NewOrderRequest } from './newOrderRequest.ts';
import { claimOnceItems, onceWarnings } from './onceOperations.ts';
import { type OrderRecord, orderIdOf } from './order.ts';
import { settled } from './payment.ts';
import { insertedBefore, refuseTakenNumber } from './repeatedInsertOperations.ts';
import { centerOf, defaultCenter } from './shipping.ts';
import { shippingMethodsOf } from './shippingMethod.ts';
import type { OrderStage } from './stages.ts';
import { countOrder, reserveOrder, returnOrder } from './stockOperations.ts';
import { chargeLeaseMs, findOrder, findPartnersOrder, insertOrders, saveOrder } from './store.ts';
import { spendCredit } from './storeCreditOperations.ts';
import { strandedEnd } from './strandedCharge.ts';
import { loadTaxTerms } from './taxReader.ts';

/** The functions of other features that are needed to insert orders. */
export interface OrderParts {
  readonly charge: Charge;
  /** Tests the cards of orders that cost nothing. */
  readonly cardTests: CardTester;
  /**
   * Runs before an order that would be charged, or a later payment of one, is stored. `chargedBy` is
   * the kind of gateway that charged the card before.
   */
  obstacle(merchant: Merchant, chargedBy?: string): OrderChargeObstacle | undefined;
  readonly hooks: OrderHooks;
  readonly clock: SystemClock;
  /** Returns the gateway's facts about a card. Absent: there are no facts about any card. */
  readonly describeCard?: DescribeCard;
}

/** The result of an insert: the order's JSON, and a warning that the partner should read. */
export interface InsertedOrder {
  readonly orderId: string;
  readonly warning?: { readonly code: string; readonly message: string };
}

/**
 * Stores an order and handles its payment (order reference, insertOrder). It is stored before the
 * gateway is asked, and settled afterwards. The gateway's facts about the card take precedence over
 * the partner's values. If the process ends in between, {@link chargeAndSettle} finishes the order
 * with the same key. An order that a partner inserts again is returned unchanged.
 */
export async function insertOrder(
  context: Context,
  body: Order,
  parts: OrderParts,
): Promise<InsertedOrder> {
  const partner = channelPartnerOf(body, context.merchant.timeZone);
  const before = await insertedBefore(context, body, partner);
  if (before !== undefined) return before;
  let stored: StoredNew;
  try {
    stored = await storeNew(context, body, parts);
  } catch (error) {
    // A concurrent request may have inserted the same order. Then it has the number, and perhaps
    // the last piece or the last use of the coupon.
    const meanwhile =
      error instanceof Refusal ? await insertedBefore(context, body, partner) : undefined;
    if (meanwhile === undefined) throw error;
    return meanwhile;
  }
  // If a later step fails, the order with that number is this one, and not an earlier one.
  return completeNew(context, body, stored, parts);
}

/** A new order that is stored but not charged yet. */
interface StoredNew {
  readonly made: NewOrder;
  readonly warnings: NewOrder['warnings'];
  readonly lease: Lease;
}

async function storeNew(context: Context, body: Order, parts: OrderParts): Promise<StoredNew> {
  const card = await givenCard(context, body, parts);
  const made = await prepare(context, withKnownCard(body, card));
  const warnings = [...made.warnings, ...(await onceWarnings(context, made, parts.hooks))];
  const lease = await storePlaced(context, made, parts, (context) =>
    claimOnceItems(context, made, parts.hooks),
  );
  return { made, warnings, lease };
}

async function completeNew(
  context: Context,
  body: Order,
  { made, warnings, lease }: StoredNew,
  parts: OrderParts,
): Promise<InsertedOrder> {
  const { order } = made;
  const result = await chargePlanned(context, made, parts, lease);
  if (result?.kind === 'unknown')
    return { orderId: order.orderId, warning: unsettledWarning(result) };
  const missed = await missedAtStart(context, order, parts.hooks);
  const ignored = ignoredIn(context, withKeptCoupons(body, order), { order });
  const warning = warningOf(warnings, missed, ignored);
  return { orderId: order.orderId, ...(warning && { warning }) };
}

/**
 * Returns the body without the coupons that the order does not keep. There is a warning for each.
 */
function withKeptCoupons(body: Order, { document }: OrderRecord): Order {
  if (!body.coupons) return body;
  const kept = [...(document.coupons ?? [])];
  const coupons = body.coupons.filter(({ coupon_code: code }) => {
    const isKept = fold(code ?? '') === fold(kept[0]?.coupon_code ?? '');
    if (isKept) kept.shift();
    return isKept;
  });
  return { ...body, coupons };
}

/**
 * Stores a new order and charges it if its plan says so. `alongside` runs in the transaction that
 * stores it. Returns the outcome of the charge, if there was one.
 */
export async function placeOrder(
  context: Context,
  placed: PlacedOrder,
  parts: OrderParts,
  alongside?: (context: Context) => Promise<void>,
): Promise<ChargeResult | undefined> {
  const lease = await storePlaced(context, placed, parts, alongside);
  return chargePlanned(context, placed, parts, lease);
}

type PlacedOrder = Pick<NewOrder, 'order' | 'plan' | 'couponClaims'>;

/** Stores the order. Returns the lease under which it may be charged. */
async function storePlaced(
  context: Context,
  { order, plan, couponClaims }: PlacedOrder,
  parts: OrderParts,
  alongside?: (context: Context) => Promise<void>,
): Promise<Lease> {
  if (plan.kind === 'charge') refuseUnchargeable(context, parts);
  const lease = leaseFrom(parts.clock, chargeLeaseMs);
  await inTransaction(context, async (context) => {
    await alongside?.(context);
    await takeCoupons(context, order, couponClaims);
    await spendCredit(context, order);
    await store(context, order, parts.hooks);
    if (plan.kind === 'charge') await reserveOrder(context, order);
    if (plan.kind === 'charge' && plan.tested !== undefined)
      await insertCardTest(context.db, testOf(context, order, plan.tested), 'payment');
  });
  return lease;
}

const chargePlanned = async (
  context: Context,
  { order, plan }: PlacedOrder,
  parts: OrderParts,
  lease: Lease,
): Promise<ChargeResult | undefined> =>
  plan.kind === 'charge' ? chargeAndSettle(context, order, parts, lease) : undefined;

const testOf = ({ now }: Context, order: OrderRecord, amount: Minor): CardTest => ({
  merchantId: order.merchantId,
  key: purchaseTestKey(order.merchantId, order.orderId),
  orderId: order.orderId,
  cardToken: order.cardToken ?? '',
  amount,
  currency: order.currency,
  requestedAt: now,
  state: 'asked',
});

/** Only a line that another system billed before can start in the past. */
async function missedAtStart(
  context: Context,
  { orderId, document }: OrderRecord,
  hooks: OrderHooks,
): Promise<readonly string[]> {
  const isContinued = document.items?.some((line) => line.auto_order_last_rebill_dts !== undefined);
  return isContinued ? hooks.missedAtStart(context, orderId) : [];
}

function warningOf(
  warnings: NewOrder['warnings'],
  missed: readonly string[],
  ignored: readonly string[],
): InsertedOrder['warning'] {
  const sentences = [
    ...warnings.map(({ field, reason }) => `${field}: ${reason}.`),
    ...missed,
    ...ignored,
  ];
  if (sentences.length === 0) return undefined;
  return {
    code: warnings[0]?.code ?? (missed.length > 0 ? 'missed_shipments' : 'without_effect'),
    message: sentences.join(' '),
  };
}

/** Refuses an order that no gateway can ever charge. An order that only must wait is stored. */
function refuseUnchargeable({ merchant }: Context, { obstacle }: OrderParts): void {
  const found = obstacle(merchant);
  if (found === undefined || found.passes) return;
  refuse('state_conflict', {
    reason: `The card cannot be charged: ${found.reason}`,
    fix:
      'Nothing was stored. To store the order without a charge, send ' +
      'channel_partner.no_realtime_payment_processing or skip_payment_processing',
  });
}

const unsettledWarning = (result: Extract<ChargeResult, { kind: 'unknown' }>) => ({
  code: result.notSent === undefined ? 'payment_unknown' : 'payment_waits',
  message: unsettledWords('Pending Clearance', result),
});

/**
 * Returns the warning that a charge has no known outcome, and the stage in which its order waits.
 */
export const unsettledWords = (stage: OrderStage, result: ChargeResult): string =>
  result.kind === 'unknown' && result.notSent !== undefined
    ? `The card was not charged yet. The order waits in ${stage}. ${result.notSent}.`
    : `The gateway has not answered. The order waits in ${stage} and is settled once it does.`;

/**
 * Charges an order's first payment, or tests its card if it costs nothing, and settles the outcome.
 * An unknown outcome leaves the order unchanged.
 */
export async function chargeAndSettle(
  context: Context,
  order: OrderRecord,
  parts: OrderParts,
  lease: Lease,
): Promise<ChargeResult> {
  const result = await askGateway(context, order, parts, lease);
  if (result.kind !== 'unknown')
    await inTransaction(context, (context) =>
      settleFirstPayment(context, order.orderId, result, parts.hooks),
    );
  return result;
}

/**
 * Whether the charge under way is the first payment of the order. A later payment leaves the order
 * in Accounts Receivable (processPaymentOperations.ts), and the stage cannot change in the
 * meantime.
 */
export const isFirstPayment = ({ charging, document }: OrderRecord): boolean =>
  charging === true && document.current_stage === 'Pending Clearance';

/** Settles the first payment of an order once. One that is already settled stays as it is. */
export async function settleFirstPayment(
  context: Context,
  orderId: string,
  result: KnownChargeResult,
  hooks: OrderHooks,
): Promise<void> {
  const stored = await findOrder(context.db, context.merchant.merchantId, orderId, { lock: true });
  if (stored === undefined || !isFirstPayment(stored)) return;
  const order = settled(stored, result, { at: context.now, timeZone: context.merchant.timeZone });
  await saveOrder(context.db, order);
  const approved = result.kind === 'approved';
  await context.events.emit(context, [
    event(
      approved ? 'order_payment_process' : 'order_payment_failed',
      order,
      approved ? {} : { reason: result.reason },
    ),
    ...stageEvents(stored, order),
    ...strandedEnd(stored),
  ]);
  await returnOfLost(context, order);
  if (approved) await hooks.onPaid(context, order);
  else await returnOrder(context, order);
}

/** Returns the event of an order that moved from one stage to another. */
export function stageChange(before: OrderRecord, after: OrderRecord): DomainEvent {
  return event('order_stage_change', after, {
    from: before.document.current_stage,
    to: after.document.current_stage,
  });
}

/**
 * Returns the events of an order's move from one stage to another; none if the stage is the same.
 */
export function stageEvents(before: OrderRecord, after: OrderRecord): DomainEvent[] {
  const { current_stage: stage } = after.document;
  if (stage === before.document.current_stage) return [];
  return [
    stageChange(before, after),
    ...(stage === 'Rejected' ? [event('order_reject', after)] : []),
  ];
}

/**
 * Returns the event of an order that was paid without a charge. For its receipt, the event contains
 * the rebill, and whether the payment was made elsewhere.
 */
export const paymentEvent = (order: OrderRecord, receipt: OwnReceipt = {}): DomainEvent =>
  event('order_payment_process', order, {
    payment_status: order.document.payment?.payment_status,
    rebill_number: order.rebillNumber,
    ...receipt,
  });

/** The part of a payment's event that requests a receipt for a rebill. */
export interface OwnReceipt {
  readonly owes_receipt?: true;
  readonly auto_order_oid?: number | undefined;
}

/**
 * Returns whether the payment of an order must cause the receipt of its rebill. If a rebill is
 * unsettled until the order is paid, the event of its auto order causes the receipt. An invoiced
 * rebill was settled before.
 */
export const ownReceipt = (
  { rebillNumber = 0, autoOrderOid }: OrderRecord,
  isRebillOpen: boolean,
): OwnReceipt =>
  rebillNumber > 0 && !isRebillOpen ? { owes_receipt: true, auto_order_oid: autoOrderOid } : {};

/** Returns an event about an order. */
export function event(
  name: EventName,
  order: OrderRecord,
  data: Readonly<Record<string, unknown>> = {},
): DomainEvent {
  return { name, objectType: 'order', objectId: order.orderId, data };
}

async function prepare(context: Context, body: Order): Promise<NewOrder> {
  const { order, channelPartner } = insertedParts(context, body);
  const made = await newOrderOf(context, order, channelPartner);
  const [warning] = made.warnings;
  if (warning && channelPartner.treat_warnings_as_errors) {
    refuse('invalid_field', {
      field: warning.field,
      reason: `is refused because ${warning.reason}`,
      fix: 'Fix it, or omit channel_partner.treat_warnings_as_errors',
    });
  }
  return made;
}

function insertedParts(
  { merchant: { timeZone } }: Context,
  body: Order,
): { order: Order; channelPartner: OrderChannelPartner } {
  const given = insertable(Order, body, timeZone);
  const order = merged<Order>({}, { ...given, payment: withMaskedNumber(given, body) });
  return { order, channelPartner: channelPartnerOf(body, timeZone) };
}

/** Returns a new order with the next number, or refuses. Stores nothing. */
export async function newOrderOf(
  context: Context,
  order: Order,
  channelPartner: OrderChannelPartner,
): Promise<NewOrder> {
  const takeNumber = () => takeNumbers(context.db, context.merchant.merchantId, 'order', 1);
  const made = await draft(context, order, channelPartner, takeNumber);
  return made.ok ? made.value : refuse('invalid_field', made.reason);
}

/**
 * Returns the order that an insert of this body would make, or its first fault. Takes no number.
 */
export function draftOrder(context: Context, body: Order): Promise<Outcome<NewOrder, FieldFault>> {
  const { order, channelPartner } = insertedParts(context, body);
  return draft(context, order, channelPartner, async () => 0);
}

async function draft(
  context: Context,
  order: Order,
  channelPartner: OrderChannelPartner,
  takeNumber: () => Promise<number>,
): Promise<Outcome<NewOrder, FieldFault>> {
  const [terms, number] = await Promise.all([
    readOrderTerms(context, order, channelPartner),
    takeNumber(),
  ]);
  return newOrder({ ...terms, orderId: orderIdOf(context.merchant.merchantId, number) });
}

/**
 * Reads the data on which a new order depends: catalogue, customer, coupons, shipping methods and
 * taxes.
 */
export async function readOrderTerms(
  context: Context,
  order: Order,
  channelPartner: OrderChannelPartner,
): Promise<Omit<NewOrderRequest, 'orderId'>> {
  const { merchantId, currency, timeZone } = context.merchant;
  const email = order.billing?.email;
  const [catalog, customer, coupons] = await Promise.all([
    findSoldItems(
      context.db,
      merchantId,
      (order.items ?? []).flatMap((item) => item.merchant_item_id ?? []),
    ),
    email === undefined ? undefined : findOrderingCustomer(context.db, merchantId, email),
    readCouponTerms(context, order),
  ]);
  const customerProfileOid = customer?.oid;
  const centers = await readCenters(context, order);
  const shippingMethods = shippingMethodsOf(
    context.merchant.settings['shipping_methods'],
    currency,
  );
  const taxed = { document: order, customerProfileOid };
  const termsOf = await readCustomerTerms(context, [taxed], { agreed: false });
  const { shipping, tiers, withCoupon, records, refusesCoupons } = termsOf(taxed);
  const ordered = (order.items ?? []).flatMap(
    ({ merchant_item_id: id }) => catalog.get(fold(id ?? '')) ?? [],
  );
  const policy = withTiers(customer, records, ordered);
  const taxTerms = await loadTaxTerms(context.db, context.merchant, [taxed], termsOf);
  return {
    centers,
    shippingMethods,
    customerShipping: shipping,
    tiers,
    withCoupon,
    merchantId,
    order,
    channelPartner,
    catalog,
    customerProfileOid,
    customer: {
      ...policy,
      limits: strictest([policy.limits, merchantLimits(context.merchant.settings)]),
    },
    coupons,
    refusesCoupons,
    cardPolicy: cardPolicyOf(context.merchant.settings),
    testAmount: cardTestPolicyOf(context.merchant.settings, currency).amount,
    tax: taxTerms(taxed),
    currency,
    now: { at: context.now, timeZone, by: context.actor.name },
  };
}

/**
 * Returns the codes of the centers that the merchant inserted, if a line names a center other than
 * the default.
 */
async function readCenters({ db, merchant }: Context, { items = [] }: Order): Promise<string[]> {
  if (items.every((line) => centerOf(line) === defaultCenter)) return [];
  return (await listCenters(db, merchant.merchantId)).map(({ code = '' }) => code);
}

// The server sets `card_number`, but only the client has the last four digits of the card behind a
// token.
function withMaskedNumber({ payment }: Order, body: Order): Order['payment'] {
  const given: unknown = body.payment?.credit_card?.card_number;
  if (!payment?.credit_card || typeof given !== 'string') return payment;
  return { ...payment, credit_card: { ...payment.credit_card, card_number: given } };
}

const partnerTexts = [
  'channel_partner_code',
  'channel_partner_data',
  'channel_partner_order_id',
] as const;
const partnerFlags = [
  'auto_approve_purchase_order',
  'ignore_invalid_shipping_method',
  'no_realtime_payment_processing',
  'skip_payment_processing',
  'store_completed',
  'store_if_payment_declines',
  'treat_warnings_as_errors',
] as const;

// Only an insert accepts this object, so the pipeline's check of writable fields has not covered
// it.
function channelPartnerOf(body: Order, timeZone: string): OrderChannelPartner {
  const given: unknown = body.channel_partner ?? {};
  if (typeof given !== 'object' || given === null)
    return refuse('wrong_type', { field: 'channel_partner', expected: 'an object' });
  const partner = merged<OrderChannelPartner>({}, writable(OrderChannelPartner, given, timeZone));
  if (partner.channel_partner_oid !== undefined && !Number.isInteger(partner.channel_partner_oid))
    refuse('wrong_type', {
      field: 'channel_partner.channel_partner_oid',
      expected: 'a whole number',
    });
  for (const name of partnerFlags) {
    if (partner[name] !== undefined && typeof partner[name] !== 'boolean')
      refuse('wrong_type', { field: `channel_partner.${name}`, expected: 'true or false' });
  }
  for (const name of partnerTexts) {
    if (partner[name] === undefined) continue;
    if (typeof partner[name] !== 'string')
      refuse('wrong_type', { field: `channel_partner.${name}`, expected: 'a string' });
    if (name !== 'channel_partner_data' && partner[name].length > 50)
      refuse('too_long', { field: `channel_partner.${name}`, max: 50 });
  }
  return partner;
}

async function store(context: Context, order: OrderRecord, hooks: OrderHooks): Promise<void> {
  if ((await insertOrders(context.db, order.merchantId, [order])) === 0)
    refuseTakenNumber(
      order.document.channel_partner?.channel_partner_order_id,
      await findPartnersOrder(context.db, order),
    );
  const isPaid = order.paidAt !== undefined;
  await context.events.emit(context, [
    event('order_create', order, { to: order.document.current_stage }),
    ...(isPaid ? [paymentEvent(order)] : []),
  ]);
  if (!isPaid) return;
  await hooks.onPaid(context, order);
  await countOrder(context, order);
}

async function askGateway(
  context: Context,
  order: OrderRecord,
  { charge, cardTests }: OrderParts,
  lease: Lease,
): Promise<ChargeResult> {
  try {
    // If the order costs nothing, only a test of the card is under way.
    if (order.total === 0)
      return await testCard(
        context,
        purchaseTestKey(order.merchantId, order.orderId),
        cardTests,
        lease,
      );
    return await charge({
      idempotencyKey: firstPaymentKey(order.merchantId, order.orderId),
      merchantId: order.merchantId,
      orderId: order.orderId,
      amount: order.total,
      currency: order.currency,
      cardToken: order.cardToken ?? '',
      lease,
    });
  } catch (error) {
    context.log.warn({ err: error, orderId: order.orderId }, 'a charge has no known outcome');
    return { kind: 'unknown' };
  }
}
