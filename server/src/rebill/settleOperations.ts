import type { Currency } from '@perennial/contract/common.ts';
import type { EventName } from '@perennial/contract/events.ts';
import { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { calculate } from '../autoOrders/calculated.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { chargedBy } from '../autoOrders/chargedBy.ts';
import { lockVersions, takeDueMarks } from '../autoOrders/dueStore.ts';
import type { Catalog } from '../autoOrders/steps.ts';
import type { Rebilled } from '../autoOrders/store.ts';
import { appendLogs, loadAutoOrders, saveAutoOrders, saveRebilled } from '../autoOrders/store.ts';
import { findAutomaticNotes } from '../customers/store.ts';
import { countSold } from '../items/stockOperations.ts';
import { required } from '../kernel/assert.ts';
import { fulfillmentEvent } from '../orders/fulfillment.ts';
import type { OrderRecord } from '../orders/order.ts';
import { findOrders, insertOrders, saveOrder } from '../orders/store.ts';
import type { ChargeAnswer } from '../payments/gateway.ts';
import type { RoutedAnswer } from '../payments/payments.ts';
import type { Context } from '../platform/context.ts';
import { inTransaction } from '../platform/context.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import type { NewAttempt, OpenAttempt, SettledAttempt, StoredDecline } from './attempt.ts';
import { awaitedOf, markAwaited } from './awaitedOperations.ts';
import { returnUnusedCredit } from './creditOperations.ts';
import type { AutoOrderAfter } from './endings.ts';
import { cardField, continuedOrder } from './keptOrder.ts';
import type { Note } from './note.ts';
import { amountText, eventsOf, logsOf } from './note.ts';
import { rebillOrderRecord } from './orderDocument.ts';
import type { PlannedCharge } from './plan.ts';
import type { RebillPolicy } from './policy.ts';
import {
  afterDeclined,
  afterPaid,
  afterReviving,
  isDisabledByDeclines,
  type SettlingRules,
} from './settlement.ts';
import { findInFlight, saveSettledAttempts, saveUnknown } from './store.ts';

/** An attempt with the gateway's answer. */
export interface AnsweredAttempt {
  readonly attempt: NewAttempt;
  /** Absent for an order that costs nothing: no gateway was asked, and it counts as paid. */
  readonly routed?: RoutedAnswer | undefined;
  /**
   * The records on which it was planned, if this process planned it. A process that finishes
   * another one's charge reads them again.
   */
  readonly planned?: { readonly autoOrder: AutoOrder; readonly original: OrderRecord };
  /** How often the gateway was queried about it before. */
  readonly checks?: number;
  /** When the customer's time to confirm the payment ended, on the merchant's clock. */
  readonly endedAt?: Temporal.Instant;
}

/** The outcome of one attempt. */
export interface ChargeOutcome {
  readonly autoOrderOid: number;
  /** `paid` includes invoiced rebills: their order is made, and nothing is to be charged. */
  readonly kind: 'paid' | 'declined' | 'unknown';
  readonly orderId: string;
  readonly reason?: string;
  /** Its payment waits for the customer. */
  readonly isAwaited?: true;
}

/** What settling depends on besides the answers. */
export interface SettleTerms {
  readonly policy: RebillPolicy;
  /** How long a charge without an answer waits before the gateway is queried about it. */
  readonly recheckMs: (answered: AnsweredAttempt) => number;
}

/**
 * Stores the outcomes of charges, any number in one transaction: orders, auto orders with their
 * schedules and counters, attempts, histories and events. Skips an attempt that another process has
 * settled meanwhile. Returns the outcomes that it stored.
 */
export function settle(
  context: Context,
  answered: readonly AnsweredAttempt[],
  terms: SettleTerms,
): Promise<ChargeOutcome[]> {
  return inTransaction(context, async (tx) => {
    const {
      db,
      merchant: { merchantId },
    } = tx;
    const attempts = answered.map(({ attempt }) => attempt);
    const versions = await lockVersions(
      db,
      merchantId,
      attempts.map((attempt) => attempt.autoOrderOid),
    );
    const inFlight = await findInFlight(db, merchantId, attempts);
    const context = await inCurrentZone(tx);
    const open = answered
      .filter(({ attempt }) => inFlight.has(attempt.autoOrderOid))
      .map((each) => asPlannedNow(each, inFlight.get(each.attempt.autoOrderOid)?.replanned));
    const unknown = open.filter(({ routed }) => routed?.answer.kind === 'unknown');
    const known = open.filter(({ routed }) => routed?.answer.kind !== 'unknown');
    await markUnknown(
      context,
      unknown.filter((each) => awaitedOf(each) === undefined),
      terms,
    );
    const awaited = unknown
      .filter((each) => awaitedOf(each) !== undefined)
      .map((each) => ({ ...each, recheckMs: terms.recheckMs(each) }));
    await markAwaited(context, awaited, inFlight, terms.policy.dunning.confirmationDays);
    const settlements = await planSettlements(context, known, { versions, inFlight }, terms);
    await saveSettlements(context, settlements, terms);
    return [...unknown.map(unknownOutcome), ...settlements.map(settledOutcome)];
  });
}

/**
 * The attempt with its current plan, if a change of the time zone has moved the dates of the plan.
 */
const asPlannedNow = (
  answered: AnsweredAttempt,
  charge: PlannedCharge | undefined,
): AnsweredAttempt =>
  charge === undefined ? answered : { ...answered, attempt: { ...answered.attempt, charge } };

async function markUnknown(
  context: Context,
  unknown: readonly AnsweredAttempt[],
  { recheckMs }: SettleTerms,
): Promise<void> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  // They can stay unknown for a long time, so take them out of the due queue meanwhile.
  await takeDueMarks(
    db,
    merchantId,
    unknown.map(({ attempt }) => attempt.autoOrderOid),
  );
  await saveUnknown(
    db,
    merchantId,
    unknown.map((each) => ({
      ...each.attempt,
      checks: each.checks ?? 0,
      recheckMs: recheckMs(each),
    })),
  );
  // The history reports it once, not at every query that follows.
  const first = unknown.filter((each) => each.planned !== undefined);
  await appendLogs(
    db,
    merchantId,
    context.now,
    first.map(({ attempt, routed }) => ({
      autoOrderOid: attempt.autoOrderOid,
      at: attempt.at,
      message: `Rebill ${attempt.rebillNumber}: ${unknownMessage(routed)}`,
    })),
  );
}

