import type { Currency } from '@perennial/contract/common.ts';
import type { Order, OrderBilling } from '@perennial/contract/order.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { OrderFormat } from '@perennial/contract/orderSheet.ts';
import { readWireDate } from '../kernel/wireDates.ts';
import { captureTransactions } from './capture.ts';
import { centerOf, parcelLines } from './shipping.ts';

/*
 * The content of a sheet about an order (current API, OrderApi: format, generateInvoice, packing
 * slips). The files sheetText.ts, sheetHtml.ts and sheetPdf.ts render it as text, HTML or PDF.
 */

/** The content of a sheet. */
export interface Sheet {
  readonly title: string;
  /** Labels with short values: order, date, payment. */
  readonly facts: readonly Fact[];
  readonly addresses: readonly Section[];
  /** One table of lines for each distribution center of a packing slip, or else one table. */
  readonly tables: readonly SheetTable[];
  /** Labels with amounts; the last row is the total. */
  readonly totals: readonly Fact[];
  readonly sections: readonly Section[];
}

/** A label with a value. */
export type Fact = readonly [label: string, value: string];

/** A heading with lines of text. */
export interface Section {
  readonly title: string;
  readonly lines: readonly SheetText[];
}

/** A line of text. An email address may be shown as a link. */
export interface SheetText {
  readonly text: string;
  readonly email?: string;
}

/** Lines of an order. */
export interface SheetTable {
  readonly title?: string | undefined;
  readonly hasPrices: boolean;
  readonly lines: readonly SheetLine[];
}

/** A line of an order, with texts for its numbers. */
export interface SheetLine {
  readonly itemId: string;
  readonly description: string;
  readonly quantity: string;
  /** Its options. */
  readonly details: readonly string[];
  readonly price: string;
  readonly amount: string;
}

/** A stored order, and the other data for a sheet about it. */
export interface SheetOrder {
  readonly document: Order;
  /** When the order was placed, as text. */
  readonly placed: string;
  readonly merchantName: string;
  /** The merchant's currency. */
  readonly currency: string;
}

/** The parts of an order that a sheet shows. */
export interface SheetWishes extends Omit<OrderFormat, 'format'> {
  /** Only the lines that this distribution center ships. */
  readonly center?: string | undefined;
  /** Whether each distribution center has its own table. */
  readonly isByCenter?: boolean;
}

/** Returns the sheet of an order. */
export function sheetOf(order: SheetOrder, wishes: SheetWishes): Sheet {
  const { document } = order;
  const hasPrices = wishes.hide_price_information !== true;
  const money = moneyIn(order.currency, wishes.show_in_merchant_currency === true);
  return {
    title: `${order.merchantName}: ${headings[wishes.context ?? ''] ?? 'Order'} ${document.order_id}`,
    facts: factsOf(order, wishes),
    addresses: addressesOf(document, wishes),
    tables: tablesOf(document, wishes).map(({ title, lines }) => ({
      title,
      hasPrices,
      lines: lines.map((line) => lineOf(line, money)),
    })),
    totals: hasPrices ? totalsOf(document, money) : [],
    sections: sectionsOf(document, wishes),
  };
}

const headings: Readonly<Record<string, string>> = {
  receipt: 'Receipt for order',
  shipment: 'Shipment of order',
  refund: 'Refund of order',
  'quote-request': 'Quote request',
  quote: 'Quote',
  invoice: 'Invoice for order',
  'packing slip': 'Packing slip for order',
};

type MoneyText = (amount: Currency | undefined) => string;

const moneyIn =
  (currency: string, isInMerchants: boolean): MoneyText =>
  (amount) =>
    amount === undefined
      ? ''
      : isInMerchants || amount.localized_formatted === undefined
        ? new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(amount.value ?? 0)
        : amount.localized_formatted;

function factsOf({ document, placed }: SheetOrder, wishes: SheetWishes): Fact[] {
  const { payment, shipping, refund_dts: refunded } = document;
  const all: [string, string | undefined][] = [
    ['Order', document.order_id],
    ['Date', placed],
    ['Shipping method', shipping?.shipping_method],
    ['Tracking', shipping?.tracking_numbers?.join(', ')],
    ['Purchase order', payment?.purchase_order?.purchase_order_number],
    ['Payment', showsPayment(wishes) ? paymentText(document) : undefined],
    ['Card expires', wishes.show_payment_info === true ? expiryText(document) : undefined],
    ['Refunded on', wishes.context === 'refund' ? dayText(refunded) : undefined],
  ];
  return all.flatMap(([label, value]): Fact[] => (value ? [[label, value]] : []));
}

const showsPayment = (wishes: SheetWishes): boolean =>
  wishes.show_payment_info === true || wishes.show_non_sensitive_payment_info === true;

function paymentText({ payment }: Order): string | undefined {
  const { credit_card: card, payment_method: method } = payment ?? {};
  const digits = card?.card_number?.slice(-4);
  if (method !== 'Credit Card' || !digits) return method;
  return `${card?.card_type ?? 'Card'} ending in ${digits}`;
}

function expiryText({ payment }: Order): string | undefined {
  const { card_expiration_month: month, card_expiration_year: year } = payment?.credit_card ?? {};
  return month && year ? `${String(month).padStart(2, '0')}/${year}` : undefined;
}

