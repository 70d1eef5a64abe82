import type { Currency } from '@perennial/contract/common.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor, type Minor, minor, proportion, toMinor, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { exactQuantity } from '../kernel/quantity.ts';
import { amountOf, chargedShipping } from './money.ts';
import type { OrderRecord } from './order.ts';
import {
  chargedOf,
  grossOf,
  type Refunded,
  type RefundedLine,
  refundedOf,
  subtotalOf,
  totalOf,
} from './refunded.ts';
import { refundedTax } from './refundedTax.ts';
import { refundedCredit } from './storeCredit.ts';

/*
 * Plans a refund (current API, OrderApi.refundOrder). A client sends an order whose fields ending
 * in `_refunded` contain the totals after the refund; the difference from the stored totals is
 * refunded. Amounts are in minor units of the order's currency.
 */

/** A refund that an order allows. */
export interface PlannedRefund {
  /** The refunded totals before and after this refund. */
  readonly before: Refunded;
  readonly after: Refunded;
  /** The sum of the earlier refunds. */
  readonly totalBefore: Minor;
  /** The money that this refund gives back. 0: only store credit, or lines that cost nothing. */
  readonly amount: Minor;
  /** The order's refund_reason. Absent: stays as it is. */
  readonly reason?: string | undefined;
  /** The order's reject_reason, if the refund rejects it. Absent: stays as it is. */
  readonly rejectReason?: string | undefined;
  /** Whole sentences about fields that may be read in another way than the client expects. */
  readonly warnings: readonly string[];
}

/**
 * Returns the refund that a body requests, or its first fault. A line with a new
 * `quantity_refunded` and no new `total_refunded` is refunded in proportion to its quantity, with
 * its share of the tax. A kit is refunded with its components. The last refund of a line or of the
 * tax refunds the rest, so the parts always add up to the charged amount.
 */
export function planRefund(order: OrderRecord, body: Order): Outcome<PlannedRefund, FieldFault> {
  const before = refundedOf(order);
  const read = readLines(order, before, body.items ?? []);
  if (!read.ok) return read;
  const given = readTotals(order, body, before, read.value);
  if (!given.ok) return given;
  const parts: Refunded = { lines: read.value.lines, ...given.value, other: before.other };
  const credit = refundedCredit(order, body, before.credit ?? zero, totalOf(parts));
  if (!credit.ok) return credit;
  const after: Refunded = { ...parts, credit: credit.value };
  const totalBefore = totalOf(before);
  const amount = minor(totalOf(after) - totalBefore);
  // A line that cost nothing is refunded as well: it does not ship, and may go back into stock.
  const isMore =
    amount > 0 || credit.value > (before.credit ?? 0) || newlyRefunded(order, after).length > 0;
  const fault = sumFault(order, totalOf(after), isMore);
  if (fault) return failure(fault);
  return success({
    before,
    after,
    totalBefore,
    amount,
    reason: body.refund_reason || undefined,
    rejectReason: body.reject_reason || undefined,
    warnings: [...warningsOf(order, after), ...sumWarnings(order, body, before, after)],
  });
}

/** Returns the body that refunds everything that is left of an order. */
export function wholeRefund({ document, currency }: OrderRecord): Order {
  const { items = [], summary, gift } = document;
  return fromLoose<Order>({
    items: items.map((line) =>
      fromLoose<OrderItem>({
        quantity_refunded: line.quantity,
        total_refunded: { value: fromMinor(grossOf(line, currency), currency) },
      }),
    ),
    summary: fromLoose<NonNullable<Order['summary']>>({
      subtotal_discount_refunded: summary?.subtotal_discount,
      tax_refunded: summary?.tax,
      shipping_handling_refunded: {
        value: fromMinor(chargedShipping(document, currency), currency),
      },
    }),
    gift: fromLoose<NonNullable<Order['gift']>>({
      gift_charge_refunded: gift?.gift_charge,
      gift_wrap_refunded: gift?.gift_wrap_cost,
    }),
  });
}

