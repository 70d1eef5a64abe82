import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { calculate, dueAt } from '../autoOrders/calculated.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { chargedBy, kindThatCharged } from '../autoOrders/chargedBy.ts';
import { bringForward, putOff } from '../autoOrders/dueStore.ts';
import { scheduleRules } from '../autoOrders/rules.ts';
import type { Catalog } from '../autoOrders/steps.ts';
import { appendLogs, lockAutoOrders, saveAutoOrders } from '../autoOrders/store.ts';
import { amountText } from '../kernel/money.ts';
import type { KnownChargeResult } from '../orders/charge.ts';
import type { ChargeableCard, LockedRebill } from '../orders/hooks.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';
import { findOrder } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import type { RebillKey } from './attempt.ts';
import type { AutoOrderAfter } from './endings.ts';
import {
  editedFieldsOf,
  hasOwnCard,
  type KeptOrder,
  openOrderStop,
  originalStop,
  verdictOn,
} from './keptOrder.ts';
import {
  findKeptAttempt,
  findRebillOfOrder,
  hasChargeUnderWay,
  type KeptAttempt,
  saveEditedFields,
  settleByStaff,
} from './keptOrderStore.ts';
import { planFromOrder, withDiscountsOf } from './keptPlan.ts';
import { logsOf, noteEvents, type RebillNote } from './note.ts';
import { rebillPolicy } from './policy.ts';
import type { RebillOrder } from './rebillOrder.ts';
import {
  afterExtraShipment,
  afterGivenUp,
  afterPaidByStaff,
  type SettlingRules,
  withoutShipment,
} from './settlement.ts';

/*
 * Staff settle a declined rebill by the order that it left: paying the order pays the rebill,
 * rejecting the order gives the rebill up, and changes by staff stay
 * (docs/adr/0043-a-kept-order-is-the-rebill.md). Nothing here charges a card; a charge of the order
 * is settled here (orders/processPaymentOperations.ts).
 */

/**
 * Locks the rebill of an order, before the order itself is locked. Returns undefined if the order
 * is not the order of a rebill. During the lock, no charge of the rebill can begin or be settled.
 */
export async function lockRebill(
  context: Context,
  orderId: string,
): Promise<LockedRebill | undefined> {
  const { merchantId } = context.merchant;
  const key = await findRebillOfOrder(context.db, merchantId, orderId);
  if (key === undefined) return undefined;
  const family = await lockFamily(context, key.autoOrderOid);
  if (family === undefined) return undefined;
  const attempt = await findKeptAttempt(context.db, merchantId, key);
  if (attempt === undefined || isSettled(attempt)) return undefined;
  return {
    isUnderWay: await hasChargeUnderWay(context.db, merchantId, oidsOf(family)),
    ...retriesOf(family.billed, attempt),
    hold: (context, order) => holdOn(context, family.billed, order),
    card: (context, order) => cardOf(context, family.billed, { order, ...attempt }),
    changed: (context, before, after) => orderChanged(context, { family, attempt }, before, after),
    covered: async (context, order) => {
      await settleVerdict(context, { family, attempt }, order, 'coupon');
    },
    charged: (context, order, result) => orderCharged(context, { family, attempt }, order, result),
  };
}

/**
 * The auto order of a rebill, and the auto order into which it was merged and which now has its
 * items. Both are locked.
 */
interface Family {
  readonly billed: AutoOrder;
  readonly target: AutoOrder | undefined;
}

const oidsOf = ({ billed, target }: Family): number[] =>
  [billed, ...(target === undefined ? [] : [target])].map((each) => each.autoOrderOid);

async function lockFamily(context: Context, oid: number): Promise<Family | undefined> {
  const [billed] = await lockAutoOrders(context.db, context.merchant.merchantId, [oid]);
  if (billed === undefined) return undefined;
  return { billed, target: await lockTarget(context, billed) };
}

/** Follows merges to the auto order that now has the items. */
async function lockTarget(context: Context, merged: AutoOrder): Promise<AutoOrder | undefined> {
  if (merged.mergedIntoAutoOrderOid === undefined) return undefined;
  const [target] = await lockAutoOrders(context.db, context.merchant.merchantId, [
    merged.mergedIntoAutoOrderOid,
  ]);
  return target && ((await lockTarget(context, target)) ?? target);
}

/**
 * An invoiced rebill is settled too: a later payment of its order changes nothing about the rebill.
 */
const isSettled = ({ state }: KeptAttempt): boolean => state === 'paid' || state === 'invoiced';

/** Returns whether the engine retries a rebill by itself, and when it stopped. */
function retriesOf(
  { status, disabledAt, canceledAt }: AutoOrder,
  { state }: KeptAttempt,
): Pick<LockedRebill, 'isRetried' | 'endedAt'> {
  if (state === 'declined' && status === 'active') return { isRetried: true };
  return { isRetried: false, endedAt: status === 'canceled' ? canceledAt : disabledAt };
}

