import type { AutoOrderSearch, Overview } from '@perennial/contract/screens.ts';
import type { Temporal } from 'temporal-polyfill';
import { readNextRebills } from '../books/previewOperations.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, sum } from '../kernel/money.ts';
import { sumQuantities } from '../kernel/quantity.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { countedMax } from '../platform/storage/page.ts';
import { groupsOfCaller } from '../workflow/people.ts';
import { countAutoOrders, findAutoOrders } from './autoOrderOperations.ts';
import { countOrdersInStages } from './listOperations.ts';
import { countFailingWebhooks, countTasks, firstDueAt } from './overviewReader.ts';

/** Counts the records that need attention, as far as the caller may read them. */
export type ReadOverview = (context: Context) => Promise<Overview>;

/**
 * Creates the reader of the overview. Each process counts the figures that a merchant's users share
 * at most once in five seconds; tasks are the caller's own and are counted every time.
 */
export function overviewReader(clock: SystemClock): ReadOverview {
  const known = new Map<string, { counts: Promise<Overview>; untilMs: number }>();
  const shared = (context: Context, part: string, read: ReadOverview): Promise<Overview> => {
    const key = `${part} ${context.merchant.merchantId}`;
    const nowMs = clock.monotonicMs();
    const entry = known.get(key);
    if (entry !== undefined && entry.untilMs > nowMs) return entry.counts;
    if (known.size >= knownMax) known.clear();
    const counts = read(context);
    known.set(key, { counts, untilMs: nowMs + knownMs });
    counts.catch(() => known.delete(key));
    return counts;
  };
  return async (context) => {
    const may = (permission: string) => context.actor.permissions.has(permission);
    return {
      as_of_dts: wireDate(context.now, context.merchant.timeZone),
      ...(may('auto_order_read') ? await shared(context, 'auto orders', readAutoOrderPart) : {}),
      ...(may('order_read') ? await shared(context, 'orders', readOrderPart) : {}),
      ...(may('configuration_read') ? await shared(context, 'webhooks', readWebhookPart) : {}),
      ...(may('workflow_read') ? await readTaskPart(context) : {}),
    };
  };
}

const knownMs = 5000;
const knownMax = 10_000;

const states = ['active', 'paused', 'retrying', 'parked', 'in_doubt'] as const;

/** Orders in these stages are no longer charged. */
const endedStates = ['completed', 'canceled', 'disabled', 'merged'] as const;

async function readAutoOrderPart(context: Context): Promise<Overview> {
  const { db, now, merchant } = context;
  const { merchantId, timeZone: zone } = merchant;
  const counts: Overview = {};
  for (const state of states) counts[state] = await countOf(context, { state: [state] });
  const nextDue = await firstDueAt(db, merchantId);
  const { today, tomorrow } = dueDays(now, zone);
  return {
    ...counts,
    due_today: await readDue(context, today),
    due_tomorrow: await readDue(context, tomorrow),
    declines: await readDeclines(context),
    mails_bounced: await countOf(context, { mail_bounced_within_hours: 24 }),
    ...(nextDue && { next_due_dts: wireDate(nextDue, zone) }),
    as_of_dts: wireDate(now, zone),
  };
}

async function readOrderPart(context: Context): Promise<Overview> {
  const count = async (...stages: string[]) =>
    Math.min(await countOrdersInStages(context, stages), countedMax);
  return {
    orders: {
      to_ship: await count('Shipping Department'),
      owed: await count('Accounts Receivable'),
      held: await count('Hold', 'Fraud Review'),
    },
  };
}

const countOf = async (context: Context, search: AutoOrderSearch): Promise<number> =>
  Math.min(await countAutoOrders(context, search), countedMax);

async function readDeclines(context: Context): Promise<NonNullable<Overview['declines']>> {
  const declined: AutoOrderSearch = { declined_within_hours: 24 };
  return {
    count: await countOf(context, declined),
    retrying: await countOf(context, { ...declined, state: ['retrying'] }),
    ended: await countOf(context, { ...declined, state: [...endedStates] }),
  };
}

/** The searches for shipments today and tomorrow. Overdue shipments count for today. */
function dueDays(
  now: Temporal.Instant,
  zone: string,
): Record<'today' | 'tomorrow', AutoOrderSearch> {
  const midnight = now.toZonedDateTimeISO(zone).startOfDay();
  const after = (days: number) => midnight.add({ days }).toInstant();
  const lastBefore = (moment: Temporal.Instant) =>
    moment.subtract({ nanoseconds: 1000 }).toString();
  return {
    today: { state: ['active'], next_shipment_dts_end: lastBefore(after(1)) },
    tomorrow: {
      state: ['active'],
      next_shipment_dts_begin: after(1).toString(),
      next_shipment_dts_end: lastBefore(after(2)),
    },
  };
}

/** The most rebills of a day whose preview amounts are added up. */
const previewedMax = 200;

async function readDue(
  context: Context,
  search: AutoOrderSearch,
): Promise<NonNullable<Overview['due_today']>> {
  const rebills = await countOf(context, search);
  if (rebills > previewedMax) return { rebills };
  const next = await readNextRebills(context, await findAutoOrders(context, search, previewedMax));
  const { currency } = context.merchant;
  return {
    rebills,
    units: sumQuantities(next.map(({ units }) => units)),
    ...(next.every((rebill) => rebill.currency === currency) && {
      total: fromMinor(sum(next.map(({ total }) => total)), currency),
    }),
  };
}

const readWebhookPart: ReadOverview = async ({ db, merchant: { merchantId } }) => ({
  webhooks_failing: await countFailingWebhooks(db, merchantId),
});

async function readTaskPart(context: Context): Promise<Overview> {
  const { db, now, actor, merchant } = context;
  const groups = await groupsOfCaller(context);
  const tasks = await countTasks(db, merchant.merchantId, actor.userId, groups, now);
  return { tasks: { ...tasks } };
}
