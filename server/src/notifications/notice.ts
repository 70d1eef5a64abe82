import type { customerMailKinds } from '@perennial/contract/mailTemplate.ts';
import type { Webhook } from '@perennial/contract/webhook.ts';
import type { Temporal } from 'temporal-polyfill';
import type { RecordedEvent } from '../platform/events/event.ts';
import { textOrNone } from './mailText.ts';

/** The kinds of mails to customers, named as in the merchant's settings (`notices`). */
export type CustomerNoticeKind = (typeof customerMailKinds)[number];

/** The kinds of mails to the merchant about auto orders, named as in the settings (`notices`). */
export const merchantEventKinds = [
  'merchant_declined',
  'merchant_expired_card',
  'merchant_canceled',
  'merchant_parked',
] as const;
/** A kind of mail to the merchant about auto orders. */
export type MerchantEventKind = (typeof merchantEventKinds)[number];

/** A kind of mail about an order whose retry of Accounts Receivable has ended. */
export type ReceivableKind = 'receivable_paid' | 'receivable_rejected';

/** A mail to a customer that events require. */
export interface WantedNotice {
  readonly kind: CustomerNoticeKind;
  /** {@link aboutNoAutoOrder} for a mail about an order without a known auto order. */
  readonly autoOrderOid: number;
  /** The order of a mail about an order. */
  readonly orderId?: string | undefined;
  /** The data of its event, or of several events of the same auto order. */
  readonly events: readonly RecordedEvent[];
}

/** A mail as it is stored until it is sent. */
export type Notice = CustomerNotice | MerchantNotice;

/** A mail about an auto order to its customer. */
export interface CustomerNotice extends KeptNotice {
  readonly kind: CustomerNoticeKind;
  readonly facts: NoticeFacts;
  readonly orderId?: string | undefined;
}

/** A mail to the merchant, or to one of its users. */
export type MerchantNotice = WebhookNotice | AutoOrdersNotice | TemplateNotice | AccountNotice;

/** The mail about a webhook that was disabled. */
export interface WebhookNotice extends KeptNotice {
  readonly kind: 'webhook_disabled';
  readonly facts: DisabledWebhook;
}

/** The mail about events of auto orders or orders that may interest the merchant. */
export interface AutoOrdersNotice extends KeptNotice {
  readonly kind: MerchantEventKind | ReceivableKind;
  readonly facts: AutoOrdersFacts;
}

/** The mail about a template that has a fault, so that mails use the built-in text. */
export interface TemplateNotice extends KeptNotice {
  readonly kind: 'template_fault';
  readonly facts: TemplateFaultFacts;
}

/** The mail about a change of a user's account. */
export interface AccountNotice extends KeptNotice {
  readonly kind: 'account_changed';
  readonly facts: AccountMailFacts;
}

/** A change in the account of a user. */
export type AccountChange =
  | 'password'
  | 'second_factor_on'
  | 'second_factor_off'
  | 'recovery_code'
  | 'key'
  | 'key_secret'
  | 'email'
  | 'application';

/** The contents of a mail to a user about a change of the account. */
export interface AccountMailFacts {
  /** The user's address. */
  readonly email: string;
  readonly login: string;
  readonly change: AccountChange;
  /** The object of the change, such as the name of a key. Never a secret. */
  readonly detail?: string | undefined;
  /** The author of the change, and the address from which it was made. */
  readonly by: string;
  readonly address?: string | undefined;
}

/** The contents of a mail to the merchant about auto orders or orders. */
export interface AutoOrdersFacts {
  /** The merchant's address. */
  readonly email: string;
  /** One line for each auto order or order. */
  readonly entries: readonly string[];
}

/** The contents of the mail to the merchant about a template that cannot be used. */
export interface TemplateFaultFacts {
  /** The merchant's address. */
  readonly email: string;
  readonly mailKind: CustomerNoticeKind;
  readonly language: string;
  readonly reason: string;
}

interface KeptNotice {
  readonly noticeId: number;
  /** {@link aboutNoAutoOrder} for a mail that is about no auto order. */
  readonly autoOrderOid: number;
  readonly madeAt: Temporal.Instant;
  /** The number of attempts to send it, including this one. */
  readonly attempts: number;
  /** The key of a mail that several events may require, so that it is made only once. */
  readonly occasion?: string | undefined;
}

/** Used instead of an oid for a mail that is not about an auto order. Oids begin at 1. */
export const aboutNoAutoOrder = 0;

