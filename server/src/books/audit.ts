import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import type { Opening } from '../autoOrders/opening.ts';
import { civilDay, clampedDay, plainDateTime, wallFromPlain, wallOf } from '../kernel/calendar.ts';
import type { Minor } from '../kernel/money.ts';
import { captureTransactions } from '../orders/capture.ts';
import { amountOf, chargedShipping } from '../orders/money.ts';
import type { OrderDocument } from '../orders/order.ts';
import type { RebillState } from '../rebill/attempt.ts';

/*
 * Recomputes the books from records whose errors would be noticed: the customers' orders and the
 * charges that were sent. It shares no code with the code that updates the counters, so it cannot
 * repeat the same mistake.
 */

/** A stored figure that the orders and attempts contradict. */
export interface Difference {
  readonly objectType:
    | 'auto order'
    | 'auto order item'
    | 'order'
    | 'rebill'
    | 'charge'
    | 'store credit';
  readonly objectId: string;
  readonly field: string;
  readonly stored: string;
  readonly recomputed: string;
}

/** Columns of an auto order's row besides its record, used by searches and the engine. */
export interface Marks {
  readonly dueAt?: Temporal.Instant;
  readonly nextShipmentAt?: Temporal.Instant;
  /** When the record last changed, on the merchant's clock. */
  readonly modifiedAt?: Temporal.Instant;
  /** The original order, if it exists. */
  readonly originalOrderId?: string;
  /** The auto order into which it was merged, if it exists. */
  readonly targetOid?: number;
}

/** A rebill, as its row describes it. */
export interface AuditedAttempt {
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
  readonly state: RebillState;
  readonly attempt: number;
  readonly at: Temporal.Instant;
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  /** The gateway's id of the capture. */
  readonly reference: string | null;
  /** Whether the row contains the plan of the charge. */
  readonly isPlanned: boolean;
  readonly declines: number;
  /** When the last decline planned the next attempt, as the row recorded it then. */
  readonly retryAt: Temporal.Instant | null;
  /** Whether staff marked its order as paid or rejected it. */
  readonly isByStaff: boolean;
  /** Whether a charge of its order, not one of the engine, paid for it. */
  readonly isOrderCharged: boolean;
}

/** The parts of an order that concern its amounts. */
export interface AuditedOrder {
  readonly autoOrderOid: number;
  /** 0: the order that started the auto order. */
  readonly rebillNumber: number;
  readonly orderId: string;
  readonly createdAt: Temporal.Instant;
  readonly paidAt: Temporal.Instant | null;
  /** Whether a charge of the order is under way. */
  readonly isCharging: boolean;
  readonly currency: string;
  readonly total: number;
  readonly lines: readonly OrderItem[] | null;
  readonly summary: OrderDocument['summary'] | null;
  readonly taxes: OrderDocument['taxes'] | null;
  readonly payment: OrderDocument['payment'] | null;
}

/** One auto order with everything with which it is compared. */
export interface Books {
  readonly autoOrder: AutoOrder;
  readonly marks: Marks;
  readonly attempts: readonly AuditedAttempt[];
  readonly orders: readonly AuditedOrder[];
  /** Auto orders that were merged into it, because its items may have been billed there. */
  readonly merged: readonly {
    readonly attempts: readonly AuditedAttempt[];
    readonly orders: readonly AuditedOrder[];
  }[];
  /** The opening figures of items that clients wrote, by item oid. */
  readonly openings: ReadonlyMap<number, Opening>;
  readonly zone: string;
}

/** Returns every difference of one auto order, its items, its orders and its attempts. */
export function differencesOf(books: Books): Difference[] {
  return [
    ...autoOrderFaults(books),
    ...books.attempts.flatMap((attempt) => attemptFaults(attempt, books)),
    ...books.orders.flatMap((order) => orderFaults(order, books)),
    ...books.autoOrder.items.flatMap((item) => itemFaults(item, books)),
  ];
}

