import { isInvoiced } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import { type PlannedRebill, planRebill } from '../autoOrders/futureRebills.ts';
import { paced } from '../autoOrders/pacing.ts';
import { isParked, parkedReason } from '../autoOrders/parking.ts';
import {
  afterParking,
  type Catalog,
  hasCompleted,
  type PlanContext,
  planNext,
  slip,
  withoutNext,
} from '../autoOrders/steps.ts';
import { autoOrderStop, isFinalStop } from '../autoOrders/stops.ts';
import { type CreditAccount, payable } from '../customers/storeCredit.ts';
import { type StockUse, shortUse, stockUses } from '../items/stock.ts';
import { addDays, daysBetween, localDate } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import { isAfter } from '../kernel/moments.ts';
import type { Minor } from '../kernel/money.ts';
import { retryCouponAt } from '../orders/coupon.ts';
import type { CouponedTerms, CustomerTerms } from '../orders/customerTerms.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { TaxTerms } from '../orders/taxTerms.ts';
import type { CardExpiration } from '../payments/gateway.ts';
import { retryCoupon } from './dunning.ts';
import { canceledAfterOrders, completedByEngine } from './endings.ts';
import { hasOwnCard, type KeptOrder, openOrderStop, originalStop } from './keptOrder.ts';
import type { RebillNote } from './note.ts';
import { type CouponCatalog, noCoupons, originalCoupons } from './originalCoupons.ts';
import { originalTerms } from './originalTerms.ts';
import type { RebillPolicy } from './policy.ts';
import {
  type LineFault,
  type RebillOrder,
  rebillOrder,
  type ShippingFault,
} from './rebillOrder.ts';
import { isDisabledByDeclines } from './settlement.ts';
import { skippedSoldOut, withoutShort } from './soldOut.ts';

/** An auto order with all facts that the decision on it depends on. */
export interface DecisionInput {
  readonly autoOrder: AutoOrder;
  /** Undefined if the original order no longer exists; the auto order is then parked. */
  readonly original: OrderRecord | undefined;
  readonly catalog: Catalog;
  /** The catalogue's coupons for the original order. Absent: none. */
  readonly coupons?: CouponCatalog | undefined;
  /** The inputs of the tax besides the original order. */
  readonly tax: TaxTerms;
  readonly policy: RebillPolicy;
  readonly zone: string;
  /** The time at which the decision takes effect. */
  readonly at: Temporal.Instant;
  /** When the due charge was first declined. */
  readonly firstDeclinedAt?: Temporal.Instant | undefined;
  /**
   * True if a person requested the rebill: it happens even if nothing is due or the next attempt is
   * later.
   */
  readonly isForced?: boolean;
  /**
   * The order that earlier attempts of the due charge left, if the merchant keeps declined orders.
   */
  readonly kept?: KeptOrder | undefined;
  /** The customer's store credit; only read if the original order used some. */
  readonly credit?: CreditAccount | undefined;
  /**
   * The rules of the customer's profile and pricing tiers for prices and shipping. Absent: none.
   */
  readonly terms?: (CouponedTerms & Pick<CustomerTerms, 'withCoupon'>) | undefined;
}

/** The next action. `autoOrder` is the new record, or the same object if nothing changed. */
export type Decision =
  | {
      readonly kind: 'charge';
      readonly autoOrder: AutoOrder;
      readonly notes: readonly RebillNote[];
      /** Notes that are stored only if the charge is really sent. */
      readonly chargeNotes?: readonly RebillNote[];
      readonly charge: PlannedCharge;
    }
  | { readonly kind: 'wait'; readonly autoOrder: AutoOrder; readonly notes: readonly RebillNote[] }
  | Parking;

/** Nothing can be billed now. */
export interface Parking {
  readonly kind: 'park';
  readonly autoOrder: AutoOrder;
  readonly notes: readonly RebillNote[];
  readonly until: Temporal.Instant;
  readonly reason: string;
  /** The catalogue item at fault, if there is one. */
  readonly itemId?: string | undefined;
  /** The reason why the charge waits, if the auto order itself has no fault (held.ts). */
  readonly waitsFor?: string;
}

