import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Context, EventListener } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { mailFacts } from './facts.ts';
import { merchantEntry, receivableEntry } from './merchantEntry.ts';
import {
  aboutNoAutoOrder,
  disabledWebhooks,
  isAboutOrder,
  merchantEvents,
  noticesOf,
  occasionOf,
  orderFacts,
  type ReceivableKind,
  receivableEvents,
  type WantedNotice,
} from './notice.ts';
import { noticeSettings } from './noticeSettings.ts';
import { insertNotices, type NewNotice } from './store.ts';

/**
 * Reads auto orders with `factsExpand`, by oid. It is passed in, because auto orders belong to
 * another feature.
 */
export type ReadAutoOrders = (
  context: Context,
  oids: readonly number[],
) => Promise<ReadonlyMap<number, AutoOrder>>;

/** The addresses for each kind of mail about the retry of Accounts Receivable. */
export type ReceivableReaders = Readonly<Record<ReceivableKind, readonly string[]>>;

/**
 * Stores the mails that events require, in the transaction of the events, so that mails are sent
 * only for committed events. A mail that is switched off is stored too, with the reason. Only
 * receipts are frequent. They need no auto order here, because mails about orders read their order
 * when they are sent.
 */
export function noticeListener(
  readAutoOrders: ReadAutoOrders,
  readReceivableReaders: (context: Context) => Promise<ReceivableReaders>,
): EventListener {
  return async (context, events) => {
    const notices = [
      ...(await customerNotices(context, events, readAutoOrders)),
      ...webhookNotices(context, events),
      ...(await merchantNotices(context, events, readAutoOrders)),
      ...(await receivableNotices(context, events, readReceivableReaders)),
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
    .filter((notice) => !isAboutOrder(notice.kind) && isOn(notice.kind))
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
  const at = events.at(-1)?.at ?? context.now;
  const made = { kind, autoOrderOid, orderId, madeAt: at, occasion: occasionOf(wanted) };
  if (isAboutOrder(kind)) {
    const facts = orderFacts(wanted);
    return orderId === undefined
      ? { ...made, facts, skipReason: 'There is no order for this receipt.' }
      : { ...made, facts };
  }
  const facts = autoOrder ? mailFacts(wanted, autoOrder) : {};
  return facts.email === undefined ? { ...made, facts, skipReason: noAddress } : { ...made, facts };
}

/**
 * Returns the mails to the merchant about auto orders. Returns none if the merchant has set no
 * address.
 */
async function merchantNotices(
  context: Context,
  events: readonly RecordedEvent[],
  readAutoOrders: ReadAutoOrders,
): Promise<NewNotice[]> {
  const { merchantEmail: email, isOn } = noticeSettings(context.merchant);
  if (email === undefined) return [];
  const told = [...merchantEvents(events)].filter(([kind]) => isOn(kind));
  if (told.length === 0) return [];
  const oids = told.flatMap(([, some]) => some.map(({ objectId }) => Number(objectId)));
  const autoOrders = await readAutoOrders(context, [...new Set(oids)]);
  return told.map(([kind, some]) => ({
    kind,
    autoOrderOid: aboutNoAutoOrder,
    madeAt: some.at(-1)?.at ?? context.now,
    facts: {
      email,
      entries: some.map((event) =>
        merchantEntry(event, autoOrders.get(Number(event.objectId)), context.merchant.timeZone),
      ),
    },
  }));
}

/** Returns the mails to the addresses of the retry of Accounts Receivable. */
async function receivableNotices(
  context: Context,
  events: readonly RecordedEvent[],
  readReaders: (context: Context) => Promise<ReceivableReaders>,
): Promise<NewNotice[]> {
  const told = [...receivableEvents(events)];
  if (told.length === 0) return [];
  const readers = await readReaders(context);
  return told.flatMap(([kind, some]) =>
    readers[kind].map((email) => ({
      kind,
      autoOrderOid: aboutNoAutoOrder,
      madeAt: some.at(-1)?.at ?? context.now,
      facts: { email, entries: some.map(receivableEntry) },
    })),
  );
}

function webhookNotices({ merchant, now }: Context, events: readonly RecordedEvent[]): NewNotice[] {
  return disabledWebhooks(events, noticeSettings(merchant).merchantEmail).map((facts) => ({
    kind: 'webhook_disabled',
    autoOrderOid: aboutNoAutoOrder,
    madeAt: now,
    facts,
  }));
}

/** Why a mail without a recipient is skipped. */
export const noAddress = 'The original order has no email address.';