function unknownMessage(routed: RoutedAnswer | undefined): string {
  if (routed?.answer.kind === 'unknown' && routed.answer.refusesAccount)
    return `${routed.answer.message}. Nothing was charged. It is sent again later.`;
  return routed?.answer.kind === 'unknown' && routed.answer.isUnsent
    ? `${routed.answer.message}. It is sent later, once ${routed.code} reports that it does not know it.`
    : `no answer from ${routed?.code}. Nothing is charged again before it has reported the outcome.`;
}

/** An answered attempt with the records that settle it. */
interface Settlement extends AnsweredAttempt {
  /** The gateway's answer. */
  readonly gatewayAnswer: KnownAnswer;
  /** The answer that counts (see {@link settledAnswer}). */
  readonly answer: KnownAnswer;
  /** The moment of the charge, or of its decline if it waited for its customer before. */
  readonly at: Temporal.Instant;
  readonly after: AutoOrderAfter;
  readonly catalog: Catalog;
  /** The order to store, if any. */
  readonly order: OrderRecord | undefined;
  /** Whether no earlier attempt has left this order. */
  readonly isNewOrder: boolean;
  /** Staff had marked the order as paid before the card was charged for it. */
  readonly isPaidTwice: boolean;
}

/** What was read after the auto orders were locked, by auto order oid. */
interface LockedRows {
  readonly versions: ReadonlyMap<number, number>;
  /** The attempts that are still to be settled. */
  readonly inFlight: ReadonlyMap<number, OpenAttempt>;
}

