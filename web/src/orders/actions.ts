import type { OrderStages } from '@perennial/contract/fulfillment.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderRefundableResponse } from '@perennial/contract/orderRefund.ts';
import type { IconName } from '../kit/iconPaths.ts';
import type { CommandId } from '../shell/commands.ts';

/** The facts that decide which actions an order allows. */
export interface OrderFacts {
  readonly order: Order;
  readonly stages: OrderStages;
  readonly refundable: OrderRefundableResponse;
}

/** An action on an order: a dialog at `/do/:action`, or for a refund at `/refund`. */
export interface OrderAction {
  readonly id: OrderActionId;
  readonly label: string;
  readonly icon: IconName;
  readonly command?: CommandId;
  isPossible(facts: OrderFacts): boolean;
}

export type OrderActionId =
  | 'charge'
  | 'paid'
  | 'ship'
  | 'release'
  | 'refund'
  | 'hold'
  | 'cancel'
  | 'reject'
  | 'duplicate'
  | 'replace'
  | 'receipt'
  | 'shipment-mail'
  | 'adjust'
  | 'affiliate'
  | 'block-refunds'
  | 'allow-refunds'
  | 'withdraw-refund'
  | 'delete';

const hasShipped = ({ items = [] }: Order): boolean =>
  items.some((line) => line.shipped_dts !== undefined);

const hasTracking = ({ shipping }: Order): boolean =>
  (shipping?.tracking_numbers ?? []).length > 0 || shipping?.shipping_date !== undefined;

const isUnpaid = ({ order, stages }: OrderFacts): boolean =>
  order.payment?.payment_dts === undefined && (stages.owed ?? 0) > 0;

/** Returns whether a gateway captured a payment for it. */
const wasCharged = ({ payment }: Order): boolean =>
  (payment?.transactions ?? []).some(({ successful }) => successful === true);

const isRebill = ({ order_id: id, auto_order: autoOrder }: Order): boolean =>
  autoOrder !== undefined && autoOrder.original_order_id !== id;

const total = ({ order }: OrderFacts): number => order.summary?.total?.value ?? 0;

const goesTo = ({ stages }: OrderFacts, stage: string): boolean =>
  (stages.allowed_stages ?? []).some((each) => each === stage);

/** The lines of an order that wait at a distribution center, by the code of the center. */
export const waitingParcels = ({ parcels = [] }: OrderStages) =>
  parcels.filter((parcel) => (parcel.waiting_indexes ?? []).length > 0);

/** Returns whether any part of an order can be refunded, by its gateway or in another way. */
export const canRefund = (refundable: OrderRefundableResponse | undefined): boolean =>
  refundable?.refundable === true || refundable?.manual_only !== undefined;

