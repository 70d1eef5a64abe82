import { fromMinor, minor } from '../kernel/money.ts';
import type { Context, EventListener } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { aboutObject, type ObjectFacts, type ReadObjectFacts } from './objectFacts.ts';
import { createTasks, saveChangedTasks, server } from './saveOperations.ts';
import { type NewTask, raisedBy } from './task.ts';
import { closedBySystem } from './taskStatus.ts';
import { findOpenByName } from './taskStore.ts';

const disputeTask = 'Respond to a dispute';
const refundTask = 'Check a refund that was made at the gateway';
const failedRefundTask = 'Refund an order again';
const strandedRefundTask = 'Settle a refund whose gateway is gone';
const notStartedTask = 'Start an auto order by hand';

/**
 * Raises a task for each order with a disputed charge, and closes it when the dispute has ended.
 * Also raises a task for each order that was refunded at the gateway, whose refund failed later or
 * waits for a removed gateway, or that should have started an auto order but did not. The
 * merchant's rules do not matter. Other events need no query.
 */
export function orderTaskListener(readObjects: ReadObjectFacts): EventListener {
  return async (context, events) => {
    const disputes = events.filter(({ objectType }) => objectType === 'chargeback');
    const refunds = events.filter(
      ({ name, data }) => name === 'order_refund' && data?.['by'] === 'gateway',
    );
    if (disputes.length > 0) await followDisputes(context, disputes, readObjects);
    for (const refund of refunds)
      await raiseTask(
        context,
        refund.objectId,
        refundTask,
        refundDetails(refund),
        refund,
        readObjects,
      );
    for (const event of events) {
      const { failed_refund: failed, not_started: reasons, stranded_refund } = event.data ?? {};
      if (stranded_refund !== undefined)
        await followStranded(context, event, stranded_refund as StrandedRefund, readObjects);
      if (failed !== undefined) {
        const details = failedRefundDetails(event.objectId, failed as FailedRefund);
        await raiseTask(context, event.objectId, failedRefundTask, details, event, readObjects);
      }
      if (reasons !== undefined) {
        const details = notStartedDetails(event.objectId, reasons as readonly string[]);
        await raiseTask(context, event.objectId, notStartedTask, details, event, readObjects);
      }
    }
  };
}

async function followDisputes(
  context: Context,
  disputes: readonly RecordedEvent[],
  readObjects: ReadObjectFacts,
): Promise<void> {
  for (const dispute of disputes) {
    const { order_id: orderId, state, has_other_open: hasOtherOpen } = dispute.data ?? {};
    if (state === 'open') {
      const details = disputeDetails(dispute);
      await raiseTask(context, String(orderId), disputeTask, details, dispute, readObjects);
    } else if (hasOtherOpen !== true) await close(context, String(orderId), disputeTask);
  }
}

function disputeDetails({ data }: RecordedEvent): string {
  const reason = typeof data?.['reason'] === 'string' ? ` The reason: ${data['reason']}.` : '';
  const due =
    typeof data?.['due_dts'] === 'string'
      ? ` Respond at the gateway until ${data['due_dts']}.`
      : '';
  return (
    `The customer disputed ${String(data?.['amount'])} ${String(data?.['currency'])} of order ` +
    `${String(data?.['order_id'])}.${reason}${due}`
  );
}

const refundDetails = ({ objectId }: RecordedEvent): string =>
  `Order ${objectId} was refunded at the gateway and not here. Decide whether its auto order is ` +
  'still wanted, and which lines the refund was for.';

interface FailedRefund {
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
}

const failedRefundDetails = (orderId: string, { amount, currency, reason }: FailedRefund): string =>
  `A refund of ${fromMinor(minor(amount), currency)} ${currency} of order ${orderId} failed after ` +
  `it was made: ${reason}. The customer did not get the money. Refund it by another way and record ` +
  'that as a manual refund.';

/** A refund with an unknown outcome and a gateway that cannot be queried, or `ended`. */
type StrandedRefund = 'ended' | (Omit<FailedRefund, 'reason'> & { readonly gateway: string });

async function followStranded(
  context: Context,
  event: RecordedEvent,
  refund: StrandedRefund,
  readObjects: ReadObjectFacts,
): Promise<void> {
  const { objectId } = event;
  if (refund === 'ended') return close(context, objectId, strandedRefundTask);
  const details = strandedDetails(objectId, refund);
  await raiseTask(context, objectId, strandedRefundTask, details, event, readObjects);
}

const strandedDetails = (
  orderId: string,
  { amount, currency, gateway }: Exclude<StrandedRefund, 'ended'>,
): string =>
  `A refund of ${fromMinor(minor(amount), currency)} ${currency} of order ${orderId} was requested ` +
  `at the gateway ${gateway}, which the settings do not name any more, so its outcome is not known. ` +
  'Name the gateway again (its state may be inactive), and it is asked; or look into its own books, ' +
  'give the money back by another way if it did not, and record that as a manual refund.';

const notStartedDetails = (orderId: string, reasons: readonly string[]): string =>
  `Order ${orderId} is paid, and items that were to ship again will not: ${reasons.join('; ')}. ` +
  'Add them to an auto order, or refund the order.';

/** Raises a task about an order unless one of this name is open. */
async function raiseTask(
  context: Context,
  orderId: string,
  name: string,
  details: string,
  { at = context.now }: RecordedEvent,
  readObjects: ReadObjectFacts,
): Promise<void> {
  const { merchantId } = context.merchant;
  const open = await findOpenByName(context.db, merchantId, 'order', [orderId], name);
  if (open.length > 0) return;
  const unknown: ObjectFacts = { key: orderId, id: orderId, context: `Order ${orderId}` };
  const facts = (await readObjects(context, 'order', 'key', [orderId])).get(orderId) ?? unknown;
  const task: NewTask = {
    taskUuid: context.ids.uuid(),
    name,
    details,
    context: facts.context,
    ...aboutObject('order', facts),
    ...raisedBy(server, at),
  };
  await createTasks(context, [task]);
}

async function close(context: Context, orderId: string, name: string): Promise<void> {
  const { merchantId } = context.merchant;
  const open = await findOpenByName(context.db, merchantId, 'order', [orderId], name);
  const changes = open.map((before) => ({
    before,
    after: closedBySystem(before, 'closed - system', context.now),
    at: context.now,
  }));
  await saveChangedTasks(context, changes, server);
}