/** Returns the difference that reports a record which cannot be read and audited. */
export const unreadable = (autoOrderOid: number, reason: string): Difference => ({
  objectType: 'auto order',
  objectId: String(autoOrderOid),
  field: 'record',
  stored: 'unreadable',
  recomputed: reason,
});

/** Collects the differences of one object. */
class Findings {
  readonly found: Difference[] = [];
  readonly #objectType: Difference['objectType'];
  readonly #objectId: string;

  constructor(objectType: Difference['objectType'], objectId: string | number) {
    this.#objectType = objectType;
    this.#objectId = String(objectId);
  }

  compare(field: string, stored: unknown, recomputed: unknown): void {
    const [was, is] = [shownValue(stored), shownValue(recomputed)];
    if (was !== is)
      this.found.push({
        objectType: this.#objectType,
        objectId: this.#objectId,
        field,
        stored: was,
        recomputed: is,
      });
  }
}

const shownValue = (value: unknown): string =>
  value === undefined || value === null ? 'none' : String(value);

const closedStates: ReadonlySet<RebillState> = new Set(['paid', 'given up', 'invoiced']);

function autoOrderFaults({ autoOrder, marks, attempts, orders }: Books): Difference[] {
  const check = new Findings('auto order', autoOrder.autoOrderOid);
  const closed = attempts.filter(({ state }) => closedStates.has(state));
  check.compare('rebill_count', autoOrder.rebillCount, closed.length);
  check.compare('rebill_number', attempts.at(-1)?.rebillNumber ?? 0, attempts.length);
  check.compare(
    'next_shipment_dts',
    marks.nextShipmentAt,
    earliestOf(autoOrder.items.map((item) => item.nextShipmentAt)),
  );
  // A completed auto order may later be canceled.
  if (autoOrder.completed && autoOrder.status !== 'canceled')
    check.compare('status', autoOrder.status, 'disabled');
  const open = attempts.find(({ rebillNumber }) => rebillNumber === autoOrder.rebillCount + 1);
  // A new card resets the declines, so the record may count fewer than the attempts, but never
  // more. Staff may have rejected the order of the rebill that disabled the auto order.
  const last = attempts.at(-1);
  const declines = open?.declines ?? (last?.state === 'given up' ? last.declines : 0);
  if (autoOrder.creditCardAttempt > declines)
    check.compare('credit_card_attempt', autoOrder.creditCardAttempt, declines);
  nextAttemptFaults(check, autoOrder, open);
  const kept = open && orders.find(({ orderId }) => orderId === open.orderId);
  dueFaults(check, autoOrder, marks, open, kept?.isCharging === true);
  stateFaults(check, autoOrder, marks);
  return check.found;
}

/** Compares the next attempt with the state of the auto order and of its open rebill. */
function nextAttemptFaults(
  check: Findings,
  autoOrder: AutoOrder,
  open: Books['attempts'][number] | undefined,
): void {
  if (autoOrder.status !== 'active' || (open === undefined && isLeftBehind(autoOrder)))
    check.compare('next_attempt', autoOrder.nextAttemptAt, undefined);
  else if (open !== undefined && isOtherRetry(autoOrder, open))
    check.compare('next_attempt', autoOrder.nextAttemptAt, open.retryAt);
}

/**
 * Whether the engine planned the next attempt of a running auto order so that it delays an earlier
 * shipment, although no missed shipment waits for it. A client may set any moment, which then
 * differs from the engine's plan. Records of releases that did not store the plan are not judged.
 */
function isLeftBehind({ nextAttemptAt, plannedAttemptAt, items }: AutoOrder): boolean {
  if (nextAttemptAt?.epochMilliseconds !== plannedAttemptAt?.epochMilliseconds) return false;
  const running = items.filter(({ paused }) => !paused);
  const next = earliestOf(running.map(({ nextShipmentAt }) => nextShipmentAt));
  const isDelaying =
    next !== undefined &&
    nextAttemptAt !== undefined &&
    next.epochMilliseconds < nextAttemptAt.epochMilliseconds;
  return isDelaying && running.every(({ missedUntil }) => missedUntil === undefined);
}