async function planSettlements(
  context: Context,
  answered: readonly AnsweredAttempt[],
  { versions, inFlight }: LockedRows,
  { policy }: SettleTerms,
): Promise<Settlement[]> {
  if (answered.length === 0) return [];
  const {
    db,
    merchant: { merchantId, timeZone: zone },
  } = context;
  const autoOrders = await loadCurrentRecords(context, answered, versions);
  const originals = await loadOriginals(context, answered, autoOrders);
  const kept = await loadKeptOrders(context, answered);
  const oids = [...originals.values()].flatMap(({ customerProfileOid: oid }) => oid ?? []);
  const notes = await findAutomaticNotes(db, merchantId, oids);
  const catalog = await loadCatalog(db, merchantId, [...autoOrders.values()]);
  const wrote = new Map<string, Currency>();
  const { now } = context;
  const read = { autoOrders, originals, kept, notes, inFlight, catalog };
  const sources = { ...read, policy, zone, now, wrote };
  return answered.map((each) => settlementOf(each, sources));
}

/** What the settlements of a batch are planned from. */
interface SettlementSources {
  readonly autoOrders: ReadonlyMap<number, AutoOrder>;
  readonly originals: ReadonlyMap<string, OrderRecord>;
  /** Orders that earlier attempts left, by order id. */
  readonly kept: ReadonlyMap<string, OrderRecord>;
  /** What profiles add to the notes of every order, by the oid of the customer. */
  readonly notes: ReadonlyMap<number, string>;
  readonly inFlight: LockedRows['inFlight'];
  readonly catalog: Catalog;
  readonly policy: RebillPolicy;
  readonly zone: string;
  readonly now: Temporal.Instant;
  /** Amounts that were formatted for other orders of the batch. */
  readonly wrote: Map<string, Currency>;
}

function settlementOf(answered: AnsweredAttempt, sources: SettlementSources): Settlement {
  const { attempt, routed } = answered;
  const { autoOrders, originals, kept, catalog, policy, zone, wrote } = sources;
  const autoOrder = required(autoOrders.get(attempt.autoOrderOid), 'auto order of a rebill');
  const original = required(originals.get(autoOrder.originalOrderId), 'original order of a rebill');
  const before = kept.get(attempt.orderId);
  const gatewayAnswer = attempt.charge.isInvoice ? { kind: 'invoiced' as const } : answerOf(routed);
  const answer = settledAnswer(gatewayAnswer, before);
  const isKept = answer.kind !== 'declined' || policy.storeDeclined || before !== undefined;
  const { editedFields = [], declines } = sources.inFlight.get(attempt.autoOrderOid) ?? {};
  const { at, retryAt } = momentOf(answered, answer, original, sources);
  const rules = { catalog, policy, zone, at };
  const facts = { isKept, earlierDeclines: declines?.length ?? 0, retryAt };
  const after = autoOrderAfter(autoOrder, attempt, answer, facts, rules);
  const { overrideAffiliateId } = autoOrder;
  const record = isKept
    ? rebillOrderRecord({
        ...attempt,
        overrideAffiliateId,
        original,
        zone,
        payment: answer,
        notes: sources.notes.get(original.customerProfileOid ?? 0),
        declines: before === undefined ? declines : [],
        wrote,
      })
    : undefined;
  return {
    ...answered,
    gatewayAnswer,
    answer,
    at,
    after: { ...after, autoOrder: withChargedBy(after.autoOrder, answered) },
    catalog,
    order:
      record && before !== undefined
        ? continuedOrder(record, { order: before, editedFields }, attempt.at, zone)
        : record,
    isNewOrder: before === undefined,
    isPaidTwice: before?.paidAt !== undefined && referenceOf(answer) !== undefined,
  };
}

/**
 * The moment of the charge. A payment that waited for its customer is declined when it is given up,
 * and is tried again at once if there is a new card.
 */
