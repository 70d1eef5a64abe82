import type { Webhook } from '@perennial/contract/webhook.ts';
import type { Temporal } from 'temporal-polyfill';
import type { RecordedEvent } from '../platform/events/event.ts';

/** The kinds of mails to customers, named as in the merchant's settings (`notices`). */
export type CustomerNoticeKind =
  | 'preshipment'
  | 'declined_card'
  | 'canceled'
  | 'disabled'
  | 'receipt';

/** A mail to a customer that events call for. */
export interface WantedNotice {
  readonly kind: CustomerNoticeKind;
  readonly autoOrderOid: number;
  /** The order that a receipt is for. */
  readonly orderId?: string | undefined;
  /** The data of its event, or of several events of one auto order. */
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

/** A mail to the merchant: a webhook was disabled. */
export interface MerchantNotice extends KeptNotice {
  readonly kind: 'webhook_disabled';
  readonly facts: DisabledWebhook;
}

interface KeptNotice {
  readonly noticeId: number;
  /** {@link aboutNoAutoOrder} for a mail to the merchant. */
  readonly autoOrderOid: number;
  readonly madeAt: Temporal.Instant;
  /** The number of attempts to send it, including this one. */
  readonly attempts: number;
}

/** Used in place of an oid for a mail that is not about an auto order. Oids begin at 1. */
export const aboutNoAutoOrder = 0;

/** What a mail says, as of its creation. Moments are in ISO 8601 with an offset. */
export interface NoticeFacts {
  readonly email?: string | undefined;
  /** How the customer is addressed. */
  readonly name?: string | undefined;
  readonly autoOrderCode?: string | undefined;
  readonly items?: readonly NoticeItem[] | undefined;
  readonly card?: string | undefined;
  /**
   * The reason of a decline, in words for a customer. Absent when the customer must not see the
   * bank's reason.
   */
  readonly declineReason?: string | undefined;
  readonly nextAttempt?: string | undefined;
  readonly isAfterDeclines?: boolean | undefined;
}

/** The contents of the mail to a merchant about a webhook that was disabled. */
export interface DisabledWebhook {
  /** The merchant's address. */
  readonly email: string;
  readonly webhookOid: number;
  /** The URL without its query, which may contain a secret of the receiver. */
  readonly url: string;
  /** The reason, as the second half of a sentence. */
  readonly reason: string;
  readonly consecutiveFailures: number;
}

/** An item as a mail names it. */
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

/**
 * Returns the mails to customers that the events of one call require. Items that ship soon share
 * one mail. A decline that ends the auto order is reported only by the mail about that end.
 */
export function noticesOf(events: readonly RecordedEvent[]): WantedNotice[] {
  const wanted = new Map<string, WantedNotice>();
  for (const event of events) {
    const kind = kindOfEvent[event.name];
    // An invoiced rebill is not paid yet, so there is no receipt.
    const isOwed = event.data?.['owed'] === true;
    if (kind === undefined || event.objectType !== 'auto order' || isOwed) continue;
    const orderId = kind === 'receipt' ? textOf(event.data?.['order_id']) : undefined;
    const id = `${event.objectId} ${kind} ${orderId ?? ''}`;
    const before = wanted.get(id);
    wanted.set(id, {
      kind,
      autoOrderOid: Number(event.objectId),
      orderId,
      events: [...(before?.events ?? []), event],
    });
  }
  return [...wanted.values()].filter((notice) => !isToldByItsEnd(notice, wanted));
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
 * Returns the mails to the merchant that these events require: webhooks that were disabled. None
 * when the merchant has set no address.
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

/** A text that is not blank. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
