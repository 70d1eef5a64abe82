import { Temporal } from 'temporal-polyfill';
import { appendLogs } from '../autoOrders/store.ts';
import { localDate, startOfDay } from '../kernel/calendar.ts';
import { later } from '../kernel/moments.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { DueWork } from '../platform/jobs/dueWork.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { reachableMerchants } from '../platform/tenancy/merchantStore.ts';
import { type ExpiringCard, findExpiring, noteExpiring } from './cardExpiryStore.ts';
import { logsOf, type NotedAt, noteEvents } from './note.ts';
import { expiryNoticeMonths } from './policy.ts';

const batchSize = 200;

/**
 * Reports cards that expire within the merchant's notice period, once for each card and month: in
 * the history, as an event and in a mail to the customer. Each merchant is searched once a day.
 */
export function cardExpiryWorker(rounds: MerchantRounds): Worker {
  const each = eachMerchant(rounds.log, 'card expiry');
  // The last search of each merchant by this process: its day and the number of months.
  const searched = new Map<string, string>();
  return {
    name: 'card expiry',
    async runOnce() {
      const merchants = (await reachableMerchants(rounds.db)).filter(
        (merchant) => expiryNoticeMonths(merchant) > 0,
      );
      return each(
        merchants.map(({ merchantId }) => merchantId),
        async (merchantId) => {
          const context = await rounds.contextFor(merchantId);
          const { now, merchant } = context;
          const turn = `${localDate(now, merchant.timeZone)} ${expiryNoticeMonths(merchant)}`;
          if (searched.get(merchantId) === turn) return 0;
          const count = await noteBatch(context);
          if (count === 0) searched.set(merchantId, turn);
          return count;
        },
      );
    },
  };
}

/**
 * The same for a test clock that moves: each card is reported on the day on which its month enters
 * the merchant's notice period, so that a long advance skips no notice.
 */
export const cardExpiryDueWork: DueWork = {
  name: 'card expiry',
  kind: 'auto orders',
  comesAlone: true,
  // Not counted: the progress of a clock counts shipments.
  countDue: async () => 0,
  async nextDueAt(context, until) {
    const [first] = await expiringUntil(context, until, 1);
    return first && noticeAt(context, first);
  },
  async runDue(context, until) {
    for (;;) {
      const found = await expiringUntil(context, until, batchSize);
      if (found.length === 0) return { counts: {}, isDone: true };
      await note(context, found, (card) => noticeAt(context, card));
    }
  },
};

/** Reports some of the merchant's expiring cards; returns the number found. */
async function noteBatch(context: Context): Promise<number> {
  const found = await expiringUntil(context, context.now, batchSize);
  if (found.length > 0) await note(context, found, () => context.now);
  return found.length;
}

/** Returns cards whose notice is due at a moment, sorted by expiry. */
async function expiringUntil(
  { db, now, merchant }: Context,
  until: Temporal.Instant,
  limit: number,
): Promise<ExpiringCard[]> {
  const months = expiryNoticeMonths(merchant);
  if (months === 0) return [];
  const month = localDate(until, merchant.timeZone).add({ months });
  const last = month.with({ day: month.daysInMonth });
  const today = localDate(now, merchant.timeZone);
  return findExpiring(db, merchant.merchantId, today, last, limit);
}

/** Returns when a card's notice is due: when its month enters the notice period, or now. */
function noticeAt({ now, merchant }: Context, { expiresOn }: ExpiringCard): Temporal.Instant {
  const month = Temporal.PlainDate.from(expiresOn).with({ day: 1 });
  const first = month.subtract({ months: expiryNoticeMonths(merchant) });
  return later(startOfDay(first, merchant.timeZone), now);
}

async function note(
  context: Context,
  found: readonly ExpiringCard[],
  at: (card: ExpiringCard) => Temporal.Instant,
): Promise<void> {
  const { now, merchant } = context;
  await inTransaction(context, async (context) => {
    const noted = await noteExpiring(context.db, merchant.merchantId, found, now);
    const notes = noted.map((card) => noteOf(card, at(card)));
    await appendLogs(context.db, merchant.merchantId, now, logsOf(notes));
    await context.events.emit(context, noteEvents(notes));
  });
}

function noteOf({ autoOrderOid, expiresOn }: ExpiringCard, at: Temporal.Instant): NotedAt {
  const month = expiresOn.slice(0, 7);
  return {
    autoOrderOid,
    at,
    notes: [
      {
        message: `The card expires at the end of ${month}.`,
        event: {
          name: 'auto_order_update',
          data: { reason: 'card expiring', expires_month: month },
        },
      },
    ],
  };
}