/** The facts of a mail, as of its creation. Moments are in ISO 8601 with an offset. */
export interface NoticeFacts {
  readonly email?: string | undefined;
  /** The profile of the original order. */
  readonly customerProfileOid?: number | undefined;
  /** How the customer is addressed. */
  readonly name?: string | undefined;
  readonly autoOrderCode?: string | undefined;
  readonly items?: readonly NoticeItem[] | undefined;
  readonly card?: string | undefined;
  /** Whether the customer pays by invoice, so that nothing is charged. */
  readonly isInvoiced?: boolean | undefined;
  /**
   * The reason of a decline, in words for a customer. Absent if the customer must not see the
   * bank's reason.
   */
  readonly declineReason?: string | undefined;
  readonly nextAttempt?: string | undefined;
  readonly isAfterDeclines?: boolean | undefined;
  /** The customer's language, as three letters from the order. */
  readonly language?: string | undefined;
  /**
   * For a shipment: its tracking numbers, the `item_index` of each line, and whether it is the
   * last.
   */
  readonly trackingNumbers?: readonly string[] | undefined;
  readonly itemIndexes?: readonly number[] | undefined;
  readonly isComplete?: boolean | undefined;
  /** The amount that was refunded, in minor units. */
  readonly refund?:
    | { readonly amount: number; readonly currency: string; readonly shown?: ShownRefund }
    | undefined;
  /** The month in which the card expires: 2026-05. */
  readonly expiresMonth?: string | undefined;
  /** The payment that the customer must confirm, in minor units, and its deadline. */
  readonly payment?:
    | { readonly amount: number; readonly currency: string; readonly until: string }
    | undefined;
}

/** What a refund gave back, as text, and in the currency in which the customer shopped. */
export interface ShownRefund {
  /** Absent: no money, or no store credit. */
  readonly money?: string | undefined;
  readonly credit?: string | undefined;
  readonly all: string;
}

/** The contents of the mail to a merchant about a webhook that was disabled. */
export interface DisabledWebhook {
  /** The merchant's address. */
  readonly email: string;
  readonly webhookOid: number;
  /** The URL without its query, which may contain a secret of the receiver. */
  readonly url: string;
  /** The reason, as the second part of a sentence. */
  readonly reason: string;
  readonly consecutiveFailures: number;
}

/** An item as a mail describes it. */
export interface NoticeItem {
  readonly description: string;
  readonly quantity: number;
  readonly ships?: string | undefined;
}

const kindOfEvent: Readonly<Record<string, CustomerNoticeKind>> = {
  auto_order_preshipment: 'preshipment',
  auto_order_decline: 'declined_card',
  auto_order_cancel: 'canceled',
  auto_order_disable: 'disabled',
  auto_order_rebill: 'receipt',
};

/** The mails whose contents come from an order at the time of sending. */
const orderKinds: ReadonlySet<CustomerNoticeKind> = new Set([
  'receipt',
  'order_receipt',
  'shipment',
  'refund',
]);

/** Whether a mail's contents come from its order at the time of sending. */
export const isAboutOrder = (kind: CustomerNoticeKind): boolean => orderKinds.has(kind);

/**
 * Returns the mails to customers that the events of one call require. Items that ship soon share
 * one mail. A decline that ends the auto order has no separate mail: the mail about that end
 * reports it.
 */
export function noticesOf(events: readonly RecordedEvent[]): WantedNotice[] {
  const wanted = new Map<string, WantedNotice>();
  for (const event of events) {
    const notice = wantedBy(event);
    if (notice === undefined) continue;
    const { kind, autoOrderOid, orderId } = notice;
    // Each shipment and each refund has its own mail.
    const single = kind === 'shipment' || kind === 'refund' ? event.eventId : '';
    const id = `${autoOrderOid} ${kind} ${orderId ?? ''}${single}`;
    wanted.set(id, { ...notice, events: [...(wanted.get(id)?.events ?? []), event] });
  }
  return [...wanted.values()].filter((notice) => !isToldByItsEnd(notice, wanted));
}

function wantedBy(event: RecordedEvent): Omit<WantedNotice, 'events'> | undefined {
  const { objectType, objectId, data } = event;
  if (objectType === 'auto order') {
    const kind = autoOrderNotice(event);
    // An invoiced rebill is not paid yet, so it has no receipt.
    if (kind === undefined || data?.['owed'] === true) return undefined;
    const orderId = kind === 'receipt' ? textOrNone(data?.['order_id']) : undefined;
    return { kind, autoOrderOid: Number(objectId), orderId };
  }
  const kind = objectType === 'order' ? orderNotice(event) : undefined;
  if (kind === undefined) return undefined;
  const oid = data?.['auto_order_oid'];
  return {
    kind,
    autoOrderOid: typeof oid === 'number' ? oid : aboutNoAutoOrder,
    orderId: objectId,
  };
}

function autoOrderNotice({ name, data }: RecordedEvent): CustomerNoticeKind | undefined {
  if (name !== 'auto_order_update') return kindOfEvent[name];
  switch (data?.['reason']) {
    case 'confirmation needed':
      return 'confirm_payment';
    case 'card expiring':
      return 'card_expiring';
    default:
      return undefined;
  }
}

/**
 * Returns the kind of mail that an event of an order requires. A paid rebill gets its receipt from
 * the event of its auto order, an invoiced one from its payment. An order whose payment was skipped
 * was paid elsewhere, and its receipt was sent there.
 */
