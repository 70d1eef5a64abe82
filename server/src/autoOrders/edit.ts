import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type { EventName } from '@perennial/contract/events.ts';
import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { chargingCancelFee, isChargingCancelFee } from './cancelFee.ts';
import { type EditRules, editAddOns, editItems, hasEnded, properties } from './editItem.ts';
import { FieldReader } from './fieldReader.ts';
import { hasCompleted, startAgain } from './steps.ts';

/**
 * Applies an update to a record (auto_order reference, updateAutoOrder): an absent field stays, an
 * explicit null clears, read-only fields are ignored. `enabled: false` disables; along with
 * `cancel_reason` or `canceled_by_user` it cancels (docs/adr/0020-what-an-update-means.md).
 */
export function editAutoOrder(
  current: AutoOrder,
  body: WireAutoOrder,
  rules: EditRules,
  newOids: readonly number[],
): Outcome<AutoOrder, FieldFault> {
  const merged = mergedFault(current, body);
  if (merged !== undefined) return failure(merged);
  const read = new FieldReader(body, '', rules);
  const items = body.items
    ? editItems(current, body.items, rules, newOids)
    : success(current.items);
  if (!items.ok) return items;
  const edited: AutoOrder = {
    ...current,
    items: items.value,
    addOns: body.add_ons
      ? editAddOns(current.addOns, body.add_ons, 'add_ons', read, rules)
      : current.addOns,
    properties: body.properties ? properties(body.properties) : current.properties,
    cancelAfterNextXOrders: read.number(
      'cancel_after_next_x_orders',
      current.cancelAfterNextXOrders,
      1,
    ),
    // A client may reset the count of declines, but cannot raise it.
    creditCardAttempt: Math.min(
      read.count('credit_card_attempt', current.creditCardAttempt),
      current.creditCardAttempt,
    ),
    nextAttemptAt: read.moment('next_attempt', current.nextAttemptAt),
    overrideAffiliateId: read.number('override_affiliate_id', current.overrideAffiliateId, 0),
    rotatingTransactionGatewayCode: read.text(
      'rotating_transaction_gateway_code',
      current.rotatingTransactionGatewayCode,
    ),
  };
  const switched = switchState(current, edited, cancelationOf(current, body, read), read, rules);
  const [fault] = read.faults;
  return fault ? failure(fault) : success(withoutIdleAttempt(current, switched));
}

/**
 * An auto order that does not run is never charged, so an update plans no attempt of it. A next
 * attempt that an earlier release stored stays, because clients send it back as they read it.
 */
const withoutIdleAttempt = ({ nextAttemptAt }: AutoOrder, edited: AutoOrder): AutoOrder =>
  edited.status === 'active' || edited.nextAttemptAt === undefined
    ? edited
    : { ...edited, nextAttemptAt };

/**
 * Refuses an update of a merged auto order with items that it no longer has. It ships nothing, so
 * the update is meant for the auto order that has the items now.
 */
function mergedFault(current: AutoOrder, body: WireAutoOrder): FieldFault | undefined {
  const isKnown = (oid: number | null | undefined) =>
    current.items.some(({ itemOid }) => itemOid === oid);
  if (
    current.status !== 'merged' ||
    !body.items?.some((item) => !isKnown(item.auto_order_item_oid))
  )
    return undefined;
  return {
    field: 'items',
    reason: `cannot be changed: the auto order was merged into ${current.mergedIntoAutoOrderOid}`,
    fix: 'Change the items of that auto order instead',
  };
}

/** The values of an update that concern cancelation. */
interface Cancelation {
  /** The value as sent; undefined when the client left it out or could not send it. */
  readonly enabled: boolean | undefined;
  readonly reason: string | undefined;
  readonly user: string | undefined;
  readonly at: Temporal.Instant | undefined;
  /** Whether it differs from the record. */
  readonly isNew: boolean;
  /** Whether it names a reason or a user. If so, it cancels; otherwise it only disables. */
  readonly isMeant: boolean;
  /** Whether it repeats the reason or user of the record: the same cancelation, sent twice. */
  readonly isRepeated: boolean;
}

