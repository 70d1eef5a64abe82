import { fromMinor, minor } from '../kernel/money.ts';
import type { Context, EventListener } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { closeNamedTasks, type NamedTask, raiseNamedTask } from './namedTaskOperations.ts';
import type { ReadObjectFacts } from './objectFacts.ts';

const disputeTask = 'Respond to a dispute';
const refundTask = 'Check a refund that was made at the gateway';
const failedRefundTask = 'Refund an order again';
const notStartedTask = 'Start an auto order by hand';

/**
 * Raises a task for each order whose charge is disputed and closes it when the dispute has ended,
 * and one for each order that was refunded at the gateway, whose refund failed later, or that was to
 * start an auto order and did not, whatever the merchant's rules are. Other events cost nothing.
 */
export function orderTaskListener(readObjects: ReadObjectFacts): EventListener {
  return async (context, events) => {
    const disputes = events.filter(({ objectType }) => objectType === 'chargeback');
    const refunds = events.filter(
      ({ name, data }) => name === 'order_refund' && data?.['by'] === 'gateway',
    );
    if (disputes.length > 0) await followDisputes(context, disputes, readObjects);
    for (const refund of refunds)
      await raiseNamedTask(
        context,
        about(refund.objectId, refundTask),
        refundDetails(refund),
        refund,
        readObjects,
      );
    for (const event of events) {
      const { failed_refund: failed, not_started: reasons, unrefunded } = event.data ?? {};
      if (unrefunded !== undefined) {
        const details = unrefundedDetails(event.objectId, unrefunded as Unrefunded);
        const task = about(event.objectId, failedRefundTask);
        await raiseNamedTask(context, task, details, event, readObjects);
      }
      if (failed !== undefined) {
        const details = failedRefundDetails(event.objectId, failed as FailedRefund);
        await raiseNamedTask(
          context,
          about(event.objectId, failedRefundTask),
          details,
          event,
          readObjects,
        );
      }
      if (reasons !== undefined) {
        const details = notStartedDetails(event.objectId, reasons as readonly string[]);
        await raiseNamedTask(
          context,
          about(event.objectId, notStartedTask),
          details,
          event,
          readObjects,
        );
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
      await raiseNamedTask(
        context,
        about(String(orderId), disputeTask),
        details,
        dispute,
        readObjects,
      );
    } else if (hasOtherOpen !== true)
      await closeNamedTasks(context, about(String(orderId), disputeTask));
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
  `it was made: ${reason}. The customer did not get the money. Refund it in another way and record ` +
  'that as a manual refund.';

/** A refund that was to follow from that of another order, and was refused. */
interface Unrefunded {
  readonly cause_order_id: string;
  readonly reason: string;
}

const unrefundedDetails = (
  orderId: string,
  { cause_order_id: cause, reason }: Unrefunded,
): string =>
  `Order ${orderId} was to be refunded along with order ${cause}, and was not: ${reason} Refund it ` +
  'by hand.';

const notStartedDetails = (orderId: string, reasons: readonly string[]): string =>
  `Order ${orderId} is paid, and items that were to ship again will not: ${reasons.join('; ')}. ` +
  'Add them to an auto order, or refund the order.';

const about = (orderId: string, name: string): NamedTask => ({
  type: 'order',
  objectId: orderId,
  name,
});
