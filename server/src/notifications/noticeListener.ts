import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Context, EventListener } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { factsOf } from './facts.ts';
import { aboutNoAutoOrder, disabledWebhooks, noticesOf, type WantedNotice } from './notice.ts';
import { noticeSettings } from './noticeSettings.ts';
import { insertNotices, type NewNotice } from './store.ts';

/**
 * Reads auto orders with `factsExpand`, by oid. Passed in, because auto orders belong to another
 * feature.
 */
export type ReadAutoOrders = (
  context: Context,
  oids: readonly number[],
) => Promise<ReadonlyMap<number, AutoOrder>>;

/**
 * Stores the mails that events require, in the transaction of the events, so that exactly what was
 * committed is sent. A mail that is switched off is stored too, with the reason. Only receipts are
 * frequent; they need no auto order here, because they read their order when they are sent.
 */
export function noticeListener(readAutoOrders: ReadAutoOrders): EventListener {
  return async (context, events) => {
    const notices = [
      ...(await customerNotices(context, events, readAutoOrders)),
      ...merchantNotices(context, events),
    ];
    if (notices.length > 0) await insertNotices(context.db, context.merchant.merchantId, notices);
  };
}

async function customerNotices(
  context: Context,
  events: readonly RecordedEvent[],
  readAutoOrders: ReadAutoOrders,
): Promise<NewNotice[]> {
  const wanted = noticesOf(events);
  if (wanted.length === 0) return [];
  const { isOn } = noticeSettings(context.merchant);
  const oids = wanted
    .filter((notice) => notice.kind !== 'receipt' && isOn(notice.kind))
    .map((notice) => notice.autoOrderOid);
  const autoOrders =
    oids.length === 0 ? noAutoOrders : await readAutoOrders(context, [...new Set(oids)]);
  return wanted.map((notice) => {
    const made = newNotice(context, notice, autoOrders.get(notice.autoOrderOid));
    return isOn(notice.kind)
      ? made
      : { ...made, skipReason: 'The merchant has switched this notice off.' };
  });
}

const noAutoOrders: ReadonlyMap<number, AutoOrder> = new Map();

function newNotice(
  context: Context,
  wanted: WantedNotice,
  autoOrder: AutoOrder | undefined,
): NewNotice {
  const { kind, autoOrderOid, orderId, events } = wanted;
  const made = { kind, autoOrderOid, orderId, madeAt: events.at(-1)?.at ?? context.now };
  if (kind === 'receipt')
    return orderId === undefined
      ? { ...made, facts: {}, skipReason: 'There is no order for this receipt.' }
      : { ...made, facts: {} };
  const facts = autoOrder ? factsOf(wanted, autoOrder) : {};
  return facts.email === undefined ? { ...made, facts, skipReason: noAddress } : { ...made, facts };
}

function merchantNotices(
  { merchant, now }: Context,
  events: readonly RecordedEvent[],
): NewNotice[] {
  return disabledWebhooks(events, noticeSettings(merchant).merchantEmail).map((facts) => ({
    kind: 'webhook_disabled',
    autoOrderOid: aboutNoAutoOrder,
    madeAt: now,
    facts,
  }));
}

/** Why a mail without a recipient is skipped. */
export const noAddress = 'The original order has no email address.';