function cancelationOf(current: AutoOrder, body: WireAutoOrder, read: FieldReader): Cancelation {
  const reason = read.text('cancel_reason', current.cancelReason);
  const user = read.text('canceled_by_user', current.canceledByUser);
  const at = read.moment('canceled_dts', current.canceledAt);
  const saysOther =
    (reason ?? current.cancelReason) !== current.cancelReason ||
    (user ?? current.canceledByUser) !== current.canceledByUser;
  const isNew = saysOther || (at ?? current.canceledAt) !== current.canceledAt;
  return {
    enabled: body.enabled ?? undefined,
    reason,
    user,
    at,
    isNew,
    isMeant: reason !== undefined || user !== undefined,
    isRepeated: !saysOther && (body.cancel_reason != null || body.canceled_by_user != null),
  };
}

function switchState(
  current: AutoOrder,
  edited: AutoOrder,
  cancelation: Cancelation,
  read: FieldReader,
  rules: EditRules,
): AutoOrder {
  if (cancelation.enabled === true) return enabled(current, edited, cancelation, read, rules);
  if (current.status === 'canceled') return { ...edited, ...saidOf(cancelation) };
  if (current.status === 'merged') return edited;
  if (cancelation.isRepeated && isFeeDue(current, rules)) return edited;
  // Clients that cannot send false (C#) leave `enabled` out. A new cancelation without it means the
  // same.
  if (cancelation.isNew || (cancelation.enabled === false && cancelation.isMeant))
    return feeOf(current, edited, cancelation, rules) ?? canceled(edited, cancelation, rules.now);
  return cancelation.enabled === false && current.enabled ? disabled(edited, rules.now) : edited;
}

/**
 * Returns the auto order that charges its cancel item before it ends, if there is a fee to charge.
 * Only a cancelation that names a user comes from the customer. Another cancelation while the fee
 * is due waives the fee. The same one sent again (a second click) changes nothing.
 */
function feeOf(
  current: AutoOrder,
  edited: AutoOrder,
  cancelation: Cancelation,
  rules: EditRules,
): AutoOrder | undefined {
  if (cancelation.user === undefined || current.status !== 'active' || isFeeDue(current, rules))
    return undefined;
  return chargingCancelFee(
    { ...edited, cancelReason: cancelation.reason, canceledByUser: cancelation.user },
    rules.catalog,
    rules.now,
  );
}

const isFeeDue = (autoOrder: AutoOrder, { catalog }: EditRules): boolean =>
  autoOrder.status === 'active' && isChargingCancelFee(autoOrder, catalog);

const saidOf = ({ reason, user, at }: Cancelation): Partial<AutoOrder> => ({
  cancelReason: reason,
  canceledByUser: user,
  ...(at && { canceledAt: at }),
});

/**
 * Returns the auto order as canceled: it bills nothing more and makes no retry. The reason is
 * optional.
 */
export function canceled(
  autoOrder: AutoOrder,
  { reason, user, at }: Partial<Pick<Cancelation, 'reason' | 'user' | 'at'>>,
  now: Temporal.Instant,
): AutoOrder {
  return {
    ...stopped(autoOrder),
    status: 'canceled',
    canceledAt: at ?? now,
    cancelReason: reason,
    canceledByUser: user,
  };
}

/**
 * Returns the auto order as disabled, by the merchant or because its card was declined too often.
 */
export function disabled(autoOrder: AutoOrder, now: Temporal.Instant): AutoOrder {
  return { ...stopped(autoOrder), status: 'disabled', disabledAt: now };
}

const stopped = (autoOrder: AutoOrder): AutoOrder => ({
  ...autoOrder,
  enabled: false,
  nextAttemptAt: undefined,
});

/**
 * Returns the auto order as enabled. A stopped one starts again: its declines are reset, and the
 * merchant's setting decides which missed shipments are charged.
 */