/**
 * Whether the engine planned the next attempt of a declined rebill at another moment than the last
 * decline says. A change of the time zone keeps the hour on the wall: it moves the attempt, but not
 * the record of the decline. A day between missed shipments may be planned instead, and a client may
 * set any moment: then it differs from what the engine planned.
 */
function isOtherRetry(
  { nextAttemptAt: next, plannedAttemptAt: planned, items }: AutoOrder,
  { retryAt }: AuditedAttempt,
): boolean {
  if (next === undefined || retryAt === null) return false;
  if (next.epochMilliseconds !== planned?.epochMilliseconds) return false;
  const apart = Math.abs(next.epochMilliseconds - retryAt.epochMilliseconds);
  return apart > zonesApartMs && items.every(({ missedUntil }) => missedUntil === undefined);
}

// The clocks of two zones differ by at most 26 hours, and a change of daylight saving adds one.
const zonesApartMs = 27 * 3_600_000;

/** Finds states that contradict each other. */
function stateFaults(check: Findings, autoOrder: AutoOrder, marks: Marks): void {
  const { status, enabled, completed, items } = autoOrder;
  check.compare('enabled', enabled, status === 'active');
  if (completed && items.some((item) => hasSomethingToShip(item, autoOrder, marks)))
    check.compare('completed', completed, 'false: an item still has a next shipment');
  if (status === 'merged')
    check.compare('merged_into_auto_order_oid', autoOrder.mergedIntoAutoOrderOid, marks.targetOid);
  check.compare('original_order_id', autoOrder.originalOrderId, marks.originalOrderId);
}

/**
 * Whether a completed auto order has an item that would have shipped. An overdue shipment is billed
 * at the time of billing. So an end that had passed when the auto order completed, or when its last
 * change was checked, stops it too.
 */
function hasSomethingToShip(
  item: AutoOrderItem,
  { disabledAt, canceledAt }: AutoOrder,
  { modifiedAt }: Marks,
): boolean {
  const { nextShipmentAt: next, noOrderAfterAt: last, remainingRepeatCount = 1, paused } = item;
  if (next === undefined || paused || remainingRepeatCount <= 0) return false;
  if (last === undefined) return true;
  const moments = [next, disabledAt ?? canceledAt ?? next, modifiedAt ?? next];
  return moments.every((moment) => moment.epochMilliseconds <= last.epochMilliseconds);
}

/**
 * Checks when an auto order is due. If work remains, it must be due at that moment, or the engine
 * would never process it. Ignores charges in flight, because settling them sets `due_at` again.
 */
function dueFaults(
  check: Findings,
  autoOrder: AutoOrder,
  { dueAt }: Marks,
  open: AuditedAttempt | undefined,
  isOrderCharging: boolean,
): void {
  if (open?.state === 'charging' || open?.state === 'unknown' || isOrderCharging) return;
  const expected = expectedDue(autoOrder);
  // A parked auto order, or one that could not be moved, is delayed by a day each time.
  const isPutOff =
    dueAt !== undefined &&
    expected !== undefined &&
    dueAt.epochMilliseconds > expected.epochMilliseconds;
  if (!isPutOff) check.compare('due_at', dueAt, expected);
}

function expectedDue({
  status,
  enabled,
  items,
  nextAttemptAt,
}: AutoOrder): Temporal.Instant | undefined {
  if (status !== 'active' || !enabled) return undefined;
  const shipping = items.filter((item) => item.nextShipmentAt !== undefined && !item.paused);
  const shipment = earliestOf(shipping.map((item) => item.nextShipmentAt));
  const rebill =
    shipment !== undefined &&
    nextAttemptAt !== undefined &&
    nextAttemptAt.epochMilliseconds > shipment.epochMilliseconds
      ? nextAttemptAt
      : shipment;
  return earliestOf([
    rebill,
    ...shipping
      .filter((item) => !item.preshipmentNoticeSent)
      .map((item) => item.nextPreshipmentNoticeAt),
  ]);
}