/** Returns the reason why the engine does not charge a kept order, by the rules of plan.ts. */
async function holdOn(
  { db, merchant: { merchantId } }: Context,
  { originalOrderId }: AutoOrder,
  order: OrderRecord,
): Promise<string | undefined> {
  const original = await findOrder(db, merchantId, originalOrderId);
  return original === undefined
    ? `the original order ${originalOrderId} is missing`
    : (originalStop(original) ?? openOrderStop(order, original));
}

/** Returns the card that retries charge: the original order's, unless staff gave the order its own. */
async function cardOf(
  { db, merchant }: Context,
  { originalOrderId, chargedBy: remembered }: AutoOrder,
  kept: KeptOrder,
): Promise<ChargeableCard> {
  const original = hasOwnCard(kept)
    ? undefined
    : await findOrder(db, merchant.merchantId, originalOrderId);
  const token = original?.cardToken ?? kept.order.cardToken;
  const kind = token === undefined ? undefined : kindThatCharged(remembered, token);
  return { token, chargedBy: kind };
}

/** A kept order's rebill, locked. */
interface LockedAttempt {
  readonly family: Family;
  readonly attempt: KeptAttempt;
}

async function orderChanged(
  context: Context,
  locked: LockedAttempt,
  before: OrderRecord,
  after: OrderRecord,
): Promise<void> {
  const { attempt, family } = locked;
  const edited = editedFieldsOf(before, after);
  if (edited.length > 0) {
    const all = [...new Set([...attempt.editedFields, ...edited])];
    await saveEditedFields(context.db, context.merchant.merchantId, attempt, all);
  }
  if (attempt.state !== 'declined' && attempt.state !== 'given up') return;
  if (await settleVerdict(context, locked, after)) return;
  // Until now, the order may have prevented the charge.
  await bringForward(context.db, context.merchant.merchantId, oidsOf(family), context.now);
}

/**
 * Settles the locked rebill after its order was charged on request. After a decline its retries
 * continue as planned.
 */
async function orderCharged(
  context: Context,
  locked: LockedAttempt,
  order: OrderRecord,
  result: KnownChargeResult & { readonly cardToken: string },
): Promise<void> {
  if (result.kind === 'approved') {
    await settleVerdict(context, locked, order, result);
    return;
  }
  const { db, merchant, now, actor } = context;
  const { autoOrderOid, rebillNumber } = locked.attempt;
  const message =
    `Rebill ${rebillNumber}: ${actor.name} charged order ${order.orderId}, ` +
    `which was declined. ${result.reason}`;
  await appendLogs(db, merchant.merchantId, now, [{ autoOrderOid, at: now, message }]);
  // The engine may have skipped the auto order while the charge was in flight.
  const due = dueAt(locked.family.billed);
  if (due !== undefined) await putOff(db, merchant.merchantId, [autoOrderOid], [due]);
}

/**
 * Settles the locked rebill by the state of its order. Returns true if it was settled. `payment` is
 * the charge that paid it, unless a person marked it as paid.
 */
async function settleVerdict(
  context: Context,
  locked: LockedAttempt,
  order: OrderRecord,
  payment?: OrderCapture | 'coupon',
): Promise<boolean> {
  const { attempt } = locked;
  const verdict = verdictOn(order);
  if (verdict === 'paid') {
    const paidAt = order.paidAt ?? context.now;
    await settleRebill(context, locked, { order, at: paidAt }, paidByStaff(payment));
    const capture = payment === 'coupon' ? undefined : payment;
    const paid = { state: 'paid', paidAt, amount: order.total, capture } as const;
    await saveVerdict(context, attempt, paid);
    return true;
  }
  if (verdict === 'rejected' && attempt.state === 'declined') {
    await settleRebill(context, locked, { order, at: context.now }, givenUp);
    await saveVerdict(context, attempt, { state: 'given up' });
    return true;
  }
  return false;
}

const saveVerdict = (
  { db, merchant, actor }: Context,
  attempt: RebillKey,
  verdict: Parameters<typeof settleByStaff>[3],
): Promise<void> => settleByStaff(db, merchant.merchantId, attempt, verdict, actor.name);

/**
 * Settles a declined rebill whose order staff had paid or rejected before its next attempt was
 * claimed. The caller has locked its auto order. Returns true if the order settled it, so that
 * nothing is charged.
 */
export async function settleFromOrder(
  context: Context,
  key: RebillKey,
  order: OrderRecord,
): Promise<boolean> {
  if (verdictOn(order) === 'open') return false;
  const family = await lockFamily(context, key.autoOrderOid);
  const attempt = await findKeptAttempt(context.db, context.merchant.merchantId, key);
  if (family === undefined || attempt?.state !== 'declined') return false;
  return settleVerdict(context, { family, attempt }, order);
}

