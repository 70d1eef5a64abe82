import type { Context } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { endConfirmations } from './lateAnswerStore.ts';

/**
 * Gives up the waiting payments of auto orders that were canceled or disabled, because they must
 * not be charged any more. A payment that its customer confirmed before that is paid.
 */
export async function giveUpAwaited(
  { db, now, merchant: { merchantId } }: Context,
  events: readonly RecordedEvent[],
): Promise<void> {
  const ended = events.filter(
    ({ name, objectType }) =>
      objectType === 'auto order' &&
      (name === 'auto_order_cancel' || name === 'auto_order_disable'),
  );
  const oids = ended.map(({ objectId }) => Number(objectId));
  await endConfirmations(db, merchantId, oids, now);
}
