import { isDeepStrictEqual } from 'node:util';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { OrderPayment } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type OrderDocument, type OrderRecord } from '../orders/order.ts';
import { inStage, stopsRebills } from '../orders/stages.ts';

/*
 * A kept order: the order in Accounts Receivable that a declined rebill left. Staff settle the
 * rebill by paying or rejecting the order, and a retry keeps their changes to it
 * (docs/adr/0043-a-kept-order-is-the-rebill.md).
 */

/** A kept order with the fields that staff changed, as `part` or `part.field`. */
export interface KeptOrder {
  readonly order: OrderRecord;
  readonly editedFields: readonly string[];
}

/**
 * Returns the verdict of staff on a rebill by its order. `open`: there is none, so retries
 * continue.
 */
export function verdictOn(order: OrderRecord): 'paid' | 'rejected' | 'open' {
  if (order.paidAt !== undefined) return 'paid';
  return order.document.current_stage === 'Rejected' ? 'rejected' : 'open';
}

/** Returns the reason why rebills of an original order are not charged, in words for staff. */
export function originalStop({ orderId, document, rebillStop }: OrderRecord): string | undefined {
  const { current_stage: stage } = document;
  return stopsRebills(stage)
    ? `the original order ${orderId} is in the stage ${stage}`
    : rebillStop;
}

/**
 * Returns the reason why the card must not be charged for an open order, in words for staff;
 * undefined if it may be charged. Staff may have moved the order to another stage, or expect
 * payment by another method.
 */
export function openOrderStop(
  { orderId, document }: OrderRecord,
  original: OrderRecord,
): string | undefined {
  const { current_stage: stage, payment } = document;
  if (stage !== 'Accounts Receivable') return `its order ${orderId} is in ${stage}`;
  const method = payment?.payment_method;
  const isChanged = method !== original.document.payment?.payment_method;
  return isChanged && method !== undefined && method !== 'Credit Card'
    ? `its order ${orderId} is to be paid by ${method}`
    : undefined;
}

/** Returns whether staff gave the order another card, which its retries then charge. */
export const hasOwnCard = ({ editedFields, order }: KeptOrder): boolean =>
  editedFields.includes(cardField) && order.cardToken !== undefined;

/** The name of the edited field that shows that staff changed the card. */
export const cardField = 'payment.credit_card';

/**
 * Returns the fields that differ between two versions of an order, named as in {@link KeptOrder}.
 * Tokens are not in the document, so a different token counts as an edit of the card.
 */
export function editedFieldsOf(before: OrderRecord, after: OrderRecord): string[] {
  const edited = editedFieldsBetween(before.document, after.document);
  const hasNewCard = after.cardToken !== before.cardToken && !edited.includes(cardField);
  return hasNewCard ? [...edited, cardField] : edited;
}

// Ignores stages, which have their own rules.
function editedFieldsBetween(before: OrderDocument, after: OrderDocument): string[] {
  return namesOf(before, after)
    .filter((name) => !stageFields.has(name))
    .flatMap((part) => {
      const [was, is] = [valueOf(before, part), valueOf(after, part)];
      if (isDeepStrictEqual(was, is)) return [];
      if (!isFields(was ?? {}) || !isFields(is ?? {})) return [part];
      return namesOf(was ?? {}, is ?? {})
        .filter((name) => !isDeepStrictEqual(valueOf(was, name), valueOf(is, name)))
        .map((name) => `${part}.${name}`);
    });
}

const stageFields: ReadonlySet<string> = new Set([
  'current_stage',
  'current_stage_histories',
  'reject_dts',
]);

/**
 * Returns a kept order after another attempt: the same order, with its age, charges and stages, and
 * with the changes by staff. `tried` is the order that the attempt alone would create.
 */
export function continuedOrder(
  tried: OrderRecord,
  { order: kept, editedFields: edited }: KeptOrder,
  at: Temporal.Instant,
  zone: string,
): OrderRecord {
  const payment = continuedPayment(tried.document.payment, kept.document.payment, edited);
  if (kept.paidAt !== undefined) {
    const { transactions = [] } = payment;
    const paid = { ...kept.document, payment: { ...kept.document.payment, transactions } };
    return { ...kept, modifiedAt: at, document: paid };
  }
  const document = {
    ...kept.document,
    ...attemptParts(tried.document, kept.document, edited),
    items: continuedLines(tried.document.items, kept.document.items, edited),
    payment,
  } as OrderDocument;
  const isPaid = tried.paidAt !== undefined;
  return fromLoose<OrderRecord>({
    ...tried,
    createdAt: kept.createdAt,
    customerProfileOid: edited.includes('billing.email')
      ? kept.customerProfileOid
      : tried.customerProfileOid,
    cardToken: edited.includes(cardField) ? kept.cardToken : tried.cardToken,
    document: isPaid
      ? inStage(document, tried.document.current_stage ?? 'Completed Order', wireDate(at, zone))
      : document,
  });
}

