import { Temporal } from 'temporal-polyfill';
import { later } from '../kernel/moments.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { type DueWork, dueCountMax } from '../platform/jobs/dueWork.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { type FileParts, forgetFiles } from './fileOperations.ts';
import { type ChangedTask, saveChangedTasks, server } from './saveOperations.ts';
import { movedByTime, movesAt } from './taskStatus.ts';
import { countMoving, firstMove, lockMoving, stopMoving } from './taskStore.ts';

const batchSize = 100;

/** Opens tasks whose delay is over, closes expired ones, and deletes files without a task. */
export function movingWorker(rounds: MerchantRounds, files: FileParts): Worker {
  const each = eachMerchant(rounds.log, 'workflow tasks');
  return {
    name: 'workflow tasks',
    async runOnce() {
      return each(await reachableMerchantIds(rounds.db), async (merchantId) => {
        const context = await rounds.contextFor(merchantId);
        return (await moveDue(context, context.now)) + (await forgetFiles(context, files));
      });
    },
  };
}

/** The same work for a test clock that moves: each task changes at the time at which it is due. */
export const movingDueWork: DueWork = {
  name: 'workflow tasks',
  kind: 'tasks',
  countDue: ({ db, merchant }, until) => countMoving(db, merchant.merchantId, until, dueCountMax),
  nextDueAt(
    { db, merchant: { merchantId } }: Context,
    until: Temporal.Instant,
  ): Promise<Temporal.Instant | undefined> {
    return firstMove(db, merchantId, until);
  },
  async runDue(context: Context, until: Temporal.Instant) {
    while ((await moveDue(context, until)) > 0);
    return { counts: {}, isDone: true };
  },
};

/**
 * Changes a batch of the tasks that are due until a moment, each at its own moment but never before
 * `context.now`; returns their number.
 */
function moveDue(context: Context, until: Temporal.Instant): Promise<number> {
  return inTransaction(context, async (context) => {
    const tasks = await lockMoving(context.db, context.merchant.merchantId, until, batchSize);
    const changed: (ChangedTask & { readonly at: Temporal.Instant })[] = [];
    const unreadable: string[] = [];
    for (const before of tasks) {
      try {
        const at = later(context.now, movesAt(before) ?? context.now);
        const after = movedByTime(before, at);
        if (after) changed.push({ before, after, at });
      } catch (error) {
        context.log.error({ err: error, taskUuid: before.taskUuid }, 'a task cannot be moved');
        unreadable.push(before.taskUuid);
      }
    }
    // They are not tried again until they change, so they do not block the others.
    await stopMoving(context.db, context.merchant.merchantId, unreadable);
    await saveChangedTasks(context, changed, server);
    return changed.length;
  });
}
