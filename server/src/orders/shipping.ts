import type { OrderParcel } from '@perennial/contract/fulfillment.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { wireDate } from '../kernel/calendar.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import { type Minor, minor } from '../kernel/money.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import { amountOf, shownCurrency, wireCurrency } from './money.ts';
import type { Occasion } from './occasion.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { inStage, isPaidStage, type OrderStage } from './stages.ts';

/*
 * Determines the parts of an order that ship, their distribution centers, and the effects of a
 * shipment (current API, FulfillmentApi). An order in the Shipping Department waits at each center
 * that has lines to ship, and is completed when the last center has shipped.
 */

/** The code of the distribution center that ships lines without a center. */
export const defaultCenter = 'DFLT';

/**
 * Returns the lines of an order that ship as parcels: the sold lines without digital goods and
 * services.
 */
export const parcelLines = (order: Pick<OrderDocument, 'items'>): OrderItem[] =>
  soldLines(order).filter(isPhysical);

/**
 * Returns the sold lines of an order. Fully refunded lines, and kits whose components are lines
 * themselves, are left out.
 */
export function soldLines<Line extends OrderItem>({
  items = [],
}: {
  readonly items?: readonly Line[];
}): Line[] {
  const kitsWithParts = new Set(
    items.filter((line) => line.kit_component).map((line) => line.parent_item_index),
  );
  return items.filter(
    (line) => !isGivenBack(line) && !(line.kit === true && kitsWithParts.has(line.item_index)),
  );
}

const isPhysical = ({ tax_product_type: type }: OrderItem): boolean =>
  type !== 'digital' && type !== 'service';

const isGivenBack = ({ quantity_refunded: refunded = 0, quantity = 0 }: OrderItem): boolean =>
  refunded > 0 && refunded >= quantity;

/** Returns the code of the distribution center that ships a line. */
export const centerOf = ({ distribution_center_code: code }: OrderItem): string =>
  upperCode(code ?? '').trim() || defaultCenter;

/** A distribution center at which an order waits to be shipped. */
export interface WaitingCenter {
  readonly code: string;
  /** Whether the center has acknowledged all of the lines that it has to ship. */
  readonly isAcknowledged: boolean;
}

/** Returns the centers that have to ship lines of an order, each once. */
export function waitingCenters(document: OrderDocument): WaitingCenter[] {
  if (document.current_stage !== 'Shipping Department') return [];
  const open = openParcels(document);
  return [...new Set(open.map(centerOf))].map((code) => ({
    code,
    isAcknowledged: open
      .filter((line) => centerOf(line) === code)
      .every((line) => line.transmitted_to_distribution_center_dts !== undefined),
  }));
}

/** Returns the lines of an order that each center ships or shipped, in the order of the lines. */
export function parcelsOf(document: OrderDocument): OrderParcel[] {
  const lines = parcelLines(document);
  const waiting = new Map(waitingCenters(document).map((each) => [each.code, each]));
  return [...new Set(lines.map(centerOf))].map((code) => {
    const own = lines.filter((line) => centerOf(line) === code);
    const left = own.filter((line) => line.shipped_dts === undefined);
    const last = own
      .flatMap((line) => line.shipped_dts ?? [])
      .sort()
      .at(-1);
    return {
      distribution_center_code: code,
      item_indexes: own.map((line) => line.item_index ?? 0),
      waiting_indexes: waiting.has(code) ? left.map((line) => line.item_index ?? 0) : [],
      acknowledged: waiting.get(code)?.isAcknowledged ?? false,
      ...(left.length === 0 && last !== undefined ? { shipped_dts: last } : {}),
    };
  });
}

const openParcels = (document: OrderDocument): OrderItem[] =>
  parcelLines(document).filter((line) => line.shipped_dts === undefined);

/** Whether an order is or was in the Shipping Department, so that it may wait at a center. */
export const hasBeenQueued = ({
  current_stage: stage,
  current_stage_histories: moves = [],
}: OrderDocument): boolean =>
  stage === 'Shipping Department' ||
  moves.some(
    (move) =>
      move.after_stage === 'Shipping Department' || move.before_stage === 'Shipping Department',
  );

/** Whether an order is shipped here: its partner requested that, or staff moved it. */
export const isShippedHere = (order: OrderDocument): boolean =>
  order.channel_partner?.store_completed === false || hasBeenQueued(order);