function attemptFaults(attempt: AuditedAttempt, { orders }: Books): Difference[] {
  const check = new Findings('rebill', `${attempt.autoOrderOid}/${attempt.rebillNumber}`);
  const order = orders.find(({ rebillNumber }) => rebillNumber === attempt.rebillNumber);
  if (attempt.state === 'charging' || attempt.state === 'unknown') {
    // Without the plan, the server cannot query the gateway about the charge.
    if (!attempt.isPlanned) check.compare('planned', undefined, 'what is being charged');
    return check.found;
  }
  const isInvoice = attempt.state === 'invoiced';
  const isCharged = isInvoice || (attempt.state === 'paid' && !attempt.isByStaff);
  check.compare('attempts', attempt.attempt, attempt.declines + (isCharged ? 1 : 0));
  if (order !== undefined) check.compare('order_id', attempt.orderId, order.orderId);
  if (attempt.state !== 'paid' && !isInvoice) return check.found;
  if (order === undefined) check.compare('order_id', attempt.orderId, undefined);
  else {
    check.compare('amount', attempt.amount, order.total);
    check.compare('currency', attempt.currency, order.currency);
    if (!isInvoice) check.compare('paid_at', attempt.at, order.paidAt);
  }
  if (!isInvoice) captureFaults(check, attempt, order);
  return check.found;
}

/**
 * Checks that a paid rebill has one capture, unless it cost nothing or was paid by another method.
 * Staff may also have charged its order.
 */
function captureFaults(
  check: Findings,
  { isByStaff, isOrderCharged, amount, reference }: AuditedAttempt,
  order: AuditedOrder | undefined,
): void {
  const isCaptured = isByStaff ? isOrderCharged : amount > 0;
  if (isCaptured !== (reference !== null))
    check.compare('reference', reference, isCaptured ? 'a capture' : undefined);
  if (order === undefined) return;
  const captures = captureTransactions({ payment: order.payment ?? {} });
  check.compare('captures', captures.length, isCaptured ? 1 : 0);
}

function orderFaults(order: AuditedOrder, { attempts }: Books): Difference[] {
  const check = new Findings('order', order.orderId);
  paymentFaults(check, order);
  if (order.rebillNumber === 0) return check.found;
  const attempt = attempts.find(({ rebillNumber }) => rebillNumber === order.rebillNumber);
  if (attempt === undefined) check.compare('rebill_number', order.rebillNumber, undefined);
  else if (attempt.state !== 'paid' && attempt.state !== 'invoiced' && order.paidAt !== null)
    check.compare('paid_at', order.paidAt, `none: its rebill is ${attempt.state}`);
  amountFaults(check, order);
  return check.found;
}

/** Compares the payment status with the payments of the order. */
function paymentFaults(check: Findings, { paidAt, payment }: AuditedOrder): void {
  const status = payment?.payment_status;
  const isSaidPaid = status === 'Processed' || status === 'Skipped' || status === 'Refunded';
  const isSaidUnpaid = status === 'Declined' || status === 'Unprocessed';
  if (paidAt === null && isSaidPaid) check.compare('payment_status', status, 'not paid');
  if (paidAt !== null && isSaidUnpaid) check.compare('payment_status', status, 'paid');
}