function enabled(
  current: AutoOrder,
  edited: AutoOrder,
  cancelation: Cancelation,
  read: FieldReader,
  rules: EditRules,
): AutoOrder {
  if (current.status === 'merged') {
    read.fault(
      'enabled',
      `cannot be true: the auto order was merged into ${current.mergedIntoAutoOrderOid}`,
      'Change that auto order instead',
    );
    return edited;
  }
  if (cancelation.isNew)
    read.fault(
      'enabled',
      'is true along with a new cancelation',
      'Send enabled false to cancel, or leave cancel_reason, canceled_by_user and canceled_dts out',
    );
  if (current.status === 'active') return edited;
  const resumed: AutoOrder = {
    ...edited,
    status: 'active',
    enabled: true,
    completed: false,
    cancelReason: undefined,
    canceledByUser: undefined,
    canceledAt: undefined,
    disabledAt: undefined,
    cancelUpgrade: false,
    cancelDowngrade: false,
    creditCardAttempt:
      edited.creditCardAttempt === current.creditCardAttempt ? 0 : edited.creditCardAttempt,
    items: edited.items.map((item) =>
      startAgain(item, rules.catalog, current.status === 'canceled' ? asCanceled(rules) : rules),
    ),
  };
  if (hasCompleted(resumed.items, rules.catalog, { ...rules, autoOrder: resumed })) {
    read.fault(
      'enabled',
      'cannot be true: no item has anything left to ship',
      'Also send a next_shipment_dts, more remaining_repeat_count or a later no_order_after_dts',
    );
  }
  return resumed;
}

/**
 * Shipments missed while an auto order was canceled are never charged, whatever the merchant's
 * policy for missed shipments is.
 */
const asCanceled = (rules: EditRules): EditRules => ({ ...rules, missedShipments: 'skip' });

/**
 * Returns the record, completed if nothing will ship any more. The wire shows a completed record as
 * disabled. If a completed record has something to ship again, it loses the mark and stays disabled
 * or canceled. It ships when a user enables it.
 */
export function completed(autoOrder: AutoOrder, rules: EditRules): AutoOrder {
  if (autoOrder.status === 'active')
    return hasCompleted(autoOrder.items, rules.catalog, { ...rules, autoOrder })
      ? { ...disabled(autoOrder, rules.now), completed: true }
      : autoOrder;
  return autoOrder.completed && isOpenAgain(autoOrder, rules)
    ? { ...autoOrder, completed: false }
    : autoOrder;
}

/** Whether an item would ship if the auto order were enabled and the item not paused. */
function isOpenAgain({ items, signedUpAt }: AutoOrder, rules: EditRules): boolean {
  const asActive = {
    ...rules,
    autoOrder: { status: 'active', enabled: true, signedUpAt } as const,
  };
  const running = items.map((item) => ({ ...item, paused: false }));
  return items.length > 0 && !hasCompleted(running, rules.catalog, asActive);
}

/** Returns the auto order with every item paused (auto_order reference, pauseAutoOrder). */
export const paused = (autoOrder: AutoOrder): AutoOrder => ({
  ...autoOrder,
  items: autoOrder.items.map((item) => ({ ...item, paused: true })),
});

/** Returns the names of the events that report a change, each once, the general one first. */
export function editEvents(
  before: AutoOrder,
  after: AutoOrder,
  now: Temporal.Instant,
): EventName[] {
  const names = new Set<EventName>(['auto_order_update']);
  if (after.status === 'canceled' && before.status !== 'canceled') names.add('auto_order_cancel');
  if (after.status === 'disabled' && before.status === 'active' && !after.completed)
    names.add('auto_order_disable');
  for (const item of after.items)
    for (const name of itemEvents(
      before.items.find(({ itemOid }) => itemOid === item.itemOid),
      item,
      now,
    ))
      names.add(name);
  if (before.items.some(({ itemOid }) => !after.items.some((item) => item.itemOid === itemOid)))
    names.add('auto_order_item_cancel');
  return [...names];
}

function* itemEvents(
  before: AutoOrderItem | undefined,
  after: AutoOrderItem,
  now: Temporal.Instant,
): Iterable<EventName> {
  if (before === undefined) return;
  if (after.paused !== before.paused)
    yield after.paused ? 'auto_order_item_pause' : 'auto_order_item_unpause';
  if (hasEnded(before, now) && !hasEnded(after, now)) yield 'auto_order_item_reactivate';
  if (after.noOrderAfterAt === before.noOrderAfterAt || after.noOrderAfterAt === undefined) return;
  if (!hasEnded(after, now)) yield 'auto_order_item_cancel_scheduled';
  else if (!hasEnded(before, now)) yield 'auto_order_item_cancel';
}
