import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import {
  allocate,
  fromMinor,
  type Minor,
  minor,
  proportion,
  sum,
  toMinor,
} from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { loweredTax } from './loweredTax.ts';
import { amountOf, shownCurrency, wireCurrency } from './money.ts';
import type { Occasion } from './occasion.ts';
import type { OrderRecord } from './order.ts';

/** An order with another total, and whether it is the desired one to the cent. */
export interface AdjustedOrder {
  readonly order: OrderRecord;
  readonly isExact: boolean;
}

/**
 * Returns the order with a lower total (current API, adjustOrderTotal). Each line gets a
 * proportional discount, and the tax is calculated again. If the rounding of the tax skips the
 * desired total, the order gets the next lower one.
 */
export function adjustedOrder(
  order: OrderRecord,
  desired: string,
  now: Occasion,
): Outcome<AdjustedOrder, FieldFault> {
  const total = /^\d{1,12}(\.\d+)?$/.test(desired)
    ? toMinor(Number(desired), order.currency)
    : undefined;
  if (!total?.ok)
    return fault(
      `is not a valid amount in ${order.currency}`,
      'Send digits with a point, for example 123.45',
    );
  const amounts = amountsOf(order);
  const least = totalAfter(amounts, minor(amounts.net));
  if (total.value <= 0 || total.value >= order.total || total.value < least)
    return fault(
      `is ${desired}, but the new total must be at least ` +
        `${fromMinor(minor(Math.max(1, least)), order.currency)} and below ` +
        `${fromMinor(order.total, order.currency)}`,
      'Send a total in this range',
    );
  const more = discountFor(amounts, total.value);
  const changed = withDiscount(order, amounts, more, now);
  return success({ order: changed, isExact: changed.total === total.value });
}

const fault = (reason: string, fix: string) => failure({ field: 'desired_total', reason, fix });

interface Amounts {
  readonly order: OrderRecord;
  /** The amount of each line with its discount, and their sum. */
  readonly nets: readonly Minor[];
  readonly net: number;
  readonly isTaxed: readonly boolean[];
  readonly taxable: Minor;
  readonly tax: Minor;
  /** The sum of shipping and gifts, which does not change. */
  readonly rest: Minor;
}

function amountsOf(order: OrderRecord): Amounts {
  const { document, currency, total } = order;
  const { items = [], summary } = document;
  const nets = items.map((line) => amountOf(line.total_cost_with_discount, currency));
  const net = sum(nets);
  const tax = amountOf(summary?.tax, currency);
  return {
    order,
    nets,
    net,
    isTaxed: items.map((line) => line.tax_free !== true),
    taxable: minor(
      amountOf(summary?.taxable_subtotal, currency) -
        amountOf(summary?.taxable_subtotal_discount, currency),
    ),
    tax,
    rest: minor(total - net - tax),
  };
}

const sharesOf = ({ nets }: Amounts, discount: Minor): Minor[] =>
  nets.length === 0 ? [] : allocate(discount, nets);

/**
 * Returns the tax at the order's rate. A tax that the client named is reduced in proportion to the
 * taxed amount.
 */
function taxAfter({ order, tax, taxable, isTaxed }: Amounts, shares: readonly Minor[]): Minor {
  const lowered = loweredTax(order, shares);
  if (lowered !== undefined) return lowered.tax;
  const lower = sum(shares.filter((_, place) => isTaxed[place]));
  if (taxable <= 0) return tax;
  return proportion(tax, Math.max(0, taxable - lower), taxable, 'half up');
}

const totalAfter = (amounts: Amounts, discount: Minor): Minor =>
  minor(amounts.net - discount + amounts.rest + taxAfter(amounts, sharesOf(amounts, discount)));

/** Returns the smallest further discount with which the total does not exceed the desired one. */
function discountFor(amounts: Amounts, desired: Minor): Minor {
  let [low, high] = [0, amounts.net];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (totalAfter(amounts, minor(middle)) <= desired) high = middle;
    else low = middle + 1;
  }
  return minor(low);
}

function withDiscount(
  order: OrderRecord,
  amounts: Amounts,
  more: Minor,
  now: Occasion,
): OrderRecord {
  const { document, currency } = order;
  const shown = shownCurrency(order);
  const money = (amount: number) => wireCurrency(minor(amount), shown);
  const shares = sharesOf(amounts, more);
  const total = totalAfter(amounts, more);
  const taxedMore = sum(shares.filter((_, place) => amounts.isTaxed[place]));
  const { summary, internal } = document;
  const before = (name: 'subtotal_discount' | 'taxable_subtotal_discount') =>
    amountOf(summary?.[name], currency);
  const taxableDiscount =
    loweredTax(order, shares)?.taxableDiscount ?? before('taxable_subtotal_discount') + taxedMore;
  const note =
    `Total adjusted from ${fromMinor(order.total, currency)} to ${fromMinor(total, currency)} ` +
    `${currency} by ${now.by ?? 'Perennial'} on ${wireDate(now.at, now.timeZone)}.`;
  return {
    ...order,
    total,
    modifiedAt: now.at,
    document: {
      ...document,
      items: (document.items ?? []).map((line, place) =>
        lowered(line, amounts.nets[place]!, shares[place]!, { currency, money }),
      ),
      summary: {
        ...summary,
        subtotal_discount: money(before('subtotal_discount') + more),
        taxable_subtotal_discount: money(taxableDiscount),
        tax: money(taxAfter(amounts, shares)),
        total: money(total),
      },
      internal: {
        ...internal,
        merchant_notes: [internal?.merchant_notes ?? '', note].join('\n').trim(),
      },
    },
  };
}

function lowered(
  line: OrderItem,
  net: Minor,
  share: Minor,
  { currency, money }: { currency: string; money: (amount: number) => OrderItem['cost'] & object },
): OrderItem {
  if (share === 0) return line;
  return {
    ...line,
    discount: money(amountOf(line.discount, currency) + share),
    total_cost_with_discount: money(net - share),
    unit_cost_with_discount: money(
      proportion(minor(net - share), 1, line.quantity || 1, 'half up'),
    ),
  };
}