/**
 * Returns the item ids of the lines that are fully refunded after this refund, but were not before.
 */
export function itemsGivenBack({ document }: OrderRecord, after: Refunded): string[] {
  return (document.items ?? []).flatMap(({ merchant_item_id: itemId, ...line }, place) => {
    const { quantity = 0, quantity_refunded: before = 0 } = line;
    const isWhole = after.lines[place]!.quantity === quantity && before < quantity;
    return isWhole && itemId !== undefined ? [itemId] : [];
  });
}

/** Returns how many pieces of each line a refund adds; empty if it adds none. */
export function newlyRefunded(before: OrderRecord, after: Refunded): number[] {
  const earlier = refundedOf(before).lines;
  const added = after.lines.map(({ quantity }, place) =>
    Math.max(0, exactQuantity(quantity - (earlier[place]?.quantity ?? 0))),
  );
  return added.some((quantity) => quantity > 0) ? added : [];
}

/**
 * Returns how many pieces of each line go back into stock after a refund, including those of
 * earlier refunds.
 */
export const addedUp = ({ restocked = [] }: OrderRecord, added: readonly number[]): number[] =>
  added.map((quantity, place) => exactQuantity(quantity + (restocked[place] ?? 0)));

/** Warns that a refund without pieces puts nothing back into stock. */
export const restockWarnings = (
  before: OrderRecord,
  { after }: Pick<PlannedRefund, 'after'>,
  { restocks }: { readonly restocks?: boolean | undefined },
): string[] =>
  restocks === true && newlyRefunded(before, after).length === 0
    ? [
        'restock: no quantity_refunded is higher than before, so nothing is put back into stock. ' +
          'Send the quantities, or set inventory_level of the item.',
      ]
    : [];

interface ReadLines {
  readonly lines: readonly RefundedLine[];
  /**
   * Whether the amount of a line was calculated from its quantity, so that its tax is refunded as
   * well.
   */
  readonly isByQuantity: boolean;
}

function readLines(
  order: OrderRecord,
  before: Refunded,
  given: readonly OrderItem[],
): Outcome<ReadLines, FieldFault> {
  const { items = [] } = order.document;
  if (given.length > items.length)
    return failure({
      field: 'items',
      reason: `has ${given.length} lines, and the order has ${items.length}`,
      fix: 'Send the lines as they were read',
    });
  const pairs = pairedLines(given, items);
  if (!pairs.ok) return pairs;
  const lines: RefundedLine[] = [];
  let isByQuantity = false;
  for (const [place, stored] of items.entries()) {
    const line = {
      ...pairs.value.get(place),
      quantity_refunded: quantityGiven(place, items, before, pairs.value),
    };
    const read = readLine(stored, line, before.lines[place]!, order.currency);
    if (!read.ok) return failure({ ...read.reason, field: `items[${place}].${read.reason.field}` });
    lines.push(read.value.line);
    isByQuantity ||= read.value.isByQuantity;
  }
  return success({ lines, isByQuantity });
}

/**
 * Returns the refunded quantity of a line. A component of a kit is refunded with the kit, unless
 * the body changes the component's quantity itself.
 */
function quantityGiven(
  place: number,
  items: readonly OrderItem[],
  { lines: before }: Refunded,
  given: ReadonlyMap<number, OrderItem>,
): number {
  const at = (each: number) => given.get(each)?.quantity_refunded ?? before[each]!.quantity;
  const own = at(place);
  const { kit_component: isPart, parent_item_index: parent, quantity = 0 } = items[place]!;
  if (isPart !== true || own !== before[place]!.quantity) return own;
  const kit = items.findIndex((each) => each.kit === true && each.item_index === parent);
  const ordered = items[kit]?.quantity ?? 0;
  if (kit < 0 || ordered <= 0 || at(kit) === before[kit]!.quantity) return own;
  const withKit = at(kit) === ordered ? quantity : exactQuantity((quantity * at(kit)) / ordered);
  return Math.min(quantity, Math.max(own, withKit));
}