/** All actions, the most useful first. */
export const orderActions: readonly OrderAction[] = [
  {
    id: 'charge',
    label: 'Charge now',
    icon: 'card',
    command: 'order.charge',
    isPossible: (facts) =>
      isUnpaid(facts) &&
      facts.order.current_stage === 'Accounts Receivable' &&
      facts.order.payment?.payment_method === 'Credit Card',
  },
  {
    id: 'ship',
    label: 'Ship',
    icon: 'box',
    command: 'order.ship',
    isPossible: ({ stages }) => waitingParcels(stages).length > 0,
  },
  {
    id: 'release',
    label: 'Release',
    icon: 'play',
    isPossible: ({ order }) => order.current_stage === 'Hold',
  },
  { id: 'paid', label: 'Mark as paid', icon: 'check', isPossible: isUnpaid },
  {
    id: 'refund',
    label: 'Refund …',
    icon: 'undo',
    command: 'order.refund',
    isPossible: ({ refundable }) => canRefund(refundable),
  },
  {
    id: 'hold',
    label: 'Hold',
    icon: 'pause',
    command: 'order.hold',
    isPossible: (facts) => goesTo(facts, 'Hold'),
  },
  {
    id: 'cancel',
    label: 'Cancel …',
    icon: 'close',
    isPossible: (facts) =>
      goesTo(facts, 'Rejected') &&
      !hasShipped(facts.order) &&
      (facts.order.payment?.payment_dts === undefined || facts.refundable.refundable === true),
  },
  {
    id: 'reject',
    label: 'Reject …',
    icon: 'alert',
    isPossible: (facts) => goesTo(facts, 'Rejected'),
  },
  { id: 'duplicate', label: 'Duplicate', icon: 'plus', isPossible: () => true },
  {
    id: 'replace',
    label: 'Send a replacement',
    icon: 'swap',
    isPossible: ({ order: { items = [], payment } }) =>
      items.length > 0 && payment?.payment_dts !== undefined,
  },
  { id: 'receipt', label: 'Send the receipt again', icon: 'mail', isPossible: () => true },
  {
    id: 'shipment-mail',
    label: 'Send the shipment mail again',
    icon: 'mail',
    isPossible: ({ order }) => hasShipped(order) && hasTracking(order),
  },
  {
    id: 'adjust',
    label: 'Lower the total …',
    icon: 'percent',
    isPossible: (facts) =>
      isUnpaid(facts) && !wasCharged(facts.order) && !isRebill(facts.order) && total(facts) > 0,
  },
  { id: 'affiliate', label: 'Assign to an affiliate', icon: 'people', isPossible: () => true },
  {
    id: 'block-refunds',
    label: 'Block refunds …',
    icon: 'lock',
    isPossible: ({ stages }) => stages.refund_block === undefined,
  },
  {
    id: 'allow-refunds',
    label: 'Allow refunds',
    icon: 'check',
    isPossible: ({ stages }) => stages.refund_block !== undefined,
  },
  {
    id: 'withdraw-refund',
    label: 'Withdraw the refund …',
    icon: 'undo',
    isPossible: ({ refundable }) => refundable.stranded_refund !== undefined,
  },
  {
    id: 'delete',
    label: 'Delete …',
    icon: 'close',
    isPossible: ({ order }) =>
      order.auto_order === undefined &&
      order.payment?.payment_dts === undefined &&
      !wasCharged(order),
  },
];

/** The currently possible actions: at most three buttons, and a menu with the rest. */
export function actionsOf(facts: OrderFacts): {
  readonly buttons: readonly OrderAction[];
  readonly menu: readonly OrderAction[];
} {
  const possible = orderActions.filter(({ isPossible }) => isPossible(facts));
  const asButtons = new Set<OrderActionId>(['charge', 'ship', 'release', 'paid', 'refund', 'hold']);
  const buttons = possible.filter(({ id }) => asButtons.has(id)).slice(0, 3);
  return { buttons, menu: possible.filter((action) => !buttons.includes(action)) };
}

/** Describes the next step of an order in one or two sentences. `owed` includes its currency. */
export function nextWords({ order, stages }: Omit<OrderFacts, 'refundable'>, owed: string): string {
  const centers = waitingParcels(stages).map((parcel) => parcel.distribution_center_code ?? '');
  switch (order.current_stage) {
    case 'Accounts Receivable':
      return `${owed} is owed. Charge the card, or mark the order as paid when the money has come.`;
    case 'Shipping Department':
      return centers.length > 0
        ? `It waits to be shipped from ${centers.join(' and ')}.`
        : 'Nothing is left to ship: move it to Completed Order.';
    case 'Hold':
      return (
        'It does not ship, and the auto order that it started is not billed. ' +
        `A release moves it to ${stages.released_to_stage ?? 'where it was'}.`
      );
    case 'Fraud Review':
      return (
        'A person decides: move it on, or cancel it. ' +
        'The auto order that it started is not billed.'
      );
    case 'Pending Clearance':
      return `${owed} has not arrived. Mark the order as paid when the money has come.`;
    case 'Pre-ordered':
    case 'Least Cost Routing':
    case 'Advanced Order Routing':
      return 'Move it to Shipping Department when it can ship.';
    case 'Quote Request':
    case 'Quote Sent':
      return 'It is a quote. Move it to Accounts Receivable when the customer accepts it.';
    case 'Completed Order':
      return 'It is complete. Nothing more happens with it.';
    case 'Rejected':
      return 'It was rejected. The auto order that it started is not billed.';
    default:
      return 'Move it to the stage where it belongs.';
  }
}
