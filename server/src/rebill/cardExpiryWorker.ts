import { appendLogs } from '../autoOrders/store.ts';
import { localDate } from '../kernel/calendar.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { reachableMerchants } from '../platform/tenancy/merchantStore.ts';
import { type ExpiringCard, findExpiring, noteExpiring } from './cardExpiryStore.ts';
import { eventsOf, logsOf, type NotedAt } from './note.ts';
import { expiryNoticeMonths } from './policy.ts';

const batchSize = 200;

/**
 * Notes cards that expire within the months that a merchant chose, once for each card and month:
 * the history, an event and the customer's mail. Each merchant is searched once a day.
 */
export function cardExpiryWorker(rounds: MerchantRounds): Worker {
  const each = eachMerchant(rounds.log, 'card expiry');
  // What this process has searched: a day and the number of months, by merchant.
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

/** Notes some of the merchant's expiring cards; returns how many were found. */
async function noteBatch(context: Context): Promise<number> {
  const { db, now, merchant } = context;
  const today = localDate(now, merchant.timeZone);
  const month = today.add({ months: expiryNoticeMonths(merchant) });
  const last = month.with({ day: month.daysInMonth });
  const found = await findExpiring(db, merchant.merchantId, today, last, batchSize);
  if (found.length === 0) return 0;
  await inTransaction(context, async (context) => {
    const noted = await noteExpiring(context.db, merchant.merchantId, found, now);
    const notes = noted.map((card) => noteOf(card, context));
    await appendLogs(context.db, merchant.merchantId, now, logsOf(notes));
    await context.events.emit(context, eventsOf(notes));
  });
  return found.length;
}

function noteOf({ autoOrderOid, expiresOn }: ExpiringCard, { now }: Context): NotedAt {
  const month = expiresOn.slice(0, 7);
  return {
    autoOrderOid,
    at: now,
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
