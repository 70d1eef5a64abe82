import { fromMinor, minor } from '../kernel/money.ts';
import type { EventListener } from '../platform/context.ts';
import { closeNamedTasks, type NamedTask, raiseNamedTask } from './namedTaskOperations.ts';
import type { ReadObjectFacts } from './objectFacts.ts';

const chargeTask = 'Settle a charge whose gateway is gone';
const refundTask = 'Settle a refund whose gateway is gone';

/** Money whose outcome only a gateway knows that the settings no longer name, or `ended`. */
type Stranded = 'ended' | StrandedMoney;

interface StrandedMoney {
  readonly gateway: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
  /** Of a charge. */
  readonly key?: string;
  /** Of a rebill. */
  readonly rebill_number?: number;
  readonly order_id?: string;
}

/**
 * Raises a task for each charge or refund without an answer whose gateway left the settings, and
 * closes it when the outcome is known, whatever the merchant's rules are. Other events cost nothing.
 */
export function strandedTaskListener(readObjects: ReadObjectFacts): EventListener {
  return async (context, events) => {
    for (const event of events) {
      const { stranded_charge: charge, stranded_refund: refund } = event.data ?? {};
      const stranded = (charge ?? refund) as Stranded | undefined;
      const { objectType: type, objectId } = event;
      if (stranded === undefined || (type !== 'order' && type !== 'auto order')) continue;
      const task: NamedTask = {
        type,
        objectId,
        name: charge === undefined ? refundTask : chargeTask,
      };
      if (stranded === 'ended') {
        await closeNamedTasks(context, task);
        continue;
      }
      const details =
        charge === undefined ? refundDetails(objectId, stranded) : chargeDetails(task, stranded);
      await raiseNamedTask(context, task, details, event, readObjects);
    }
  };
}

const amountOf = ({ amount, currency }: StrandedMoney): string =>
  `${fromMinor(minor(amount), currency)} ${currency}`;

function chargeDetails({ type, objectId }: NamedTask, charge: StrandedMoney): string {
  const subject =
    type === 'order'
      ? `order ${objectId}`
      : `rebill ${charge.rebill_number}, order ${charge.order_id}`;
  return (
    `A charge of ${amountOf(charge)} for ${subject} was sent to the gateway ${charge.gateway}, which ` +
    'the settings do not name any more, so its outcome is not known and nothing else is charged for ' +
    'it. Name the gateway again (its state may be inactive), and it is asked; or look for the charge ' +
    `${charge.key} in its own pages, and settle it by hand under Health: captured, with the id that ` +
    'the gateway gave it, or not charged.'
  );
}

const refundDetails = (orderId: string, refund: StrandedMoney): string =>
  `A refund of ${amountOf(refund)} of order ${orderId} was requested at the gateway ` +
  `${refund.gateway}, which the settings do not name any more, so its outcome is not known. Name the ` +
  'gateway again (its state may be inactive), and it is asked; or look into its own books. If it did ' +
  'not give the money back, withdraw the refund, or give the money back in another way and record ' +
  'that as a manual refund.';