/** An order to be charged. */
export interface PlannedCharge {
  readonly order: RebillOrder;
  readonly currency: string;
  /** Absent for an order that costs nothing, and for an invoiced order. */
  readonly card?: PlannedCard;
  /** True if the order is made unpaid and its customer pays it in another way than by a charge. */
  readonly isInvoice?: true;
  /** The stock of counted items that it takes. A decline puts it back. */
  readonly stock?: readonly StockUse[];
  /**
   * True if declines had disabled the auto order. It becomes active again if this charge succeeds.
   */
  readonly revives?: true;
}

/** The card of a planned charge. */
export interface PlannedCard {
  readonly token: string;
  readonly expiration?: CardExpiration;
}

/**
 * Decides what to do with an auto order. Items of a paused catalogue item move by a day, items at
 * their end stop, due notices are recorded, and all items due on this local day become one order to
 * charge. An auto order that cannot be planned is parked for a day, without an order or a charge,
 * and does not delay others. A pricing tier that excludes coupons does not apply to a rebill if a
 * coupon of the original order applies without that tier; the coupon of a retry must not raise the
 * price of a rebill.
 */
export function decide(input: DecisionInput): Decision {
  const { terms } = input;
  if (terms?.withCoupon === undefined) return decideByTiers(input);
  const couponed = decideByTiers({ ...input, terms: terms.withCoupon });
  const rules = couponed.kind === 'charge' ? couponed.charge.order.couponRules : undefined;
  return rules?.some(({ isUsed, isRetry }) => isUsed && !isRetry)
    ? couponed
    : decideByTiers({ ...input, terms: { shipping: terms.shipping, tiers: terms.tiers } });
}

/**
 * Shipments that fell due while the auto order was parked are missed only once it can be billed
 * again.
 */
function decideByTiers(input: DecisionInput): Decision {
  const { autoOrder, catalog, at, zone } = input;
  if (!isParked(autoOrder.failureReason)) return decideRunning(input);
  const items = afterParking(autoOrder.items, catalog, { now: at, zone });
  if (items === autoOrder.items) return decideRunning(input);
  const decision = decideRunning({ ...input, autoOrder: { ...autoOrder, items } });
  return decision.kind === 'charge' ? decision : decideRunning(input);
}

function decideRunning(input: DecisionInput): Decision {
  if (input.isForced === true && isDisabledByDeclines(input.autoOrder))
    return decideDisabled(input);
  const context = planContext(input);
  const stop = autoOrderStop(input.autoOrder);
  if (stop === 'cancel after next x orders')
    return { kind: 'wait', ...canceledAfterOrders(input.autoOrder, input.at) };
  if (stop !== undefined) return { kind: 'wait', autoOrder: input.autoOrder, notes: [] };
  const fault = dueFault(input, context);
  if (fault !== undefined) return parked(input, fault);
  const { autoOrder: moved, notes } = movedItems(input, context);
  if (hasCompleted(moved.items, input.catalog, context))
    return { kind: 'wait', ...completedByEngine(moved, input.at, notes) };
  const rebill = planRebill(moved.items, input.catalog, context);
  const autoOrder = input.isForced === true ? moved : paced(moved, context);
  if (rebill === undefined || !isToBeCharged(rebill.at, { ...input, autoOrder }))
    return { kind: 'wait', autoOrder, notes };
  return chargeOf({ ...input, autoOrder }, notes, rebill, context);
}

/**
 * Decides on an auto order that declines have disabled, when a person requests its rebill. It stays
 * disabled unless the charge succeeds, so only the charge is stored.
 */
function decideDisabled(input: DecisionInput): Decision {
  const { autoOrder } = input;
  const decision = decide({
    ...input,
    autoOrder: { ...autoOrder, status: 'active', enabled: true },
  });
  return decision.kind === 'charge'
    ? { ...decision, autoOrder, notes: [], charge: { ...decision.charge, revives: true } }
    : { ...decision, autoOrder, notes: [] };
}