function orderNotice({ name, data }: RecordedEvent): CustomerNoticeKind | undefined {
  switch (name) {
    case 'order_payment_process':
      if (data?.['owes_receipt'] === true) return 'receipt';
      return Number(data?.['rebill_number'] ?? 0) > 0 || data?.['payment_status'] === 'Skipped'
        ? undefined
        : 'order_receipt';
    case 'order_ship':
      return 'shipment';
    case 'order_refund':
      return data?.['notify_customer'] === false ? undefined : 'refund';
    default:
      return undefined;
  }
}

/** Returns the facts of a mail about an order besides the order itself. */
export function orderFacts({ kind, events }: WantedNotice): NoticeFacts {
  const data = events.at(-1)?.data ?? {};
  if (kind === 'refund') {
    const { amount, currency } = data;
    return typeof amount === 'number' && typeof currency === 'string'
      ? { refund: { amount, currency, ...shownRefund(data['shown']) } }
      : {};
  }
  if (kind !== 'shipment') return {};
  const { tracking_numbers: numbers, item_indexes: indexes, is_complete: isComplete } = data;
  return {
    trackingNumbers: Array.isArray(numbers) ? numbers.map(String) : [],
    itemIndexes: Array.isArray(indexes) ? indexes.map(Number) : [],
    isComplete: isComplete !== false,
  };
}

function shownRefund(shown: unknown): { shown?: ShownRefund } {
  if (typeof shown !== 'object' || shown === null) return {};
  const { money, credit, all } = shown as Record<string, unknown>;
  if (typeof all !== 'string') return {};
  return { shown: { money: textOrNone(money), credit: textOrNone(credit), all } };
}

/**
 * Returns the key that makes a mail about an order unique, however often its event is handled. A
 * rebill is paid once, so its receipt needs no key.
 */
export function occasionOf({ kind, orderId, events }: WantedNotice): string | undefined {
  if (kind === 'order_receipt') return `order_receipt:${orderId}`;
  if (kind !== 'shipment' && kind !== 'refund') return undefined;
  return `${kind}:${orderId}:${events.at(-1)?.objectSequence}`;
}

function isToldByItsEnd(
  { kind, autoOrderOid, events }: WantedNotice,
  wanted: ReadonlyMap<string, WantedNotice>,
): boolean {
  if (kind !== 'declined_card') return false;
  const hasEnded =
    wanted.has(`${autoOrderOid} canceled `) || wanted.has(`${autoOrderOid} disabled `);
  return hasEnded || events.some((event) => event.data?.['final'] === true);
}

/**
 * Returns the mails to the merchant that these events require: those about disabled webhooks.
 * Returns none if the merchant has set no address.
 */
export function disabledWebhooks(
  events: readonly RecordedEvent[],
  email: string | undefined,
): DisabledWebhook[] {
  if (email === undefined) return [];
  return events.flatMap(({ name, data }) => {
    if (name !== 'webhook_disable') return [];
    const { reason, object } = data as { reason: string; object: Required<Webhook> };
    const {
      webhook_oid: webhookOid,
      webhook_url: url,
      consecutive_failures: consecutiveFailures,
    } = object;
    return [{ email, webhookOid, url: withoutQuery(url), reason, consecutiveFailures }];
  });
}

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

const merchantKindOf: Readonly<Record<string, MerchantEventKind>> = {
  auto_order_cancel: 'merchant_canceled',
  auto_order_decline: 'merchant_declined',
};

/** The events of auto orders for which the merchant gets a mail, by kind of mail. */
export function merchantEvents(
  events: readonly RecordedEvent[],
): ReadonlyMap<MerchantEventKind, readonly RecordedEvent[]> {
  return Map.groupBy(
    events.filter((event) => merchantKind(event) !== undefined),
    (event) => merchantKind(event) ?? 'merchant_declined',
  );
}

/** Returns the events of orders whose retry of Accounts Receivable has ended, by kind of mail. */
export function receivableEvents(
  events: readonly RecordedEvent[],
): ReadonlyMap<ReceivableKind, readonly RecordedEvent[]> {
  return Map.groupBy(
    events.filter((event) => receivableKind(event) !== undefined),
    (event) => receivableKind(event) ?? 'receivable_paid',
  );
}

function receivableKind({ name, objectType, data }: RecordedEvent): ReceivableKind | undefined {
  if (objectType !== 'order') return undefined;
  if (name === 'order_payment_process' && data?.['retry_day'] !== undefined)
    return 'receivable_paid';
  return name === 'order_reject' && data?.['is_by_retry'] === true
    ? 'receivable_rejected'
    : undefined;
}

function merchantKind({ name, objectType, data }: RecordedEvent): MerchantEventKind | undefined {
  if (objectType !== 'auto order') return undefined;
  if (name === 'auto_order_update')
    return data?.['reason'] === 'parked' ? 'merchant_parked' : undefined;
  if (name === 'auto_order_decline' && data?.['reason'] === 'expired card')
    return 'merchant_expired_card';
  return merchantKindOf[name];
}
