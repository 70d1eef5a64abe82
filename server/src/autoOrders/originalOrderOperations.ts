import { isDeepStrictEqual } from 'node:util';
import type { Order } from '@perennial/contract/order.ts';
import { localDate } from '../kernel/calendar.ts';
import { hasAddressForm } from '../kernel/mailAddress.ts';
import type { ChargedCard } from '../orders/charge.ts';
import { noHooks } from '../orders/hooks.ts';
import { ignoredIn } from '../orders/ignoredInput.ts';
import { askNewCard, type NewCardParts } from '../orders/newCardOperations.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';
import { refundWarnings } from '../orders/refund.ts';
import { findOrder, findOrders } from '../orders/store.ts';
import {
  type NewCard,
  noOrder,
  orderAfter,
  refuseUnaccepted,
  updateOrder,
} from '../orders/updateOperations.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { AutoOrder } from './autoOrder.ts';
import { monthsForItems } from './cardValidity.ts';
import { loadCatalog } from './catalogReader.ts';
import type { FieldChange } from './changeWords.ts';
import { facetsOf } from './facets.ts';
import { saveFacets } from './searchStore.ts';
import { findOidByOriginalOrder, findOidsByOriginalOrders, loadAutoOrders } from './store.ts';

/** A changed original order. */
export interface ChangedOriginal {
  /** The changed fields, for the history. */
  readonly changes: readonly FieldChange[];
  /** Sentences about fields of the body that had no effect. */
  readonly ignored: readonly string[];
}

/**
 * Changes the original order in the caller's transaction. Every rebill uses its addresses and card.
 * With `validates`, refuses a changed order that cannot be billed.
 */
export async function changeOriginalOrder(
  context: Context,
  autoOrder: AutoOrder,
  body: Order,
  validates: boolean,
  card: Omit<NewCard, 'path'> = {},
): Promise<ChangedOriginal> {
  const before = await findOrder(context.db, autoOrder.merchantId, autoOrder.originalOrderId, {
    lock: true,
  });
  const { order } = await updateOrder(context, autoOrder.originalOrderId, body, noHooks, {
    ...card,
    path,
  });
  if (validates) refuseUnbillable(context, order.document);
  await saveFacets(context.db, autoOrder.merchantId, [facetsOf(autoOrder.autoOrderOid, order)]);
  return {
    changes: changedParts(before?.document ?? {}, order.document).map((name) => ({
      field: `original_order.${name}`,
      what: 'changed' as const,
    })),
    ignored: before ? ignoredOf(context, body, before, order) : [],
  };
}

const path = 'original_order.';

const ignoredOf = (
  context: Context,
  body: Order,
  stored: OrderRecord,
  order: OrderRecord,
): string[] => [
  ...refundWarnings(stored, body, 'original_order.'),
  ...ignoredIn(context, body, { stored, order }, 'original_order.'),
];

/**
 * Returns the original order as {@link changeOriginalOrder} would leave it, and the fields that
 * would have no effect. Refuses the same requests. Writes nothing.
 */
export async function originalOrderAfter(
  context: Context,
  { merchantId, originalOrderId }: AutoOrder,
  body: Order,
  { validates, monthsMin }: { readonly validates: boolean; readonly monthsMin: number },
): Promise<{ readonly order: OrderRecord; readonly ignored: readonly string[] }> {
  const stored =
    (await findOrder(context.db, merchantId, originalOrderId)) ?? noOrder(originalOrderId);
  const { order } = orderAfter(context, stored, body);
  if (body.payment?.credit_card) refuseUnaccepted(context, stored, order, { monthsMin, path });
  if (validates) refuseUnbillable(context, order.document);
  return { order, ignored: ignoredOf(context, body, stored, order) };
}

/**
 * Asks the gateway about the card that an update gives to the original order of an auto order.
 * Returns the gateway's facts about it; undefined when the update gives no card. Must not be called
 * inside a transaction.
 */
export async function askOriginalCard(
  context: Context,
  oid: number,
  body: Order | undefined,
  parts: NewCardParts,
): Promise<ChargedCard | undefined> {
  const cardToken = body?.payment?.credit_card?.card_number_token;
  if (!cardToken) return undefined;
  const [autoOrder] = await loadAutoOrders(context.db, context.merchant.merchantId, [oid]);
  if (autoOrder === undefined) return undefined;
  const { originalOrderId: orderId } = autoOrder;
  return askNewCard(context, { orderId, cardToken, path: `${path}payment.credit_card.` }, parts);
}

/** Returns how many months a card must last for the items of an order's auto order; 0: no limit. */
export async function monthsACardMustLast(context: Context, orderId: string): Promise<number> {
  const { merchantId } = context.merchant;
  const oid = await findOidByOriginalOrder(context.db, merchantId, orderId);
  const [autoOrder] = oid === undefined ? [] : await loadAutoOrders(context.db, merchantId, [oid]);
  if (autoOrder === undefined) return 0;
  return monthsForItems(autoOrder, await loadCatalog(context.db, merchantId, [autoOrder]));
}

/**
 * Updates the search values of auto orders from their original orders. Orders that started no auto
 * order are skipped.
 */
export async function refreshFacets(context: Context, orderIds: readonly string[]): Promise<void> {
  const { merchantId } = context.merchant;
  const oids = await findOidsByOriginalOrders(context.db, merchantId, orderIds);
  const orders = await findOrders(context.db, merchantId, [...oids.keys()]);
  await saveFacets(
    context.db,
    merchantId,
    orders.flatMap((order) => {
      const oid = oids.get(order.orderId);
      return oid === undefined ? [] : [facetsOf(oid, order)];
    }),
  );
}

/** Whether `validate_original_order` is on. It is on unless a client turns it off. */
export const isValidating = (text: string | undefined): boolean =>
  !/^(no|false|0)$/i.test(text?.trim() ?? '');

function refuseUnbillable(context: Context, { billing, payment }: OrderDocument): void {
  const { card_expiration_year: year, card_expiration_month: month } = payment?.credit_card ?? {};
  const today = localDate(context.now, context.merchant.timeZone);
  if (
    year !== undefined &&
    month !== undefined &&
    year * 12 + month < today.year * 12 + today.month
  ) {
    refuse('invalid_field', {
      field: 'original_order.payment.credit_card.card_expiration_year',
      reason: 'has passed',
      fix: 'Send a card that is still valid, or validate_original_order=No',
    });
  }
  if (billing?.email !== undefined && !hasAddressForm(billing.email)) {
    refuse('invalid_field', {
      field: 'original_order.billing.email',
      reason: 'is not a valid email address',
      fix: 'Send an email address, or validate_original_order=No',
    });
  }
}

const changedParts = (before: OrderDocument, after: OrderDocument): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) =>
      !isDeepStrictEqual(before[name as keyof OrderDocument], after[name as keyof OrderDocument]),
  );