function amountFaults(
  check: Findings,
  { currency, lines, summary, taxes, total }: AuditedOrder,
): void {
  const amount = (stored: Parameters<typeof amountOf>[0]) => amountOf(stored, currency);
  const all = lines ?? [];
  const sumOf = (figures: readonly number[]) => figures.reduce((sum, figure) => sum + figure, 0);
  const full = all.map((line) => lineAmount(line, currency));
  const discounts = all.map((line) => amount(line.discount));
  all.forEach((line, index) =>
    check.compare(
      `items[${index}].total_cost_with_discount`,
      amount(line.total_cost_with_discount),
      full[index]! - discounts[index]!,
    ),
  );
  check.compare('summary.subtotal', amount(summary?.subtotal), sumOf(full));
  check.compare('summary.subtotal_discount', amount(summary?.subtotal_discount), sumOf(discounts));
  const shipping = chargedShipping({ summary: summary ?? undefined }, currency);
  const tax = taxAgain({ currency, lines, summary, taxes });
  const credit = amount(summary?.internal_gift_certificate_amount);
  check.compare('summary.tax', amount(summary?.tax), tax);
  check.compare(
    'summary.total',
    amount(summary?.total),
    sumOf(full) - sumOf(discounts) + shipping + tax - credit,
  );
  check.compare('total', total, amount(summary?.total));
}

/**
 * Returns the tax at the order's rate. The order does not say how the merchant rounded at that
 * time, so the stored tax is right if either way of rounding gives it.
 */
function taxAgain({
  currency,
  lines,
  summary,
  taxes,
}: Pick<AuditedOrder, 'currency' | 'lines' | 'summary' | 'taxes'>): number {
  const stored = amountOf(summary?.tax, currency);
  const rate = taxes?.tax_rate ?? taxes?.arbitrary_tax_rate;
  if (rate === undefined) return stored;
  const shipping = chargedShipping({ summary: summary ?? undefined }, currency);
  const parts = [
    ...(lines ?? []).map((line) => taxedAmount(line, currency)),
    taxes?.tax_shipping === true ? shipping : 0,
  ];
  const byLine = parts.reduce((sum, part) => sum + roundHalfUp((part * rate) / 100), 0);
  const byOrder = roundHalfUp((parts.reduce((sum, part) => sum + part, 0) * rate) / 100);
  return stored === byLine ? byLine : byOrder;
}

function taxedAmount(line: OrderItem, currency: string): number {
  if (line.tax_free === true) return 0;
  const full = lineAmount(line, currency);
  const discount = amountOf(line.discount, currency);
  if (line.taxable_cost === undefined) return full - discount;
  const taxed = roundHalfUp(amountOf(line.taxable_cost, currency) * (line.quantity ?? 1));
  return full === 0 ? 0 : taxed - roundHalfUp((taxed * discount) / full);
}

const lineAmount = (line: OrderItem, currency: string): number =>
  roundHalfUp(amountOf(line.cost, currency) * (line.quantity ?? 1));

// A product of two decimals may be slightly too small, so a millionth of a cent is ignored.
const roundHalfUp = (figure: number): number => Math.floor(figure + 0.5 + 1e-6);

function itemFaults(item: AutoOrderItem, books: Books): Difference[] {
  const check = new Findings('auto order item', item.itemOid);
  const shipments = [books, ...books.merged].flatMap(({ attempts, orders }) =>
    shipmentsOf(item, attempts, orders),
  );
  const opening = books.openings.get(item.itemOid) ?? noOpening;
  figureFaults(check, item, shipments, opening);
  dateFaults(check, item, shipments, opening);
  check.compare(
    'next_shipment_dts',
    item.nextShipmentAt && localText(item.nextShipmentAt, books.zone),
    item.nextShipmentAt && anchoredText(item, item.nextShipmentAt, books.zone),
  );
  for (const [field, count] of countsLeft(item)) if (count < 0) check.compare(field, count, 0);
  return check.found;
}

type WrittenFigures = Omit<Opening, 'itemOid'>;
const noOpening: WrittenFigures = { rebills: 0, rebillValue: 0, lifeTimeValue: 0 };

const isRebill = ({ rebillNumber }: ItemLine): boolean => rebillNumber > 0;

/** Compares counters and values with the orders plus the opening balance. */
function figureFaults(
  check: Findings,
  item: AutoOrderItem,
  shipments: readonly ItemLine[],
  opening: WrittenFigures,
): void {
  const rebills = shipments.filter(isRebill);
  const sumOf = (some: readonly ItemLine[]) => some.reduce((sum, { value }) => sum + value, 0);
  check.compare('number_of_rebills', item.numberOfRebills, rebills.length + opening.rebills);
  check.compare('rebill_value', item.rebillValue, sumOf(rebills) + opening.rebillValue);
  check.compare('life_time_value', item.lifeTimeValue, sumOf(shipments) + opening.lifeTimeValue);
}