const dayText = (wire: string | undefined): string | undefined => {
  const read = wire === undefined ? undefined : readWireDate(wire, 'UTC');
  return read?.ok ? wire?.slice(0, 10) : undefined;
};

function addressesOf(order: Order, wishes: SheetWishes): Section[] {
  const { billing, shipping } = order;
  const contacts = wishes.show_contact_info === true ? contactsOf(billing) : [];
  const all: Section[] = [
    ...(wishes.hide_bill_to_address === true
      ? []
      : [{ title: 'Bill to', lines: [...addressLines(billing), ...contacts] }]),
    { title: 'Ship to', lines: addressLines(shipping) },
  ];
  return all.filter(({ lines }) => lines.length > 0);
}

type Address = Pick<
  OrderBilling,
  | 'first_name'
  | 'last_name'
  | 'company'
  | 'address1'
  | 'address2'
  | 'city'
  | 'state_region'
  | 'postal_code'
  | 'country_code'
>;

function addressLines(address: Address | undefined): SheetText[] {
  if (address === undefined) return [];
  const joined = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' ');
  const { city, state_region: state } = address;
  const place = joined([city, state].filter(Boolean).join(', '), address.postal_code);
  return [
    joined(address.first_name, address.last_name),
    address.company,
    address.address1,
    address.address2,
    place,
    address.country_code,
  ].flatMap((text) => (text ? [{ text }] : []));
}

function contactsOf(billing: OrderBilling | undefined): SheetText[] {
  const { email, day_phone: day, evening_phone: evening, cell_phone: cell } = billing ?? {};
  return [
    ...(email ? [{ text: email, email }] : []),
    ...[day, evening, cell].flatMap((text) => (text ? [{ text }] : [])),
  ];
}

interface LinesOfCenter {
  readonly title?: string;
  readonly lines: readonly OrderItem[];
}

function tablesOf(order: Order, { center, isByCenter }: SheetWishes): LinesOfCenter[] {
  if (isByCenter !== true && center === undefined) return [{ lines: order.items ?? [] }];
  const parcels = parcelLines(order);
  const centers = [...new Set(parcels.map(centerOf))].filter(
    (code) => center === undefined || code === center,
  );
  return centers.map((code) => ({
    title: `Distribution center ${code}`,
    lines: parcels.filter((line) => centerOf(line) === code),
  }));
}

const lineOf = (line: OrderItem, money: MoneyText): SheetLine => ({
  itemId: line.merchant_item_id ?? '',
  description: line.description || line.merchant_item_id || '',
  quantity: String(line.quantity ?? 0),
  details: (line.options ?? []).flatMap(({ label, value }) =>
    label || value ? [`${label ?? ''}: ${value ?? ''}`] : [],
  ),
  price: money(line.cost),
  amount: money(line.total_cost_with_discount ?? line.cost),
});

function totalsOf({ summary, gift }: Order, money: MoneyText): Fact[] {
  const optional: [string, Currency | undefined][] = [
    ['Discount', summary?.subtotal_discount],
    ['Shipping and handling', summary?.shipping_handling_total],
    ['Discount on shipping', summary?.shipping_handling_total_discount],
    ['Gift charge', gift?.gift_charge],
    ['Gift wrap', gift?.gift_wrap_cost],
    ['Tax', summary?.tax],
    ['Paid with store credit', summary?.internal_gift_certificate_amount],
  ];
  const refunded = summary?.total_refunded;
  return [
    ['Subtotal', money(summary?.subtotal)],
    ...optional.flatMap(([label, amount]): Fact[] =>
      amount?.value ? [[label, money(amount)]] : [],
    ),
    ...(refunded?.value ? [['Refunded', money(refunded)] as const] : []),
    ['Total', money(summary?.total)],
  ];
}

function sectionsOf(order: Order, wishes: SheetWishes): Section[] {
  const { internal, shipping, gift } = order;
  const isInternal = wishes.show_internal_information === true;
  const all: [string, readonly (string | undefined)[]][] = [
    ['Special instructions', textLines(shipping?.special_instructions)],
    ['Gift message', textLines(gift?.gift_message)],
    [
      'Transactions',
      wishes.show_payment_info === true ? captureTransactions(order).map(transactionText) : [],
    ],
    ['Internal', isInternal ? internalLines(order) : []],
    [
      'Merchant notes',
      wishes.show_merchant_notes === true ? textLines(internal?.merchant_notes) : [],
    ],
  ];
  return all.flatMap(([title, lines]) => {
    const texts = lines.flatMap((text) => (text ? [{ text }] : []));
    return texts.length === 0 ? [] : [{ title, lines: texts }];
  });
}

const textLines = (text: string | undefined): string[] => (text ?? '').split(/\r?\n/);

const transactionText = (made: {
  transaction_gateway?: string;
  transaction_timestamp?: string;
}): string => `${made.transaction_timestamp ?? ''} ${made.transaction_gateway ?? ''}: paid`.trim();

const internalLines = (order: Order): (string | undefined)[] => [
  `Stage: ${order.current_stage}`,
  `Payment: ${order.payment?.payment_status ?? 'none'}`,
  order.internal?.sales_rep_code && `Sales representative: ${order.internal.sales_rep_code}`,
  order.channel_partner?.channel_partner_code &&
    `Channel partner: ${order.channel_partner.channel_partner_code}`,
];