/**
 * Returns the stage of an order that becomes paid (order reference,
 * OrderChannelPartner.store_completed): the Shipping Department if it is shipped here and has lines
 * to ship, or else completed. A rebill goes where its original order went.
 */
export const paidStage = (
  order: OrderDocument,
  lines: Pick<OrderDocument, 'items'> = order,
): OrderStage =>
  isShippedHere(order) && parcelLines(lines).length > 0 ? 'Shipping Department' : 'Completed Order';

/**
 * Returns the stage to which a held order moves: the one in which it was held, or else the one that
 * it would have if it became paid now. An unpaid order waits in Accounts Receivable.
 */
export function stageAfterHold(order: OrderDocument, isPaid: boolean): OrderStage {
  const before = order.current_stage_histories?.findLast(
    (move) => move.after_stage === 'Hold',
  )?.before_stage;
  if (!isPaid) return before === 'Pending Clearance' ? before : 'Accounts Receivable';
  if (before === 'Shipping Department' && hasOnlyLostParcels(order)) return 'Completed Order';
  return before !== undefined && before !== 'Completed Order' && isPaidStage(before)
    ? before
    : paidStage(order);
}

/** Whether nothing is left to ship, because lines were refunded. */
const hasOnlyLostParcels = (order: OrderDocument): boolean =>
  openParcels(order).length === 0 && (order.items ?? []).some(isGivenBack);

/** A shipment that a distribution center reports. */
export interface ReportedShipment {
  /** The center that ships its lines. Absent: all lines that have not shipped. */
  readonly center?: string | undefined;
  readonly trackingNumbers: readonly string[];
  /** The merchant's costs of the shipment, in the order's base currency. */
  readonly costs?: ShipmentCosts | undefined;
  readonly user: string;
}

/** The costs of a shipment (current API, FulfillmentShipment). */
export interface ShipmentCosts {
  readonly shipping?: Minor | undefined;
  readonly packaging?: Minor | undefined;
  readonly fee?: Minor | undefined;
}

/** An order after a shipment. */
export interface ShippedOrder {
  readonly order: OrderRecord;
  /** The `item_index` of each line in this shipment. */
  readonly lines: readonly number[];
  readonly newNumbers: readonly string[];
}

/**
 * Returns the order after a shipment: its lines, tracking numbers and costs, and completed once
 * nothing is left to ship. A repeated shipment changes nothing; other tracking numbers are added.
 */
export function shippedOrder(
  order: OrderRecord,
  shipment: ReportedShipment,
  now: Occasion,
): ShippedOrder {
  const at = wireDate(now.at, now.timeZone);
  const { document } = order;
  const sent = new Set(
    parcelLines(document).filter((line) => line.shipped_dts === undefined && isOf(line, shipment)),
  );
  const known = document.shipping?.tracking_numbers ?? [];
  const newNumbers = shipment.trackingNumbers.filter((number) => !known.includes(number));
  if (sent.size === 0 && newNumbers.length === 0) return { order, lines: [], newNumbers };
  const changed: OrderDocument = {
    ...document,
    items: (document.items ?? []).map((line) =>
      sent.has(line) ? shippedLine(line, at, shipment.user) : line,
    ),
    shipping: {
      ...document.shipping,
      shipping_date: document.shipping?.shipping_date ?? at,
      tracking_numbers: [...known, ...newNumbers],
    },
    ...(sent.size > 0 ? costsOf(order, shipment.costs) : {}),
  };
  return {
    order: { ...order, document: completed(changed, at, shipment.user), modifiedAt: now.at },
    lines: [...sent].map((line) => line.item_index ?? 0),
    newNumbers,
  };
}

const isOf = (line: OrderItem, { center }: ReportedShipment): boolean =>
  center === undefined || centerOf(line) === center;

const shippedLine = (line: OrderItem, at: string, user: string): OrderItem => ({
  ...line,
  transmitted_to_distribution_center_dts: line.transmitted_to_distribution_center_dts ?? at,
  shipped_dts: at,
  shipped_by_user: user,
});

const completed = (document: OrderDocument, at: string, user: string): OrderDocument =>
  document.current_stage === 'Shipping Department' && openParcels(document).length === 0
    ? inStage(document, 'Completed Order', at, user)
    : document;

