import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Temporal } from 'temporal-polyfill';
import { localDate, wireDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isReached } from '../kernel/moments.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { editAutoOrder } from './edit.ts';
import { type EditRules, hasEnded } from './editItem.ts';

/*
 * Resumes paused items and reactivates stopped auto orders. Repeating these updates changes nothing
 * (docs/adr/0054-changes-that-may-be-repeated.md).
 */

/** The item that starts again, and when it ships. */
export interface StartRequest {
  /** Absent: every item. */
  readonly itemOid?: number | undefined;
  /** The date of the first shipment. Absent: the date that the item has. */
  readonly at?: Temporal.Instant | undefined;
}

/** An auto order that started again. */
export interface Started {
  readonly autoOrder: AutoOrder;
  /** The reason why the given date had no effect. */
  readonly warning?: string;
}

/**
 * Returns the auto order with its paused items running again. The merchant's setting decides which
 * of the missed shipments are charged.
 */
export function resumed(
  autoOrder: AutoOrder,
  request: StartRequest,
  rules: EditRules,
): Outcome<Started, FieldFault> {
  const targets = targetsOf(autoOrder, request).filter(({ paused }) => paused);
  if (targets.length === 0) return success(unchanged(autoOrder, request, 'is not paused', rules));
  return started(autoOrder, targets, request, rules, () => ({ paused: false }));
}

/**
 * Returns the auto order running again after it was canceled or disabled. A named item that was
 * ended also runs again. The shipments that were missed meanwhile are never charged.
 */
export function reactivated(
  autoOrder: AutoOrder,
  request: StartRequest,
  rules: EditRules,
): Outcome<Started, FieldFault> {
  const { itemOid } = request;
  const isEnded = (item: AutoOrderItem) => item.itemOid === itemOid && hasEnded(item, rules.now);
  const targets = targetsOf(autoOrder, request).filter(
    (item) => autoOrder.status !== 'active' || isEnded(item),
  );
  if (autoOrder.status === 'active' && targets.length === 0)
    return success(unchanged(autoOrder, request, 'is running', rules));
  const dateless = targets.find(({ nextShipmentAt }) => nextShipmentAt === undefined);
  if (itemOid !== undefined && dateless !== undefined && request.at === undefined)
    return failure({
      field: 'shipment_dts',
      reason: `is missing, and item ${dateless.originalItemId} has no next shipment`,
      fix: 'Send the date of its next shipment',
    });
  return started(
    autoOrder,
    targets,
    request,
    { ...rules, missedShipments: 'skip' },
    (item) => (isEnded(item) ? { no_order_after_dts: null } : {}),
    { enabled: true },
  );
}

const targetsOf = ({ items }: AutoOrder, { itemOid }: StartRequest): AutoOrderItem[] =>
  items.filter((item) => itemOid === undefined || item.itemOid === itemOid);

function started(
  autoOrder: AutoOrder,
  targets: readonly AutoOrderItem[],
  { at }: StartRequest,
  rules: EditRules,
  change: (item: AutoOrderItem) => object,
  top: WireAutoOrder = {},
): Outcome<Started, FieldFault> {
  const isNew = (item: AutoOrderItem) => at !== undefined && !isSameDay(item, at, rules);
  if (at !== undefined && targets.some(isNew) && isReached(at, rules.now))
    return failure({
      field: 'shipment_dts',
      reason: 'has passed and is not the date of the next shipment',
      fix: 'Send a date in the future, or leave it out',
    });
  const items = autoOrder.items.map((item) => ({
    auto_order_item_oid: item.itemOid,
    ...(targets.includes(item) && {
      ...change(item),
      ...(isNew(item) && { next_shipment_dts: wireDate(at!, rules.zone) }),
    }),
  }));
  const edited = editAutoOrder(autoOrder, { ...top, items }, rules, []);
  return edited.ok ? success({ autoOrder: edited.value }) : edited;
}

const isSameDay = (
  { nextShipmentAt }: AutoOrderItem,
  at: Temporal.Instant,
  { zone }: EditRules,
): boolean =>
  nextShipmentAt !== undefined && localDate(nextShipmentAt, zone).equals(localDate(at, zone));

/**
 * Returns the record unchanged. If the request names a date that the record does not have, also
 * says that the date has no effect.
 */
function unchanged(
  autoOrder: AutoOrder,
  request: StartRequest,
  state: string,
  rules: EditRules,
): Started {
  const { at } = request;
  const targets = targetsOf(autoOrder, request);
  if (at === undefined || targets.some((item) => isSameDay(item, at, rules))) return { autoOrder };
  return {
    autoOrder,
    warning: `shipment_dts had no effect: auto order ${autoOrder.autoOrderOid} ${state} already.`,
  };
}
