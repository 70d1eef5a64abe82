import type { Currency } from '@perennial/contract/common.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderRefundableResponse } from '@perennial/contract/orderRefund.ts';

/**
 * A part of an order that can be refunded: a line, its tax, or shipping. Its amounts are in the
 * currency in which the order was charged, like those of a refund.
 */
export interface RefundPlace {
  /** `line 0`, `tax`, `shipping`, `gift charge`, `gift wrap`. */
  readonly key: string;
  readonly words: string;
  readonly charged: number;
  readonly refunded: number;
  /** The amount that can still be refunded. */
  readonly left: number;
}

/**
 * The parts of an order that can be refunded, in the order of the page; parts without an amount are
 * left out. `currency` is the currency of the charge.
 */
export function refundPlaces(
  { items = [], summary = {}, gift = {} }: Order,
  currency: string,
): RefundPlace[] {
  const place = (key: string, words: string, charged = 0, refunded = 0): RefundPlace => ({
    key,
    words,
    charged,
    refunded,
    left: Math.max(rounded(charged - refunded, currency), 0),
  });
  const { shipping_handling_total: shipping, shipping_handling_total_discount: off } = summary;
  return [
    ...items.map((item, index) =>
      place(
        `line ${index}`,
        `${item.quantity ?? 1} × ${item.merchant_item_id ?? ''}`,
        item.total_cost_with_discount?.value,
        item.total_refunded?.value,
      ),
    ),
    place(
      'shipping',
      'Shipping and handling',
      rounded((shipping?.value ?? 0) - (off?.value ?? 0), currency),
      summary.shipping_handling_refunded?.value,
    ),
    place('gift charge', 'Gift charge', gift.gift_charge?.value, gift.gift_charge_refunded?.value),
    place('gift wrap', 'Gift wrap', gift.gift_wrap_cost?.value, gift.gift_wrap_refunded?.value),
    place('tax', 'Tax', summary.tax?.value, summary.tax_refunded?.value),
  ].filter(({ charged }) => charged > 0);
}

/** The reason why no gateway can make the refund, and the alternative. */
export const manualOnlyWords = {
  no_charge: 'No gateway charged this order.',
  multiple_charges: 'Several charges paid this order.',
  gateway_not_named:
    'The settings no longer name the gateway that charged this order. Once they do again, it can ' +
    'give the money back.',
} as const satisfies Record<NonNullable<OrderRefundableResponse['manual_only']>, string>;

/** The typed amounts by the keys of their parts. */
export type RefundTexts = Readonly<Record<string, string>>;

/** Returns the remaining amounts of all parts. */
export const everythingLeft = (places: readonly RefundPlace[], currency: string): RefundTexts =>
  Object.fromEntries(places.map(({ key, left }) => [key, left.toFixed(decimalsOf(currency))]));

/** Returns the amounts to refund, or a sentence about the fault in them. */
export function readRefund(
  places: readonly RefundPlace[],
  texts: RefundTexts,
  currency: string,
): { readonly amounts: ReadonlyMap<string, number>; readonly sum: number } | { fault: string } {
  const amounts = new Map<string, number>();
  for (const { key, words, left } of places) {
    const text = (texts[key] ?? '').trim() || '0';
    const decimals = decimalsOf(currency);
    const isAmount = new RegExp(decimals > 0 ? `^\\d+(\\.\\d{1,${decimals}})?$` : '^\\d+$');
    if (!isAmount.test(text))
      return { fault: `${words}: “${text}” is not a valid amount in ${currency}.` };
    if (Number(text) > left)
      return { fault: `${words}: at most ${left.toFixed(decimals)} is left.` };
    if (Number(text) > 0) amounts.set(key, Number(text));
  }
  const sum = rounded(
    [...amounts.values()].reduce((total, amount) => total + amount, 0),
    currency,
  );
  return sum > 0 ? { amounts, sum } : { fault: 'Enter what to give back.' };
}

/** Returns whether these amounts refund the rest of a line completely. */
export const givesWholeLine = (
  places: readonly RefundPlace[],
  amounts: ReadonlyMap<string, number>,
): boolean =>
  places.some((place) => place.key.startsWith('line ') && isWhole(place, amounts.get(place.key)));

const isWhole = ({ left }: RefundPlace, amount: number | undefined): boolean =>
  amount !== undefined && amount === left;

/**
 * The body of `refundOrder`: the refunded totals after the refund. It is sent along with the totals
 * before it, so a repetition refunds nothing twice. All pieces of a completely refunded line count
 * as refunded: they do not ship, and can go back into stock.
 */
export function refundBody(
  order: Order,
  places: readonly RefundPlace[],
  amounts: ReadonlyMap<string, number>,
  { reason, currency }: { readonly reason: string; readonly currency: string },
): Order {
  const after = (key: string): Currency | undefined => {
    const place = places.find((each) => each.key === key);
    const amount = amounts.get(key);
    if (!place || amount === undefined) return undefined;
    return { value: rounded(place.refunded + amount, currency) };
  };
  const items = (order.items ?? []).map((item, index) => {
    const key = `line ${index}`;
    const total = after(key);
    const place = places.find((each) => each.key === key);
    const takesAll = place !== undefined && isWhole(place, amounts.get(key));
    return {
      ...item,
      ...(total && { total_refunded: total }),
      ...(takesAll && { quantity_refunded: item.quantity ?? 1 }),
    };
  });
  const [tax, shipping] = [after('tax'), after('shipping')];
  const [charge, wrap] = [after('gift charge'), after('gift wrap')];
  return {
    items,
    summary: {
      ...(tax && { tax_refunded: tax }),
      ...(shipping && { shipping_handling_refunded: shipping }),
    },
    ...((charge ?? wrap) && {
      gift: {
        ...(charge && { gift_charge_refunded: charge }),
        ...(wrap && { gift_wrap_refunded: wrap }),
      },
    }),
    ...(reason !== '' && { refund_reason: reason }),
  };
}

/** The parts of a refund that are paid in money and in the store credit that paid for the order. */
export function refundParts(
  { summary = {} }: Order,
  sum: number,
  currency: string,
): { readonly money: number; readonly credit: number } {
  const { total, total_refunded: refunded } = summary;
  const left = rounded((total?.value ?? 0) - (refunded?.value ?? 0), currency);
  const money = Math.max(0, Math.min(sum, left));
  return { money, credit: rounded(sum - money, currency) };
}

const rounded = (amount: number, currency: string): number =>
  Number(amount.toFixed(decimalsOf(currency)));

/** The number of decimals of a currency. */
export const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits ?? 2;