/**
 * Returns the given lines by the positions of the stored lines that they refer to. Refuses a line
 * that would refund another one than its client means.
 */
function pairedLines(
  given: readonly OrderItem[],
  items: readonly OrderItem[],
): Outcome<ReadonlyMap<number, OrderItem>, FieldFault> {
  const pairs = new Map<number, OrderItem>();
  for (const [position, line] of given.entries()) {
    const place = refundedIndexOf(line, position, items);
    const fault = (field: string, reason: string) =>
      failure({
        field: `items[${position}].${field}`,
        reason,
        fix: 'Send the lines as they were read',
      });
    const stored = items[place];
    const { item_index: index, merchant_item_id: id } = line;
    if (stored === undefined)
      return fault('item_index', `is ${index}, and the order has no such line`);
    if (id && !hasItem(stored, id))
      return fault('merchant_item_id', `is ${id}, and that line is ${stored.merchant_item_id}`);
    if (pairs.has(place)) return fault('item_index', `names line ${place + 1} a second time`);
    pairs.set(place, line);
  }
  return success(pairs);
}

const hasItem = ({ merchant_item_id: stored = '' }: OrderItem, id: string): boolean =>
  fold(stored) === fold(id);

/**
 * Finds a line by its `item_index`, which begins at 1. Without one it is the line at its position,
 * or the only line with its item, because clients send only the lines that they refund.
 */
function refundedIndexOf(
  { item_index: index, merchant_item_id: id }: OrderItem,
  position: number,
  items: readonly OrderItem[],
): number {
  const isNumbered = items.some((each) => each.item_index !== undefined);
  if (isNumbered && index !== undefined && index !== null)
    return items.findIndex((each) => each.item_index === index);
  const at = items[position];
  if (!id || at === undefined || hasItem(at, id)) return position;
  const places = items.flatMap((each, place) => (hasItem(each, id) ? place : []));
  return places.length === 1 ? places[0]! : position;
}

function readLine(
  stored: OrderItem,
  given: OrderItem,
  before: RefundedLine,
  currency: string,
): Outcome<{ line: RefundedLine; isByQuantity: boolean }, FieldFault> {
  const ordered = stored.quantity ?? 0;
  const quantity = given.quantity_refunded ?? before.quantity;
  const quantityFault =
    Number(quantity.toFixed(4)) === quantity
      ? totalFault('quantity_refunded', quantity, before.quantity, ordered)
      : { field: 'quantity_refunded', reason: 'has more than four decimals', fix: 'Round it' };
  if (quantityFault) return failure(quantityFault);
  const said = readAmount(given.total_refunded, 'total_refunded', currency, before.amount);
  if (!said.ok) return said;
  const isByQuantity = quantity !== before.quantity && said.value === before.amount;
  const amount = isByQuantity
    ? minor(Math.max(before.amount, shareOf(stored, quantity, currency)))
    : said.value;
  const fault = amountFault(
    'total_refunded',
    amount,
    before.amount,
    grossOf(stored, currency),
    currency,
  );
  if (fault) return failure(fault);
  return success({
    isByQuantity,
    line: {
      quantity,
      amount,
      refundReason: given.refund_reason ?? before.refundReason,
      returnReason: given.return_reason ?? before.returnReason,
    },
  });
}

/** Returns the charged amount of a line in proportion to a quantity of it. */
function shareOf(line: OrderItem, quantity: number, currency: string): Minor {
  const charged = chargedOf(line, currency);
  const ordered = line.quantity ?? 0;
  return quantity === ordered ? charged : proportion(charged, quantity, ordered, 'half up');
}

type Totals = Omit<Refunded, 'lines' | 'other' | 'credit'>;