/** Returns the context of the schedule rules for a decision. */
export function planContext({
  autoOrder,
  at,
  zone,
  policy,
  terms,
  firstDeclinedAt,
}: Omit<DecisionInput, 'original'>): PlanContext {
  const isRetry = autoOrder.creditCardAttempt > 0 && firstDeclinedAt !== undefined;
  return {
    autoOrder,
    now: at,
    zone,
    missedShipments: policy.missedShipments,
    ...(terms?.tiers.length && { tiers: terms.tiers }),
    ...(isRetry && { retryDays: daysBetween(firstDeclinedAt, at, zone) }),
  };
}

function isToBeCharged(
  scheduled: Temporal.Instant,
  { autoOrder, at, isForced }: DecisionInput,
): boolean {
  if (isForced === true) return true;
  const isWaitingForRetry =
    autoOrder.nextAttemptAt !== undefined && isAfter(autoOrder.nextAttemptAt, at);
  return !isAfter(scheduled, at) && !isWaitingForRetry;
}

function chargeOf(
  input: DecisionInput,
  notes: readonly RebillNote[],
  rebill: PlannedRebill,
  context: PlanContext,
): Decision {
  const { autoOrder, original, policy, catalog, tax, kept } = input;
  if (original === undefined)
    return parked(input, { text: `the original order ${autoOrder.originalOrderId} is missing` });
  const hold = originalStop(original) ?? (kept && openOrderStop(kept.order, original));
  if (hold !== undefined) return parked(input, { text: hold });
  const order = rebillOrder({
    autoOrder,
    rebill,
    original: originalTerms(original, tax),
    catalog,
    coupon: carriedCoupon(input),
    originalCoupons: originalCoupons(original, input.coupons ?? noCoupons, policy.originalCoupons),
    shippingMethods: policy.shippingMethods,
    customer: shippingFor(input),
    credit: creditFor(input),
    context,
  });
  if (!order.ok) return parked(input, orderFault(order.reason, original));
  const short = shortUse(usesOf(order.value, catalog), ({ itemId }) => catalog(itemId)?.stock);
  if (short !== undefined) return withoutSoldOut(input, notes, rebill, context, short);
  if (order.value.total === 0)
    return {
      kind: 'charge',
      autoOrder,
      notes,
      charge: { order: order.value, currency: original.currency },
    };
  const method = original.document.payment?.payment_method;
  if (isInvoiced(method))
    return {
      kind: 'charge',
      autoOrder,
      notes,
      charge: { order: order.value, currency: original.currency, isInvoice: true },
    };
  const payer = kept !== undefined && hasOwnCard(kept) ? kept.order : original;
  const card = chargedCard(payer, input);
  if (card === undefined) return parked(input, { text: noCardWords(autoOrder, method) });
  return {
    kind: 'charge',
    autoOrder,
    notes,
    chargeNotes: renewalNotes(input, payer, card),
    charge: { order: order.value, currency: original.currency, card },
  };
}

/**
 * Returns the coupon of a retry, from the settings or else from the catalogue; undefined for a
 * customer who gets no coupons.
 */
function carriedCoupon(input: DecisionInput) {
  const { autoOrder, original, policy, coupons = noCoupons, at } = input;
  const code = retryCoupon(autoOrder.creditCardAttempt, policy.dunning);
  if (code === undefined || original === undefined || coupons.refuses(original)) return undefined;
  return policy.coupons.get(fold(code)) ?? retryCouponAt(coupons.find(fold(code)), at);
}

/**
 * Decides on a rebill with a sold-out item, by the merchant's policy. A rebill that a person
 * requested waits, because that person wants all of its items.
 */
function withoutSoldOut(
  input: DecisionInput,
  notes: readonly RebillNote[],
  rebill: PlannedRebill,
  context: PlanContext,
  short: StockUse,
): Decision {
  const { autoOrder, catalog, zone, policy, isForced } = input;
  const isHeld = policy.soldOut === 'hold' || isForced === true;
  const reduced = isHeld ? undefined : withoutShort(rebill, short, catalog);
  if (reduced === undefined) return parkedSoldOut(input, short);
  const { line, rest } = reduced;
  if (policy.soldOut === 'split')
    return rest === undefined ? parkedSoldOut(input, short) : chargeOf(input, notes, rest, context);
  const skipped = skippedSoldOut(autoOrder, line, short, { catalog, zone });
  if (skipped === undefined) return parkedSoldOut(input, short);
  const noted = [...notes, skipped.note];
  if (rest === undefined) return { kind: 'wait', autoOrder: skipped.autoOrder, notes: noted };
  const decision = chargeOf({ ...input, autoOrder: skipped.autoOrder }, noted, rest, context);
  // Nothing is billed now, so the shipment is skipped when the other items can be billed.
  return decision.kind === 'park'
    ? { ...decision, autoOrder: { ...autoOrder, failureReason: decision.reason } }
    : decision;
}

