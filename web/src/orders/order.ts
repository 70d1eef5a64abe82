import type { Currency } from '@perennial/contract/common.ts';
import type { Order } from '@perennial/contract/order.ts';

/** Returns an amount of the wire format in the order's currency. */
export const amountOf = (amount: Currency | undefined): number | undefined =>
  amount?.localized ?? amount?.value;

/**
 * The currency in which an order is charged and refunded: the merchant's, even if the customer saw
 * another one. Undefined: only the merchant's settings name it.
 */
export const chargedIn = ({ summary, currency_code: shown }: Order): string | undefined =>
  (summary?.total?.exchange_rate ?? 1) === 1 ? shown : undefined;

/** The totals of an order below its lines. Zero amounts are left out; the total is last. */
export function sumsOf({ summary = {}, gift }: Order): [name: string, amount: number][] {
  const sums: [string, number | undefined, isAlways?: boolean][] = [
    ['Subtotal', amountOf(summary.subtotal), true],
    ['Discount', negative(amountOf(summary.subtotal_discount))],
    ['Shipping and handling', amountOf(summary.shipping_handling_total)],
    ['Shipping discount', negative(amountOf(summary.shipping_handling_total_discount))],
    ['Gift wrap', amountOf(gift?.gift_wrap_cost)],
    ['Gift charge', amountOf(gift?.gift_charge)],
    ['Tax', amountOf(summary.tax)],
    ['Paid with store credit', negative(amountOf(summary.internal_gift_certificate_amount))],
    ['Refunded', negative(amountOf(summary.total_refunded))],
    ['Total', amountOf(summary.total), true],
  ];
  return sums.flatMap(([name, amount, isAlways]) =>
    amount === undefined || (amount === 0 && !isAlways) ? [] : [[name, amount]],
  );
}

const negative = (amount: number | undefined) => (amount ? -amount : undefined);

/** Formats an address in lines, as on an envelope. */
export function addressLines(address: Address | undefined): string[] {
  if (address === undefined) return [];
  const {
    first_name = '',
    last_name = '',
    city = '',
    state_region = '',
    postal_code = '',
  } = address;
  return [
    `${first_name} ${last_name}`.trim(),
    address.company ?? '',
    address.address1 ?? '',
    address.address2 ?? '',
    [city, `${state_region} ${postal_code}`.trim()].filter(Boolean).join(', '),
    address.country_code ?? '',
    address.day_phone ?? '',
  ].filter(Boolean);
}

export interface Address {
  readonly first_name?: string;
  readonly last_name?: string;
  readonly company?: string;
  readonly address1?: string;
  readonly address2?: string;
  readonly city?: string;
  readonly state_region?: string;
  readonly postal_code?: string;
  readonly country_code?: string;
  readonly day_phone?: string;
}

/** Describes how an order was paid: `VISA ••3282, expires 11/2028`. */
export function paymentWords({ payment }: Order): string {
  const card = payment?.credit_card;
  const lastFour = card?.card_number?.slice(-4);
  if (!lastFour) return payment?.payment_method ?? 'Unknown';
  const { card_expiration_month: month, card_expiration_year: year } = card ?? {};
  const expires = month && year ? `, expires ${String(month).padStart(2, '0')}/${year}` : '';
  return `${card?.card_type ?? 'Card'} ••${lastFour}${expires}`;
}
