import type { Context } from '../platform/context.ts';
import { createTasks, saveChangedTasks, server } from './saveOperations.ts';
import { isOpenStatus, raisedBy } from './task.ts';
import { closedBySystem } from './taskStatus.ts';
import { lockTasks } from './taskStore.ts';

/** Raises one task for a merchant whose account a gateway refuses, and returns its id. */
export async function raiseAccountTask(
  context: Context,
  code: string,
  reason: string,
): Promise<string> {
  const taskUuid = context.ids.uuid();
  await createTasks(context, [
    {
      taskUuid,
      name: `Repair the account at the gateway ${code}`,
      details:
        `${reason}. No customer was charged, and no auto order counts it as an attempt. Check the ` +
        'key and the account at the gateway. Due charges are sent automatically within ten ' +
        'minutes after the gateway accepts the account again.',
      context: 'All charges of the merchant',
      ...raisedBy(server, context.now),
    },
  ]);
  return taskUuid;
}

/** Closes that task, unless a person has closed it. */
export async function closeAccountTask(context: Context, taskUuid: string): Promise<void> {
  const tasks = await lockTasks(context.db, context.merchant.merchantId, [taskUuid]);
  await saveChangedTasks(
    context,
    tasks
      .filter(({ status }) => isOpenStatus(status))
      .map((before) => ({
        before,
        after: closedBySystem(before, 'closed - system', context.now),
        at: context.now,
      })),
    server,
  );
}