/**
 * Returns an order after a refund: completed if the refund includes the last lines that it had to
 * ship, because no center would complete it.
 */
export const withoutOpenParcels = (
  before: OrderDocument,
  changed: OrderDocument,
  at: string,
  user: string,
): OrderDocument => (openParcels(before).length > 0 ? completed(changed, at, user) : changed);

/**
 * Returns the actual costs of the order with those of a shipment. Each of its shipments adds to
 * them.
 */
function costsOf(
  { document, currency }: OrderRecord,
  { shipping, packaging, fee }: ShipmentCosts = {},
): Pick<OrderDocument, 'summary'> {
  if (shipping === undefined && packaging === undefined && fee === undefined) return {};
  const shown = shownCurrency({ document, currency });
  const { summary } = document;
  const plus = (
    name: 'actual_shipping' | 'actual_other_cost' | 'actual_fulfillment',
    more: Minor,
  ) =>
    ({ [name]: wireCurrency(minor(amountOf(summary?.[name], currency) + more), shown) }) as const;
  return {
    summary: {
      ...summary,
      ...(shipping === undefined ? {} : plus('actual_shipping', shipping)),
      ...(packaging === undefined ? {} : plus('actual_other_cost', packaging)),
      ...(fee === undefined ? {} : plus('actual_fulfillment', fee)),
    },
  };
}

/** Returns the order after a center confirmed that it received the lines that it ships. */
export function acknowledgedOrder(order: OrderRecord, center: string, now: Occasion): OrderRecord {
  const at = wireDate(now.at, now.timeZone);
  const waiting = new Set(
    parcelLines(order.document).filter(
      (line) =>
        centerOf(line) === center &&
        line.shipped_dts === undefined &&
        line.transmitted_to_distribution_center_dts === undefined,
    ),
  );
  if (waiting.size === 0) return order;
  const items = (order.document.items ?? []).map((line) =>
    waiting.has(line) ? { ...line, transmitted_to_distribution_center_dts: at } : line,
  );
  return { ...order, document: { ...order.document, items }, modifiedAt: now.at };
}

/**
 * Returns the shipment that a client's update makes. A new tracking number on a paid order ships
 * the lines that have not shipped yet, and so does a move from the Shipping Department to Completed
 * Order.
 */
export function shippedByUpdate(
  before: OrderRecord,
  after: OrderRecord,
  user: string,
  now: Occasion,
): ShippedOrder | undefined {
  const { current_stage: stage = 'Unknown', shipping } = after.document;
  const known = before.document.shipping?.tracking_numbers ?? [];
  const numbers = (shipping?.tracking_numbers ?? []).filter((number) => !known.includes(number));
  const isFinished =
    before.document.current_stage === 'Shipping Department' && stage === 'Completed Order';
  const isTracked = numbers.length > 0 && after.paidAt !== undefined && isPaidStage(stage);
  if (!isFinished && !isTracked) return undefined;
  const shipped = shippedOrder(after, { trackingNumbers: [], user }, now);
  const order = numbers.length > 0 ? withShippingDate(shipped.order, now) : shipped.order;
  return shipped.lines.length === 0 && numbers.length === 0
    ? undefined
    : { order, lines: shipped.lines, newNumbers: numbers };
}

function withShippingDate(order: OrderRecord, now: Occasion): OrderRecord {
  const { document } = order;
  const shipping_date = document.shipping?.shipping_date ?? wireDate(now.at, now.timeZone);
  return { ...order, document: { ...document, shipping: { ...document.shipping, shipping_date } } };
}

/**
 * Returns the event of a shipment: the shipped lines of an order, or an added tracking number. None
 * if nothing was shipped.
 */
export function shipEvents(
  order: OrderRecord,
  shipped: ShippedOrder | undefined,
  center?: string,
): DomainEvent[] {
  if (shipped === undefined || (shipped.lines.length === 0 && shipped.newNumbers.length === 0))
    return [];
  const data = {
    ...(center === undefined ? {} : { distribution_center_code: center }),
    tracking_numbers: shipped.newNumbers,
    item_indexes: shipped.lines,
    is_complete: order.document.current_stage === 'Completed Order',
    auto_order_oid: order.autoOrderOid,
  };
  return [{ name: 'order_ship', objectType: 'order', objectId: order.orderId, data }];
}