const creditFor = ({ credit, kept, at }: DecisionInput): Minor | undefined =>
  credit && payable(credit, kept?.order.orderId, at);

const shippingFor = ({ terms }: DecisionInput) => terms?.shipping;

const noCardWords = ({ originalOrderId }: AutoOrder, method: string | undefined): string =>
  method === undefined || method === 'Credit Card'
    ? `the original order ${originalOrderId} has no card token`
    : `the original order ${originalOrderId} was paid by ${method}, which no gateway here can ` +
      'charge again, and it has no card token';

/**
 * Returns the card of the order. If its expiration has passed, adds three years until it is in the
 * future, because banks usually renew cards for three years.
 */
function chargedCard(
  { document, cardToken }: OrderRecord,
  { at, zone }: DecisionInput,
): PlannedCard | undefined {
  if (cardToken === undefined) return undefined;
  const { card_expiration_month: month, card_expiration_year: year } =
    document.payment?.credit_card ?? {};
  if (month === undefined || year === undefined) return { token: cardToken };
  const today = localDate(at, zone);
  let renewed = year;
  while (renewed < today.year || (renewed === today.year && month < today.month))
    renewed += renewalYears;
  return { token: cardToken, expiration: { month, year: renewed } };
}

const renewalYears = 3;

/**
 * Reports every charge with another card expiration than the one that the customer entered; the
 * original order keeps the customer's.
 */
function renewalNotes(
  { autoOrder }: DecisionInput,
  { document }: OrderRecord,
  { expiration }: PlannedCard,
): RebillNote[] {
  const year = document.payment?.credit_card?.card_expiration_year;
  if (expiration === undefined || expiration.year === year) return [];
  const { month, year: renewed } = expiration;
  return [
    {
      message:
        `Rebill ${autoOrder.rebillCount + 1}: the card expired in ${month}/${year}; ` +
        `charged as if it was renewed until ${month}/${renewed}.`,
    },
  ];
}

/** The reason why a rebill cannot be planned, in words for staff. */
interface PlanFault {
  readonly text: string;
  readonly itemId?: string;
  /** The reason why it waits, besides changes of the item or the auto order (heldStore.ts). */
  readonly waitsFor?: string;
}

/** Returns the first fault because of which a due item cannot be planned. */
function dueFault(
  { autoOrder, catalog, at, isForced }: DecisionInput,
  context: PlanContext,
): PlanFault | undefined {
  for (const item of autoOrder.items) {
    if (
      item.nextShipmentAt === undefined ||
      (isForced !== true && isAfter(item.nextShipmentAt, at))
    )
      continue;
    const plan = planNext(item, catalog, context);
    if (plan.kind === 'broken') return itemFault(plan.why, plan.itemId);
    if (isCountedOut(item)) return { text: `item ${item.originalItemId} has no shipments left` };
  }
  return undefined;
}

/**
 * Returns whether the counters of the item are so large that another paid rebill could not be
 * stored.
 */
const isCountedOut = ({ numberOfRebills, lifeTimeValue, rebillValue }: AutoOrderItem): boolean =>
  numberOfRebills >= 2 ** 31 - 1 || Math.max(lifeTimeValue, rebillValue) > 2 ** 52;

const itemFault = (why: string, itemId: string): PlanFault => ({
  text: `item ${itemId}: ${why}`,
  itemId,
});

/** Returns the quantities of counted items that a rebill takes. */
export const usesOf = (order: RebillOrder, catalog: Catalog): StockUse[] =>
  stockUses(
    order.lines.filter(({ kind }) => kind !== 'cancel fee'),
    catalog,
  );

