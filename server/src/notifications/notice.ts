import type { Temporal } from 'temporal-polyfill';
import type { RecordedEvent } from '../platform/events/outbox.ts';

/** The mails to customers, in the words of the merchant's switches (settings, `notices`). */
export const noticeKinds = ['preshipment', 'declined_card', 'canceled', 'disabled', 'receipt'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** A mail that events ask for. */
export interface WantedNotice {
  readonly kind: NoticeKind;
  readonly autoOrderOid: number;
  /** The order that a receipt is for. */
  readonly orderId?: string;
  /** What its event said, or several events of one auto order. */
  readonly events: readonly RecordedEvent[];
}

/** A mail as it is kept until it is sent. */
export interface Notice {
  readonly noticeId: number;
  readonly autoOrderOid: number;
  readonly kind: NoticeKind;
  readonly madeAt: Temporal.Instant;
  readonly facts: NoticeFacts;
  readonly orderId?: string;
  /** Times it was tried, this one included. */
  readonly attempts: number;
}

/** What a mail says, as it was when it was made. Moments as ISO 8601 with an offset. */
export interface NoticeFacts {
  readonly email?: string;
  /** How the customer is addressed. */
  readonly name?: string;
  readonly autoOrderCode?: string;
  readonly items?: readonly NoticeItem[];
  readonly card?: string;
  /** Of a decline, in words for a customer; absent where the bank's reason is not for their eyes. */
  readonly declineReason?: string;
  readonly nextAttempt?: string;
  readonly isAfterDeclines?: boolean;
}

export interface NoticeItem {
  readonly description: string;
  readonly quantity: number;
  readonly ships?: string;
}

const kindOfEvent: Readonly<Record<string, NoticeKind>> = {
  auto_order_preshipment: 'preshipment',
  auto_order_decline: 'declined_card',
  auto_order_cancel: 'canceled',
  auto_order_disable: 'disabled',
  auto_order_rebill: 'receipt',
};

/**
 * The mails that the events of one call ask for. Items that ship soon share a mail; a decline that ends the auto order is told by the mail about that
 * end alone.
 */
export function noticesOf(events: readonly RecordedEvent[]): WantedNotice[] {
  const wanted = new Map<string, WantedNotice>();
  for (const event of events) {
    const kind = kindOfEvent[event.name];
    if (kind === undefined || event.objectType !== 'auto order') continue;
    const orderId = kind === 'receipt' ? textOf(event.data?.['order_id']) : undefined;
    const id = `${event.objectId} ${kind} ${orderId ?? ''}`;
    const before = wanted.get(id);
    wanted.set(id, { kind, autoOrderOid: Number(event.objectId), orderId, events: [...(before?.events ?? []), event] });
  }
  return [...wanted.values()].filter((notice) => !isToldByItsEnd(notice, wanted));
}

function isToldByItsEnd({ kind, autoOrderOid, events }: WantedNotice, wanted: ReadonlyMap<string, WantedNotice>): boolean {
  if (kind !== 'declined_card') return false;
  const hasEnded = wanted.has(`${autoOrderOid} canceled `) || wanted.has(`${autoOrderOid} disabled `);
  return hasEnded || events.some((event) => event.data?.['final'] === true);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
