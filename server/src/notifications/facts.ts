import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { OrderBilling } from '@perennial/contract/order.ts';
import { isInvoiced } from '@perennial/contract/orderPayment.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { textOrNone } from './mailText.ts';
import type { NoticeFacts, NoticeItem, WantedNotice } from './notice.ts';

/** The names of `_expand` that {@link mailFacts} needs for an auto order. */
export const factsExpand: ReadonlySet<string> = new Set([
  'items',
  'original_order',
  'original_order.billing',
  'original_order.customer_profile',
  'original_order.item',
  'original_order.payment',
]);

/**
 * Collects the facts for a mail about an auto order when the mail is created, because the auto
 * order may have changed by the time it is sent.
 */
export function mailFacts(wanted: WantedNotice, autoOrder: AutoOrder): NoticeFacts {
  const facts = { ...customerFacts(autoOrder), items: itemsOf(wanted, autoOrder) };
  const last = wanted.events.at(-1);
  switch (wanted.kind) {
    case 'declined_card':
      return {
        ...facts,
        declineReason: reasonFor(last),
        nextAttempt: textOrNone(last?.data?.['next_attempt']) ?? autoOrder.next_attempt,
      };
    case 'card_expiring':
      return { ...facts, expiresMonth: textOrNone(last?.data?.['expires_month']) };
    case 'confirm_payment':
      return { ...facts, payment: paymentOf(last) };
    case 'disabled':
    case 'canceled':
      return { ...facts, isAfterDeclines: last?.data?.['reason'] === 'declined' };
    default:
      return facts;
  }
}

/** Returns the customer's name and language, and how the auto order is paid. */
function customerFacts(autoOrder: AutoOrder): NoticeFacts {
  const {
    billing,
    customer_profile: profile,
    language_iso_code: language,
  } = autoOrder.original_order ?? {};
  return {
    email: billing?.email,
    customerProfileOid: profile?.customer_profile_oid,
    name: nameOf(billing),
    autoOrderCode: autoOrder.auto_order_code,
    card: cardOf(autoOrder),
    isInvoiced: isInvoiced(autoOrder.original_order?.payment?.payment_method),
    language,
  };
}

function paymentOf(event: RecordedEvent | undefined): NoticeFacts['payment'] {
  const { total_minor: amount, currency, confirm_until: until } = event?.data ?? {};
  return typeof amount === 'number' && typeof currency === 'string' && typeof until === 'string'
    ? { amount, currency, until }
    : undefined;
}

const nameOf = (billing: OrderBilling | undefined): string | undefined =>
  [billing?.first_name, billing?.last_name].filter(Boolean).join(' ') || billing?.company;

/**
 * Returns the items that a mail names. A pre-shipment notice names the items of its events. Any
 * other mail names all items that still ship.
 */
function itemsOf({ kind, events }: WantedNotice, autoOrder: AutoOrder): NoticeItem[] {
  const items = autoOrder.items ?? [];
  const named =
    kind === 'preshipment'
      ? new Map(events.map((event) => [event.data?.['item_oid'], event]))
      : undefined;
  return items
    .filter((item) => named?.has(item.auto_order_item_oid) ?? true)
    .map((item) => {
      const data = named?.get(item.auto_order_item_oid)?.data;
      const itemId =
        textOrNone(data?.['item_id']) ??
        item.next_item_id ??
        item.arbitrary_item_id ??
        item.original_item_id ??
        '';
      return {
        description: descriptionOf(itemId, autoOrder),
        quantity: item.arbitrary_quantity ?? item.original_quantity ?? 1,
        ships:
          textOrNone(data?.['shipment_dts']) ??
          item.calculated_next_shipment_dts ??
          item.next_shipment_dts,
      };
    });
}

/**
 * Returns the description in the original order's line. An item that was added later is described
 * by its id.
 */
function descriptionOf(itemId: string, autoOrder: AutoOrder): string {
  const line = autoOrder.original_order?.items?.find(
    (each) => fold(each.merchant_item_id ?? '') === fold(itemId),
  );
  return line?.description || itemId;
}

function cardOf({ original_order: original }: AutoOrder): string | undefined {
  if (isInvoiced(original?.payment?.payment_method)) return undefined;
  const card = original?.payment?.credit_card;
  const lastFour = card?.card_number?.slice(-4);
  if (lastFour === undefined || lastFour === '') return undefined;
  return `${card?.card_type ?? 'card'} ending in ${lastFour}`;
}

// A bank that suspects theft does not want the reader of the mail to see the reason.
const tellable = new Set([
  'authentication required',
  'expired card',
  'incorrect number',
  'insufficient funds',
  'limit exceeded',
  'account closed',
]);

function reasonFor(event: RecordedEvent | undefined): string | undefined {
  const reason = textOrNone(event?.data?.['reason']);
  return reason !== undefined && tellable.has(reason) ? reason : undefined;
}
