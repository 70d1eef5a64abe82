import { Temporal } from 'temporal-polyfill';
import { countDue, firstDue } from '../autoOrders/dueStore.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type DueWork, dueCountMax } from '../platform/jobs/dueWork.ts';
import {
  type RebillParts,
  type RebillTiming,
  type RunCounts,
  resolveUnanswered,
  runDue,
} from './dueOperations.ts';
import { wakeEnded } from './lateAnswerStore.ts';
import { findUnsettled, type Unsettled } from './store.ts';

/**
 * Rebills, retries, notices and endings for a test clock, which plays each of them at the moment
 * when it became due. Gateways are queried at once about charges without an answer, because the
 * clock must not move past them. After a few queries without success the charge is left to the
 * workers.
 */
export function rebillDueWork(
  { payments }: Pick<RebillParts, 'payments'>,
  clock: SystemClock,
): DueWork {
  const parts: RebillParts = { payments, timing: playTiming, clock };
  return {
    name: 'rebills',
    kind: 'auto orders',
    countDue: ({ db, merchant }, until) => countDue(db, merchant.merchantId, until, dueCountMax),
    async nextDueAt(context, until) {
      const {
        db,
        merchant: { merchantId },
      } = context;
      const unsettled = await findUnsettled(db, merchantId, checksMax);
      if (unsettled.hasOpen) return context.now;
      return earlier(await firstDue(db, merchantId, until), endingBy(unsettled, until));
    },
    async runDue(context, until) {
      const {
        db,
        merchant: { merchantId },
      } = context;
      // Work that was due before the clock was set to this time (a shipment missed while it was
      // paused) happens now, as with a real clock.
      const isBehind = (await firstDue(db, merchantId, context.now)) !== undefined;
      const runs = isBehind
        ? [await runDue(context, parts, { until: context.now, moment: 'now' })]
        : [];
      runs.push(await runDue(context, parts, { until, moment: 'due', examinedMax }));
      const isOpen = async () => {
        const unsettled = await findUnsettled(db, merchantId, checksMax);
        const isEnding = endingBy(unsettled, until) !== undefined;
        if (isEnding) await wakeEnded(db, merchantId, until);
        return unsettled.hasOpen || isEnding;
      };
      let hasOpen = await isOpen();
      for (let tries = 0; hasOpen && tries < checksMax; tries++) {
        await clock.sleep(playTiming.recheckMs * 2 ** tries);
        runs.push(await resolveUnanswered(context, parts, until));
        hasOpen = await isOpen();
      }
      return { counts: totalOf(runs), isDone: !hasOpen };
    },
  };
}

/** The earliest end of a payment that waits for its customer, if it is not later than `until`. */
const endingBy = ({ firstEndAt }: Unsettled, until: Temporal.Instant) =>
  firstEndAt !== undefined && Temporal.Instant.compare(firstEndAt, until) <= 0
    ? firstEndAt
    : undefined;

const earlier = (one: Temporal.Instant | undefined, other: Temporal.Instant | undefined) =>
  one === undefined || (other && Temporal.Instant.compare(other, one) < 0) ? other : one;

// A simulator answers at once, so a charge that is open for longer belongs to a stopped process.
const playTiming: RebillTiming = { leaseMs: 30_000, recheckMs: 10 };
const checksMax = 4;
const examinedMax = 10_000;

function totalOf(runs: readonly RunCounts[]): Record<string, number> {
  const sum = (name: 'paid' | 'declined' | 'notices') =>
    runs.reduce((all, run) => all + run[name], 0);
  return { rebills: sum('paid'), declines: sum('declined'), notices: sum('notices') };
}