function momentOf(
  { attempt: { at, autoOrderOid, charge }, endedAt }: AnsweredAttempt,
  { kind }: KnownAnswer,
  { cardToken }: OrderRecord,
  { inFlight, now }: SettlementSources,
): { readonly at: Temporal.Instant; readonly retryAt?: Temporal.Instant } {
  const { wasAwaited, editedFields = [] } = inFlight.get(autoOrderOid) ?? {};
  if (wasAwaited !== true || kind !== 'declined') return { at };
  const end = endedAt ?? now;
  const isNewCard = cardToken !== charge.card?.token && !editedFields.includes(cardField);
  return {
    at: Temporal.Instant.compare(end, at) > 0 ? end : at,
    ...(isNewCard ? { retryAt: now } : {}),
  };
}

function autoOrderAfter(
  autoOrder: AutoOrder,
  { charge: { order, revives }, rebillNumber, orderId }: NewAttempt,
  answer: KnownAnswer,
  { isKept, earlierDeclines, retryAt }: DeclineFacts,
  rules: SettlingRules,
): AutoOrderAfter {
  if (answer.kind !== 'declined')
    return revives === true && isDisabledByDeclines(autoOrder)
      ? afterReviving(autoOrder, order, rules)
      : afterPaid(autoOrder, order, rules);
  const declined = {
    ...answer,
    rebillNumber,
    orderId: isKept ? orderId : undefined,
    earlierDeclines,
    retryAt,
  };
  return afterDeclined(autoOrder, order, declined, rules);
}

/** What a decline depends on besides the answer. */
interface DeclineFacts {
  readonly isKept: boolean;
  readonly earlierDeclines: number;
  readonly retryAt: Temporal.Instant | undefined;
}

/** Remembers which kind of gateway captured a charge of this card. */
function withChargedBy(autoOrder: AutoOrder, { attempt, routed }: AnsweredAttempt): AutoOrder {
  const { card } = attempt.charge;
  if (routed?.answer.kind !== 'approved' || routed.kind === undefined || card === undefined)
    return autoOrder;
  return { ...autoOrder, chargedBy: chargedBy(routed.kind, card.token) };
}

/**
 * Returns the records of the plans that have not changed since, and reads the others again. All of
 * them are locked.
 */