/** Parks an auto order whose rebill is sold out, until its item is in stock again. */
export const parkedSoldOut = (input: DecisionInput, { itemId }: StockUse): Parking =>
  parked(input, itemFault('sold out', itemId));

function orderFault(fault: LineFault | ShippingFault, { document }: OrderRecord): PlanFault {
  if (fault.why !== 'no shipping method') return itemFault(fault.why, fault.itemId);
  const to = fault.country === undefined ? 'an unknown country' : fault.country;
  return {
    text:
      `no shipping method ships the order to ${to}, neither ` +
      `${document.shipping?.shipping_method} nor another one`,
    waitsFor: shippingWait,
  };
}

/** The reason for waiting when no shipping method ships the order. */
export const shippingWait = 'shipping method';

/**
 * Parks the auto order: nothing is charged, and the next check is a local day later, or when the
 * auto order or the item changes. Reports this once, not every day.
 */
function parked(
  { autoOrder, at, zone }: DecisionInput,
  { text: fault, itemId, waitsFor }: PlanFault,
): Parking {
  const reason = parkedReason(fault);
  const until = addDays(at, 1, zone);
  const waits = waitsFor === undefined ? {} : { waitsFor };
  if (autoOrder.failureReason === reason)
    return { kind: 'park', autoOrder, notes: [], until, reason, itemId, ...waits };
  const note: RebillNote = {
    message: `${reason}. It is checked again every day and after each change.`,
    event: { name: 'auto_order_update', data: { reason: 'parked', fault } },
  };
  return {
    kind: 'park',
    autoOrder: { ...autoOrder, failureReason: reason },
    notes: [note],
    until,
    reason,
    itemId,
    ...waits,
  };
}

/** The changes of a decision without a rebill. */
interface Moved {
  readonly autoOrder: AutoOrder;
  readonly notes: readonly RebillNote[];
}

function movedItems({ autoOrder, catalog, at, zone }: DecisionInput, context: PlanContext): Moved {
  const notes: RebillNote[] = [];
  const items = autoOrder.items.map((item) =>
    movedItem(item, notes, { catalog, at, zone, context }),
  );
  return { autoOrder: notes.length === 0 ? autoOrder : { ...autoOrder, items }, notes };
}

function movedItem(
  item: AutoOrderItem,
  notes: RebillNote[],
  input: Pick<DecisionInput, 'catalog' | 'at' | 'zone'> & { context: PlanContext },
): AutoOrderItem {
  const { nextShipmentAt, nextPreshipmentNoticeAt } = item;
  const { catalog, at, zone, context } = input;
  if (nextShipmentAt === undefined || item.paused) return item;
  if (!isAfter(nextShipmentAt, at)) return movedDueItem(item, notes, input);
  if (
    item.preshipmentNoticeSent ||
    nextPreshipmentNoticeAt === undefined ||
    isAfter(nextPreshipmentNoticeAt, at)
  )
    return item;
  const plan = planNext(item, catalog, context);
  if (plan.kind !== 'ship') return item;
  notes.push({
    message: `Pre-shipment notice: ${plan.itemId} ships on ${localDate(nextShipmentAt, zone)}.`,
    event: {
      name: 'auto_order_preshipment',
      data: {
        item_oid: item.itemOid,
        item_id: plan.itemId,
        shipment_dts: nextShipmentAt.toString(),
      },
    },
  });
  return { ...item, preshipmentNoticeSent: true };
}

function movedDueItem(
  item: AutoOrderItem,
  notes: RebillNote[],
  { catalog, zone, context }: Pick<DecisionInput, 'catalog' | 'zone'> & { context: PlanContext },
): AutoOrderItem {
  const plan = planNext(item, catalog, context);
  if (plan.kind === 'slip') {
    notes.push({
      message:
        `${item.originalItemId} is paused in the catalogue: ` +
        `its shipment moves to ${localDate(plan.until, zone)}.`,
    });
    return slip(item, plan, catalog, zone);
  }
  if (plan.kind !== 'none' || !isFinalStop(plan.why)) return item;
  notes.push({
    message: `${item.originalItemId} no longer ships: ${plan.why}.`,
    event: { name: 'auto_order_item_cancel', data: { item_oid: item.itemOid, reason: plan.why } },
  });
  return withoutNext(item);
}