/** Compares the dates of the first and the last order, unless a client wrote them. */
function dateFaults(
  check: Findings,
  item: AutoOrderItem,
  shipments: readonly ItemLine[],
  { firstOrderAt, lastOrderAt }: WrittenFigures,
): void {
  const purchase = shipments.find((shipment) => !isRebill(shipment));
  const rebillDates = shipments.filter(isRebill).map(({ at }) => at);
  check.compare(
    'first_order_dts',
    item.firstOrderAt,
    firstOrderAt ?? purchase?.at ?? earliestOf(rebillDates),
  );
  const isWritten =
    lastOrderAt !== undefined &&
    lastOrderAt.epochMilliseconds === item.lastOrderAt?.epochMilliseconds;
  // Another system may have billed the item before its first rebill in this database.
  if (rebillDates.length > 0 && !isWritten)
    check.compare('last_order_dts', item.lastOrderAt, latestOf(rebillDates));
}

/** A line of an item in an order that was paid or invoiced. */
interface ItemLine {
  readonly rebillNumber: number;
  readonly at: Temporal.Instant;
  readonly value: Minor;
}

/** Returns the item's lines in paid and invoiced orders, without add-ons. */
function shipmentsOf(
  { itemOid }: AutoOrderItem,
  attempts: readonly AuditedAttempt[],
  orders: readonly AuditedOrder[],
): ItemLine[] {
  return orders.flatMap((order): ItemLine[] => {
    const line = order.lines?.find((each) => each.item_reference_oid === itemOid);
    if (line === undefined) return [];
    const attempt = attempts.find(({ rebillNumber }) => rebillNumber === order.rebillNumber);
    if (order.paidAt === null && attempt?.state !== 'invoiced') return [];
    return [
      {
        rebillNumber: order.rebillNumber,
        at: attempt?.at ?? order.createdAt,
        value: amountOf(line.total_cost_with_discount, order.currency),
      },
    ];
  });
}

/**
 * Returns the next date by the anchor alone: its day of the month, or the last day of a shorter
 * month.
 */
function anchoredText(
  { anchor }: AutoOrderItem,
  nextShipmentAt: Temporal.Instant,
  zone: string,
): string {
  const wall = wallOf(nextShipmentAt, zone);
  const { ms } = wallFromPlain(anchor);
  // A local time that the zone skips on that day moves forward, possibly into the next day, so the
  // stored date is used.
  if (wall.ms !== ms) return localText(nextShipmentAt, zone);
  const { year, month } = civilDay(wall.day);
  return String(plainDateTime({ day: clampedDay(year, month, anchor.day), ms }));
}

const localText = (moment: Temporal.Instant, zone: string): string =>
  String(plainDateTime(wallOf(moment, zone)));

const countsLeft = (item: AutoOrderItem): [string, number][] => [
  ['remaining_repeat_count', item.remainingRepeatCount ?? 0],
  ['arbitrary_unit_cost_remaining_orders', item.arbitraryUnitCostRemainingOrders ?? 0],
  ...item.addOns.map(({ nextXOrders }): [string, number] => [
    'add_ons.next_x_orders',
    nextXOrders ?? 0,
  ]),
];

function earliestOf(
  moments: readonly (Temporal.Instant | undefined)[],
): Temporal.Instant | undefined {
  return moments
    .filter((moment) => moment !== undefined)
    .sort((a, b) => a.epochMilliseconds - b.epochMilliseconds)[0];
}

function latestOf(moments: readonly Temporal.Instant[]): Temporal.Instant | undefined {
  return [...moments].sort((a, b) => b.epochMilliseconds - a.epochMilliseconds)[0];
}