async function loadCurrentRecords(
  { db, merchant: { merchantId } }: Context,
  answered: readonly AnsweredAttempt[],
  versions: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, AutoOrder>> {
  const fresh = answered.flatMap(({ planned }) =>
    planned !== undefined &&
    versions.get(planned.autoOrder.autoOrderOid) === planned.autoOrder.version
      ? [planned.autoOrder]
      : [],
  );
  const known = new Set(fresh.map((autoOrder) => autoOrder.autoOrderOid));
  const stale = answered
    .map(({ attempt }) => attempt.autoOrderOid)
    .filter((oid) => !known.has(oid));
  const reread = stale.length === 0 ? [] : await loadAutoOrders(db, merchantId, stale);
  return new Map([...fresh, ...reread].map((autoOrder) => [autoOrder.autoOrderOid, autoOrder]));
}

async function loadOriginals(
  { db, merchant: { merchantId } }: Context,
  answered: readonly AnsweredAttempt[],
  autoOrders: ReadonlyMap<number, AutoOrder>,
): Promise<ReadonlyMap<string, OrderRecord>> {
  const known = new Map(
    answered.flatMap(({ planned }) =>
      planned === undefined ? [] : [[planned.original.orderId, planned.original] as const],
    ),
  );
  const missing = [...autoOrders.values()]
    .map((autoOrder) => autoOrder.originalOrderId)
    .filter((orderId) => !known.has(orderId));
  if (missing.length === 0) return known;
  return new Map([
    ...known,
    ...(await findOrders(db, merchantId, missing)).map((order) => [order.orderId, order] as const),
  ]);
}

/**
 * Returns the orders in Accounts Receivable that earlier attempts left; only retries can have one.
 */
async function loadKeptOrders(
  { db, merchant: { merchantId } }: Context,
  answered: readonly AnsweredAttempt[],
): Promise<ReadonlyMap<string, OrderRecord>> {
  const orderIds = answered
    .filter(({ attempt }) => attempt.attempt > 1)
    .map(({ attempt }) => attempt.orderId);
  if (orderIds.length === 0) return new Map();
  return new Map(
    (await findOrders(db, merchantId, orderIds)).map((order) => [order.orderId, order]),
  );
}

type KnownAnswer =
  /** Nothing was charged: the order is owed. */
  | { readonly kind: 'invoiced' }
  | { readonly kind: 'paid'; readonly gatewayCode?: string; readonly reference?: string }
  | {
      readonly kind: 'declined';
      readonly gatewayCode: string;
      readonly reference?: string | undefined;
      readonly reason: string;
      readonly message: string;
      readonly isHard: boolean;
    };

/** The answer that counts: an attempt that is declined is paid if its order is already paid. */
function settledAnswer(answer: KnownAnswer, kept: OrderRecord | undefined): KnownAnswer {
  return kept?.paidAt !== undefined && answer.kind === 'declined' ? { kind: 'paid' } : answer;
}

const referenceOf = (answer: KnownAnswer): string | undefined =>
  answer.kind === 'invoiced' ? undefined : answer.reference;

function answerOf(routed: RoutedAnswer | undefined): KnownAnswer {
  if (routed === undefined) return { kind: 'paid' };
  const { code: gatewayCode, answer } = routed as {
    code: string;
    answer: Exclude<ChargeAnswer, { kind: 'unknown' }>;
  };
  if (answer.kind === 'approved') return { kind: 'paid', gatewayCode, reference: answer.reference };
  const { reason, message, isHard, reference } = answer;
  return { kind: 'declined', gatewayCode, reference, reason, message, isHard };
}

const unknownOutcome = ({ attempt, routed }: AnsweredAttempt): ChargeOutcome => ({
  autoOrderOid: attempt.autoOrderOid,
  orderId: attempt.orderId,
  kind: 'unknown',
  ...(routed?.answer.kind === 'unknown' && {
    reason: routed.answer.message,
    ...(routed.answer.awaits && { isAwaited: true as const }),
  }),
});

function settledOutcome({ attempt, gatewayAnswer: answer }: Settlement): ChargeOutcome {
  const { autoOrderOid, orderId } = attempt;
  return answer.kind !== 'declined'
    ? { autoOrderOid, orderId, kind: 'paid' }
    : { autoOrderOid, orderId, kind: 'declined', reason: `${answer.reason}\n${answer.message}` };
}

async function saveSettlements(
  context: Context,
  settlements: readonly Settlement[],
  { policy }: SettleTerms,
): Promise<void> {
  if (settlements.length === 0) return;
  const {
    db,
    merchant: { merchantId },
  } = context;
  const records = settlements.map((each) => ({
    ...each,
    rebilled: rebilledOf(each, context, policy),
  }));
  const moved = records
    .filter(({ after }) => after.isEdited !== true)
    .map(({ rebilled }) => rebilled);
  const edited = records
    .filter(({ after }) => after.isEdited === true)
    .map(({ rebilled }) => rebilled);
  if (moved.length > 0) await saveRebilled(db, merchantId, context.now, moved);
  if (edited.length > 0) await saveAutoOrders(db, merchantId, context.now, edited);
  const fresh = settlements.flatMap(({ order, isNewOrder }) =>
    order !== undefined && isNewOrder ? [order] : [],
  );
  if (fresh.length > 0) await insertOrders(db, merchantId, fresh);
  for (const { order, isNewOrder } of settlements)
    if (order !== undefined && !isNewOrder) await saveOrder(db, order);
  await saveSettledAttempts(
    db,
    merchantId,
    settlements.map((each) => settledAttempt(each)),
  );
  const noted = settlements.map((each) => ({
    autoOrderOid: each.attempt.autoOrderOid,
    at: each.at,
    notes: notesOf(each),
  }));
  await appendLogs(db, merchantId, context.now, logsOf(noted));
  await context.events.emit(context, [...eventsOf(noted), ...settlements.flatMap(orderEvents)]);
  await returnUnusedCredit(context, settlements);
  const unsold = settlements.flatMap(({ answer, attempt }) =>
    answer.kind === 'declined' ? (attempt.charge.stock ?? []) : [],
  );
  await countSold(context, unsold, true);
}

function rebilledOf(
  { after, catalog, at }: Settlement,
  { merchant }: Context,
  { missedShipments }: RebillPolicy,
): Rebilled {
  return {
    ...calculate(after.autoOrder, catalog, { now: at, zone: merchant.timeZone, missedShipments }),
    at,
  };
}

function settledAttempt({ attempt, answer, order, after }: Settlement): SettledAttempt {
  const { autoOrderOid, rebillNumber } = attempt;
  const { kind: state } = answer;
  return {
    autoOrderOid,
    rebillNumber,
    state,
    gatewayCode: answer.kind === 'invoiced' ? undefined : answer.gatewayCode,
    reference: referenceOf(answer),
    decline: answer.kind === 'declined' ? storedDecline(answer, attempt, after) : undefined,
    isKept: answer.kind === 'declined' && order !== undefined,
  };
}

const storedDecline = (
  { reason, message, isHard, gatewayCode, reference }: Extract<KnownAnswer, { kind: 'declined' }>,
  { charge }: NewAttempt,
  { autoOrder: { nextAttemptAt } }: AutoOrderAfter,
): StoredDecline => ({
  reason,
  message,
  hard: isHard,
  gateway: gatewayCode,
  reference,
  amount: charge.order.total,
  next: nextAttemptAt?.toString(),
});

function notesOf({
  attempt,
  answer,
  routed,
  after,
  order,
  isPaidTwice,
}: Settlement): readonly Note[] {
  if (answer.kind === 'declined') return after.notes;
  const { rebillNumber, orderId, charge } = attempt;
  const isOwed = answer.kind === 'invoiced';
  const paid: Note = {
    message:
      `Rebill ${rebillNumber} ${isOwed ? 'invoiced' : 'paid'}: ` +
      `${amountText(charge.order.total, charge.currency)}, order ${orderId}.` +
      `${isOwed ? ' It waits in Accounts Receivable.' : restoredNote(routed)}`,
    event: {
      name: 'auto_order_rebill',
      data: {
        rebill_number: rebillNumber,
        order_id: required(order, 'order of a paid rebill').orderId,
        total_minor: charge.order.total,
        currency: charge.currency,
        ...(isOwed ? { owed: true } : {}),
      },
    },
  };
  const twice: Note = {
    message: `Order ${orderId} was marked as paid before this charge: refund ${referenceOf(answer)}.`,
  };
  return [paid, ...(isPaidTwice ? [twice] : []), ...after.notes];
}

/** Says that nothing was charged now, and how much was charged before a restore. */
function restoredNote(routed: RoutedAnswer | undefined): string {
  if (routed?.answer.kind !== 'approved' || routed.answer.restored === undefined) return '';
  const { reference, restored } = routed.answer;
  const captured = amountText(restored.amount, restored.currency);
  return ` It was charged before a restore: ${captured} at ${routed.code}, ${reference}.`;
}

function orderEvents({ attempt, answer, order, isNewOrder }: Settlement): DomainEvent[] {
  if (order === undefined) return [];
  const isPaid = answer.kind === 'paid';
  const told = isPaid ? fulfillmentEvent(order.document.current_stage) : undefined;
  const names: EventName[] = [
    ...(isNewOrder ? (['order_create'] as const) : []),
    ...(answer.kind === 'invoiced'
      ? []
      : ([isPaid ? 'order_payment_process' : 'order_payment_failed'] as const)),
    ...(isPaid && !isNewOrder ? (['order_stage_change'] as const) : []),
    ...(told === undefined ? [] : [told]),
  ];
  const data = {
    auto_order_oid: attempt.autoOrderOid,
    rebill_number: attempt.rebillNumber,
    ...(answer.kind === 'invoiced' ? { owed: true } : {}),
  };
  return names.map((name) => ({
    name,
    objectType: 'order',
    objectId: order.orderId,
    data,
    at: attempt.at,
  }));
}