/**
 * A refunded amount outside the lines: its field, the value that the client sent, and the charged
 * amount.
 */
interface TotalField {
  readonly name: keyof Totals;
  readonly field: string;
  readonly given: Currency | null | undefined;
  readonly charged: Currency | undefined;
}

function totalFields({ document, currency }: OrderRecord, body: Order): TotalField[] {
  const { summary: charged, gift: wrapped } = document;
  const summary = body.summary ?? {};
  const gift = body.gift ?? {};
  return [
    {
      name: 'subtotalDiscount',
      field: 'summary.subtotal_discount_refunded',
      given: summary.subtotal_discount_refunded,
      charged: charged?.subtotal_discount,
    },
    {
      name: 'shippingHandling',
      field: 'summary.shipping_handling_refunded',
      given: summary.shipping_handling_refunded,
      charged: { value: fromMinor(chargedShipping(document, currency), currency) },
    },
    {
      name: 'giftCharge',
      field: 'gift.gift_charge_refunded',
      given: gift.gift_charge_refunded,
      charged: wrapped?.gift_charge,
    },
    {
      name: 'giftWrap',
      field: 'gift.gift_wrap_refunded',
      given: gift.gift_wrap_refunded,
      charged: wrapped?.gift_wrap_cost,
    },
    // The tax comes last, because it depends on the other amounts.
    {
      name: 'tax',
      field: 'summary.tax_refunded',
      given: summary.tax_refunded,
      charged: charged?.tax,
    },
  ];
}

function readTotals(
  order: OrderRecord,
  body: Order,
  before: Refunded,
  { lines, isByQuantity }: ReadLines,
): Outcome<Totals, FieldFault> {
  const totals: Record<string, Minor> = {};
  for (const { name, field, given, charged } of totalFields(order, body)) {
    const read = readAmount(given, field, order.currency, before[name]);
    if (!read.ok) return read;
    const isComputed = name === 'tax' && isByQuantity && read.value === before.tax;
    const due = isComputed
      ? refundedTax(order, { lines, ...(totals as unknown as Omit<Totals, 'tax'>) })
      : read.value;
    const value = isComputed ? minor(Math.max(before.tax, due)) : due;
    const most = amountOf(charged, order.currency);
    const fault = amountFault(field, value, before[name], most, order.currency);
    if (fault) return failure(fault);
    totals[name] = value;
  }
  return success(totals as unknown as Totals);
}

function readAmount(
  given: Currency | null | undefined,
  field: string,
  currency: string,
  absent: Minor,
): Outcome<Minor, FieldFault> {
  if (given?.value == null) return success(absent);
  const parsed = toMinor(given.value, currency);
  if (parsed.ok) return parsed;
  return failure({
    field: `${field}.value`,
    reason: `is not a valid amount in ${currency}`,
    fix: `Send no more decimals than ${currency} has`,
  });
}

const amountFault = (
  field: string,
  value: Minor,
  before: Minor,
  most: Minor,
  currency: string,
): FieldFault | undefined => {
  const shown = (amount: Minor) => fromMinor(amount, currency);
  return totalFault(field, shown(value), shown(before), shown(most));
};

/** Refuses a refunded total that is less than before, or more than was charged. */
function totalFault(
  field: string,
  value: number,
  before: number,
  most: number,
): FieldFault | undefined {
  if (value < before)
    return {
      field,
      reason: `is ${value}, and ${before} was refunded before`,
      fix: 'Send the total after this refund, which includes earlier refunds',
    };
  if (value > most)
    return {
      field,
      reason: `is ${value}, and at most ${most} can be refunded`,
      fix: 'Send a smaller total',
    };
  return undefined;
}