/** Returns the records after a verdict, and the note that reports it. */
type Verdict = (locked: LockedAttempt, plan: RebillOrder, rules: SettlingRules) => FamilyAfter;

interface FamilyAfter {
  readonly billed: AutoOrderAfter;
  readonly target: AutoOrderAfter | undefined;
  readonly note: (order: OrderRecord, actorName: string) => RebillNote;
}

/** A charge of a kept order that was captured. */
interface OrderCapture {
  readonly gateway: string;
  readonly gatewayKind?: string | undefined;
  readonly reference: string;
  readonly cardToken: string;
}

const paidByStaff =
  (payment: OrderCapture | 'coupon' | undefined): Verdict =>
  ({ family: { billed, target }, attempt }, plan, rules) => ({
    billed: withChargedBy(
      attempt.state === 'given up'
        ? afterExtraShipment(billed, plan, rules)
        : afterPaidByStaff(billed, plan, attempt.at, rules),
      payment === 'coupon' ? undefined : payment,
    ),
    target: target && afterExtraShipment(target, plan, rules),
    note: ({ orderId, currency, total, document }, actorName) => ({
      message: [
        `Rebill ${attempt.rebillNumber} paid: ${amountText(total, currency)}, order ${orderId}.`,
        paidWords(payment, actorName, document),
      ].join(' '),
      event: {
        name: 'auto_order_rebill',
        data: {
          rebill_number: attempt.rebillNumber,
          order_id: orderId,
          total_minor: total,
          currency,
        },
      },
    }),
  });

function paidWords(
  payment: OrderCapture | 'coupon' | undefined,
  actorName: string,
  document: OrderDocument,
): string {
  if (payment === 'coupon') return 'A coupon left nothing to charge.';
  return payment === undefined
    ? `${actorName} marked it as paid by ${document.payment?.payment_method ?? 'hand'}. ` +
        'No card was charged.'
    : `${actorName} charged its card.`;
}

/** Stores which kind of gateway captured a charge of this card. */
function withChargedBy(after: AutoOrderAfter, charged: OrderCapture | undefined): AutoOrderAfter {
  if (charged?.gatewayKind === undefined) return after;
  const by = chargedBy(charged.gatewayKind, charged.cardToken);
  return { ...after, autoOrder: { ...after.autoOrder, chargedBy: by } };
}

const givenUp: Verdict = ({ family: { billed, target }, attempt }, plan, rules) => ({
  billed: afterGivenUp(billed, plan, rules),
  target: target && { autoOrder: withoutShipment(target, plan, rules), notes: [] },
  note: ({ orderId }, actorName) => ({
    message: [
      `Rebill ${attempt.rebillNumber} given up: ${actorName} rejected order ${orderId}.`,
      'Its shipment is skipped, and nothing is charged for it.',
    ].join(' '),
    event: {
      name: 'auto_order_update',
      data: { reason: 'given up', rebill_number: attempt.rebillNumber, order_id: orderId },
    },
  }),
});

async function settleRebill(
  staleZone: Context,
  locked: LockedAttempt,
  { order, at }: { readonly order: OrderRecord; readonly at: Temporal.Instant },
  verdict: Verdict,
): Promise<void> {
  const context = await inCurrentZone(staleZone);
  const { db, now, merchant, actor } = context;
  const { merchantId, timeZone: zone } = merchant;
  const { billed, target } = locked.family;
  const catalog = await loadCatalog(db, merchantId, target ? [billed, target] : [billed]);
  const policy = rebillPolicy(merchant);
  const rules: SettlingRules = { catalog, policy, zone, at, now };
  const planned = locked.attempt.planned ?? planOf(context, order, locked, catalog);
  const plan = withDiscountsOf(order, planned);
  const after = verdict(locked, plan, rules);
  const ended = after.target === undefined ? [after.billed] : [after.billed, after.target];
  await saveAutoOrders(
    db,
    merchantId,
    now,
    ended.map(({ autoOrder }) => calculate(autoOrder, catalog, scheduleRules(context))),
  );
  const noted = ended.map(({ autoOrder: { autoOrderOid }, notes }, index) => ({
    autoOrderOid,
    at: now,
    notes: index === 0 ? [after.note(order, actor.name), ...notes] : notes,
  }));
  await appendLogs(db, merchantId, now, logsOf(noted));
  await context.events.emit(context, noteEvents(noted));
}

function planOf(
  context: Context,
  order: OrderRecord,
  { family: { billed, target }, attempt }: LockedAttempt,
  catalog: Catalog,
): RebillOrder {
  const autoOrder = target ?? billed;
  return planFromOrder({
    order,
    autoOrder,
    catalog,
    context: { ...scheduleRules(context), autoOrder },
    attemptedAt: attempt.at,
  });
}