/** The parts that an attempt takes from the original order and from its plan. */
const partsOfAttempt = [
  'affiliates',
  'billing',
  'checkout',
  'coupons',
  'currency_code',
  'exchange_rate',
  'language_iso_code',
  'marketing',
  'shipping',
  'summary',
  'taxes',
] as const satisfies readonly (keyof OrderDocument)[];

function attemptParts(
  tried: OrderDocument,
  kept: OrderDocument,
  edited: readonly string[],
): Partial<OrderDocument> {
  return Object.fromEntries(
    partsOfAttempt.map((part) => [
      part,
      edited.includes(part)
        ? kept[part]
        : withEdits(tried[part], kept[part], fieldsIn(part, edited)),
    ]),
  );
}

const fieldsIn = (part: string, edited: readonly string[]): string[] =>
  edited.filter((name) => name.startsWith(`${part}.`)).map((name) => name.slice(part.length + 1));

/** Returns the fields of `tried`, except the edited ones, which come from `kept`. */
function withEdits<Part>(tried: Part, kept: Part, fields: readonly string[]): Part {
  if (fields.length === 0) return tried;
  const edits = fields.map((name) => [name, valueOf(kept, name)]);
  return { ...tried, ...Object.fromEntries(edits) } as Part;
}

const ownedByCharges: ReadonlySet<string> = new Set([
  'payment_status',
  'payment_dts',
  'rotating_transaction_gateway_code',
  'transactions',
  'credit_card',
]);

function continuedPayment(
  tried: OrderPayment | undefined,
  kept: OrderPayment | undefined,
  edited: readonly string[],
): OrderPayment {
  const fields = fieldsIn('payment', edited).filter((name) => !ownedByCharges.has(name));
  return fromLoose<OrderPayment>({
    ...withEdits(tried, kept, fields),
    ...(edited.includes(cardField)
      ? { credit_card: { ...kept?.credit_card, ...authorizationOf(tried) } }
      : {}),
    transactions: [...(kept?.transactions ?? []), ...(tried?.transactions ?? [])].map(
      (each, index) => ({ ...each, transaction_id: index + 1 }),
    ),
  });
}

type OrderCard = NonNullable<OrderPayment['credit_card']>;

function authorizationOf({ credit_card: card }: OrderPayment = {}): OrderCard {
  return fromLoose<OrderCard>({
    card_authorization_amount: card?.card_authorization_amount,
    card_authorization_dts: card?.card_authorization_dts,
    card_authorization_reference_number: card?.card_authorization_reference_number,
  });
}

/** Returns the lines of the new attempt; a line in the same place keeps the changes by staff. */
function continuedLines(
  tried: readonly OrderItem[] = [],
  kept: readonly OrderItem[] = [],
  edited: readonly string[],
): OrderItem[] {
  if (!edited.includes('items')) return [...tried];
  return tried.map((line, index) => {
    const before = kept[index];
    const isSame =
      before?.merchant_item_id === line.merchant_item_id &&
      before?.item_reference_oid === line.item_reference_oid;
    return isSame ? { ...line, ...before, ...chargedFields(line) } : line;
  });
}

function chargedFields(line: OrderItem): OrderItem {
  return fromLoose<OrderItem>({
    item_index: line.item_index,
    quantity: line.quantity,
    cost: line.cost,
    discount: line.discount,
    unit_cost_with_discount: line.unit_cost_with_discount,
    total_cost_with_discount: line.total_cost_with_discount,
    tax_free: line.tax_free,
    taxable_cost: line.taxable_cost,
    pricing_tier_name: line.pricing_tier_name,
    free_shipping: line.free_shipping,
  });
}

const namesOf = (one: object, other: object): string[] => [
  ...new Set([...Object.keys(one), ...Object.keys(other)]),
];

const valueOf = (fields: unknown, name: string): unknown =>
  (fields as Readonly<Record<string, unknown>> | undefined)?.[name];

const isFields = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