function sumFault(order: OrderRecord, total: Minor, isMore: boolean): FieldFault | undefined {
  const shown = (value: number) => fromMinor(minor(value), order.currency);
  if (total > order.total)
    return {
      field: 'items',
      reason:
        `and the other refunded amounts add up to ${shown(total)}, ` +
        `and the order's total is ${shown(order.total)}`,
      fix: 'Send smaller totals',
    };
  if (isMore) return undefined;
  return {
    field: 'items',
    reason: 'and the summary request no refund beyond what was refunded before',
    fix:
      'Raise items[].quantity_refunded, items[].total_refunded, summary.tax_refunded or ' +
      'summary.shipping_handling_refunded',
  };
}

function warningsOf({ document, currency }: OrderRecord, after: Refunded): string[] {
  const shipping = chargedShipping(document, currency);
  const isAll = (document.items ?? []).every(
    (line, place) => after.lines[place]!.quantity === line.quantity,
  );
  if (!isAll) return [];
  const isShippingLeft = after.shippingHandling !== shipping;
  const [what, field, left] = isShippingLeft
    ? ['Shipping and handling', 'shipping_handling_refunded', shipping - after.shippingHandling]
    : ['Tax', 'tax_refunded', amountOf(document.summary?.tax, currency) - after.tax];
  if (left <= 0) return [];
  return [
    `${what} of ${fromMinor(minor(left), currency)} ${currency} was not refunded. ` +
      `Send summary.${field} to refund it as well.`,
  ];
}

/**
 * A sum that is neither the one before nor the one after the refund was probably meant as a refund.
 */
function sumWarnings(
  { document, currency }: OrderRecord,
  body: Order,
  before: Refunded,
  after: Refunded,
): string[] {
  const sums: [name: (typeof sumNames)[number], ...known: Minor[]][] = [
    ['other_refunded', amountOf(document.summary?.other_refunded, currency)],
    ['subtotal_refunded', subtotalOf(before), subtotalOf(after)],
    ['total_refunded', totalOf(before), totalOf(after)],
  ];
  const ignored = sums.flatMap(([name, ...known]) => {
    const value = body.summary?.[name]?.value;
    const isKnown = value == null || known.some((each) => fromMinor(each, currency) === value);
    return isKnown ? [] : [`summary.${name}`];
  });
  if (ignored.length === 0) return [];
  return [
    `${ignored.join(', ')}: no effect, because the server adds up what the lines, tax, shipping ` +
      'and gift give back.',
  ];
}

/**
 * Returns sentences for the client about fields of an ordinary update that only a refund may
 * change. Values that are sent back as they were read cause none. `path` leads to the order in the
 * body, for example `original_order.`.
 */
export function refundWarnings(stored: OrderRecord, body: Order, path = ''): string[] {
  const before = refundedOf(stored);
  const { summary } = stored.document;
  const isOther = (given: Currency | null | undefined, amount: Minor) =>
    given?.value != null && given.value !== fromMinor(amount, stored.currency);
  const lines = (body.items ?? []).flatMap((line, place) => {
    const known = before.lines[place];
    if (known === undefined) return [];
    const { quantity_refunded: quantity, total_refunded: total } = line;
    return [
      ...(quantity != null && quantity !== known.quantity ? ['quantity_refunded'] : []),
      ...(isOther(total, known.amount) ? ['total_refunded'] : []),
    ].map((name) => `items[${place}].${name}`);
  });
  const totals = totalFields(stored, body)
    .filter(({ name, given }) => isOther(given, before[name]))
    .map(({ field }) => field);
  const sums = sumNames
    .filter((name) => isOther(body.summary?.[name], amountOf(summary?.[name], stored.currency)))
    .map((name) => `summary.${name}`);
  const fields = [...lines, ...totals, ...sums].map((field) => `${path}${field}`);
  if (fields.length === 0) return [];
  return [
    `${fields.join(', ')}: an update refunds nothing, so these had no effect. ` +
      'Send the order to PUT /rest/v2/order/orders/{order_id}/refund to refund it.',
  ];
}

/** The refunded amounts that the server adds up. */
const sumNames = ['other_refunded', 'subtotal_refunded', 'total_refunded'] as const;
