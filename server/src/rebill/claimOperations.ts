import { gatewayKinds } from '@perennial/contract/gatewayKind.ts';
import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { calculate, dueAt } from '../autoOrders/calculated.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { kindThatCharged } from '../autoOrders/chargedBy.ts';
import { lockVersions, putOff, takeDueMarks } from '../autoOrders/dueStore.ts';
import type { Catalog } from '../autoOrders/steps.ts';
import { appendLogs, loadAutoOrders, type Rebilled, saveRebilled } from '../autoOrders/store.ts';
import { type StockUse, shortUse } from '../items/stock.ts';
import { type LockedStock, lockStock } from '../items/stockOperations.ts';
import { addDays } from '../kernel/calendar.ts';
import { isAfter, isReached } from '../kernel/moments.ts';
import { readCustomerTerms } from '../orders/customerTermsReader.ts';
import type { OrderRecord } from '../orders/order.ts';
import { findOrders } from '../orders/store.ts';
import { loadTaxTerms } from '../orders/taxReader.ts';
import { noTaxRates } from '../orders/taxTerms.ts';
import type { MerchantPayments } from '../payments/payments.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { inHalves, mayBeOfRecord } from '../platform/storage/unreadable.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import { chargeKey, chargeSubject, type EarlierAttempt, type NewAttempt } from './attempt.ts';
import { loadCoupons } from './couponReader.ts';
import { decideInTurn, lockCredit, type Payment, storeCreditPayments } from './creditOperations.ts';
import { type Due, findDueOids, lockDue, lockDueAmong } from './dueStore.ts';
import { heldBack, released } from './held.ts';
import { rememberHeld } from './heldStore.ts';
import { settleFromOrder } from './keptOrderOperations.ts';
import { movedFrom } from './movedFrom.ts';
import { logsOf, type NotedAt, noteEvents } from './note.ts';
import type { OrderIds } from './orderIds.ts';
import { rememberParked } from './parkedStore.ts';
import { type Decision, type DecisionInput, decide, parkedSoldOut, usesOf } from './plan.ts';
import type { RebillPolicy } from './policy.ts';
import { findEarlierAttempts, startAttempts } from './store.ts';
import { parkUnreadable } from './unreadableOperations.ts';

/**
 * A charge that only this process may send until its lease ends, with the records from which it was
 * planned.
 */
export interface Claim {
  readonly attempt: NewAttempt;
  readonly autoOrder: AutoOrder;
  readonly original: OrderRecord;
  /** The store credit that the charge takes. */
  readonly payment?: Payment | undefined;
}

/** The result of a claim. */
export interface ClaimResult {
  readonly claims: readonly Claim[];
  /** The number of auto orders that were examined; 0 when nothing is due. */
  readonly examinedCount: number;
  readonly noticeCount: number;
  readonly parked: readonly { readonly autoOrderOid: number; readonly reason: string }[];
}

/** The dependencies of every claim of a merchant. */
export interface ClaimTerms {
  readonly policy: RebillPolicy;
  readonly payments: MerchantPayments;
  readonly orderIds: OrderIds;
  /** How long only this process may send the charges. */
  readonly leaseMs: number;
}

/**
 * The time of the claimed work. `now`: the context's moment. `due`: for each auto order the moment
 * when it became due, as a test clock plays it.
 */
export type ClaimMoment = 'now' | 'due';

/**
 * Claims a batch of auto orders due until then, in one transaction. Decides on each one, stores
 * changes that need no charge, and stores one row per charge that names the process which sends it.
 */
export async function claimDue(
  context: Context,
  until: Temporal.Instant,
  moment: ClaimMoment,
  terms: ClaimTerms,
): Promise<ClaimResult> {
  // Reserves as many order ids as may be needed: fixed blocks would leave gaps in the numbers.
  const { length } = await findDueOids(context.db, context.merchant.merchantId, until);
  if (length === 0) return noClaims;
  try {
    return await claimBatch(context, until, moment, terms, length);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    return claimInHalves(context, until, moment, terms);
  }
}

/**
 * Claims a batch that contains a bad record: claims the good records in smaller batches and parks
 * the bad ones.
 */
async function claimInHalves(
  context: Context,
  until: Temporal.Instant,
  moment: ClaimMoment,
  terms: ClaimTerms,
): Promise<ClaimResult> {
  const oids = await findDueOids(context.db, context.merchant.merchantId, until);
  const claimed = await inHalves(
    oids,
    async (some) => [await claimBatch(context, until, moment, terms, some)],
    async (autoOrderOid, error) => {
      const reason = await parkUnreadable(context, autoOrderOid, error);
      return [{ ...noClaims, examinedCount: 1, parked: [{ autoOrderOid, reason }] }];
    },
  );
  return {
    claims: claimed.flatMap(({ claims }) => claims),
    examinedCount: claimed.reduce((sum, { examinedCount }) => sum + examinedCount, 0),
    noticeCount: claimed.reduce((sum, { noticeCount }) => sum + noticeCount, 0),
    parked: claimed.flatMap(({ parked }) => parked),
  };
}

/**
 * Claims this number of auto orders, the longest due first, or those of the given ones that are
 * due.
 */
function claimBatch(
  context: Context,
  until: Temporal.Instant,
  moment: ClaimMoment,
  terms: ClaimTerms,
  which: number | readonly number[],
): Promise<ClaimResult> {
  const countMax = typeof which === 'number' ? which : which.length;
  return claimInTransaction(context, terms, countMax, async (context, orderIds) => {
    const { merchantId } = context.merchant;
    const due =
      typeof which === 'number'
        ? // What has become due since the first read is left to the next claim.
          (await lockDue(context.db, merchantId, until)).slice(0, countMax)
        : await lockDueAmong(context.db, merchantId, until, which);
    const at = (each: Due) => (moment === 'due' ? each.dueAt : context.now);
    return claimLocked(
      context,
      due.map((each) => ({ ...each, dueAt: at(each) })),
      { ...terms, ids: orderIds.values(), isForced: false },
    );
  });
}

/** The options for claiming a single auto order. */
export interface ClaimNowRequest {
  /** Rebills even if nothing is due and even if the next attempt is later. */
  readonly isForced: boolean;
  /**
   * Runs first in the same transaction, with the auto order locked, so that no other claim comes in
   * between. It changes the record or throws a refusal. Every check that decides on the charge
   * belongs here, because values read before the lock may be outdated.
   */
  readonly beforehand?: (context: Context) => Promise<void>;
}

/** Claims one auto order for the context's moment. */
export async function claimNow(
  context: Context,
  autoOrderOid: number,
  request: ClaimNowRequest,
  terms: ClaimTerms,
): Promise<ClaimResult> {
  try {
    return await claimOne(context, autoOrderOid, request, terms);
  } catch (error) {
    if (!mayBeOfRecord(error)) throw error;
    const reason = await parkUnreadable(context, autoOrderOid, error);
    return { ...noClaims, examinedCount: 1, parked: [{ autoOrderOid, reason }] };
  }
}

function claimOne(
  context: Context,
  autoOrderOid: number,
  { isForced, beforehand }: ClaimNowRequest,
  terms: ClaimTerms,
): Promise<ClaimResult> {
  return claimInTransaction(context, terms, 1, async (context, orderIds) => {
    await lockVersions(context.db, context.merchant.merchantId, [autoOrderOid]);
    await beforehand?.(context);
    return claimLocked(context, [{ autoOrderOid, dueAt: context.now }], {
      ...terms,
      ids: orderIds.values(),
      isForced,
    });
  });
}

async function claimInTransaction(
  context: Context,
  { orderIds }: ClaimTerms,
  countMax: number,
  work: (context: Context, orderIds: readonly string[]) => Promise<ClaimResult>,
): Promise<ClaimResult> {
  const reserved = await orderIds.reserve(countMax);
  const claimed = await inTransaction(context, (context) => work(context, reserved));
  orderIds.use(claimed.claims.length);
  return claimed;
}

/** The terms of one claim: the source of its order ids, and whether a person requested it. */
type LockedTerms = ClaimTerms & { readonly ids: Iterator<string>; readonly isForced: boolean };

/** The result when nothing is due. */
export const noClaims: ClaimResult = { claims: [], examinedCount: 0, noticeCount: 0, parked: [] };

async function claimLocked(
  context: Context,
  due: readonly Due[],
  terms: LockedTerms,
): Promise<ClaimResult> {
  if (due.length === 0) return noClaims;
  context = await inCurrentZone(context);
  const candidates = await loadCandidates(context, due, terms);
  const free = await withoutSettled(context, await withoutInFlight(context, candidates));
  const decided = await withStock(
    context,
    decideInTurn(free, (each) => decideOrHold(each, terms)),
    (each) => decideOrHold(each, terms),
  );
  const zone = context.merchant.timeZone;
  const claims = decided.flatMap((each) => claimOf(each, terms, zone));
  await startAttempts(
    context.db,
    context.merchant.merchantId,
    claims.map((claim) => claim.attempt),
    terms.leaseMs,
  );
  await storeCreditPayments(context, claims);
  await saveDecisions(context, decided, terms.policy);
  return {
    claims,
    examinedCount: due.length,
    noticeCount: decided
      .flatMap(({ decision }) => decision.notes)
      .filter((note) => note.event?.name === 'auto_order_preshipment').length,
    parked: decided.flatMap(({ autoOrder, decision }) =>
      decision.kind === 'park'
        ? [{ autoOrderOid: autoOrder.autoOrderOid, reason: decision.reason }]
        : [],
    ),
  };
}

/**
 * Takes the stock of the planned charges under one lock for the batch. Of two rebills for the last
 * piece, the first takes it, and the second is decided again with the remaining stock. Needs no
 * query if no item is counted.
 */
async function withStock(
  context: Context,
  decided: readonly DecidedCandidate[],
  decideAgain: (candidate: DecisionInput) => Decision,
): Promise<readonly DecidedCandidate[]> {
  const uses = decided.map(({ decision, catalog }) =>
    decision.kind === 'charge' ? usesOf(decision.charge.order, catalog) : [],
  );
  if (uses.every((each) => each.length === 0)) return decided;
  const stock = await lockStock(context, uses.flat());
  const settled = decided.map((each, index): DecidedCandidate => {
    const { decision } = each;
    const needed = uses[index] ?? [];
    if (decision.kind !== 'charge' || needed.length === 0) return each;
    const short = shortUse(needed, (use) => stock.left(use));
    if (short === undefined) return { ...each, decision: taking(stock, decision, needed) };
    // Its store credit was shared out together with the others, so it is decided in the next batch.
    if (each.payment !== undefined) return { ...each, decision: parkedSoldOut(each, short) };
    const again = decideAgain({ ...each, catalog: withLeft(each.catalog, stock) });
    if (again.kind !== 'charge') return { ...each, decision: again };
    const less = usesOf(again.charge.order, each.catalog);
    return { ...each, decision: taking(stock, again, less) };
  });
  await stock.save();
  return settled;
}

/** Returns the decision to charge, with the stock that it took. */
function taking(
  stock: LockedStock,
  decision: Extract<Decision, { kind: 'charge' }>,
  uses: readonly StockUse[],
): Decision {
  if (uses.length === 0) return decision;
  stock.take(uses);
  return { ...decision, charge: { ...decision.charge, stock: uses } };
}

/** Returns the catalogue with the remaining quantities of the locked stock. */
const withLeft =
  (catalog: Catalog, stock: LockedStock): Catalog =>
  (itemId) => {
    const item = catalog(itemId);
    if (item?.stock === undefined) return item;
    const left = stock.left({ itemId, itemOid: item.itemOid, quantity: 0 });
    return left === undefined ? item : { ...item, stock: left };
  };

/** Returns the decision by the rules; holds back a charge that must not be made now. */
function decideOrHold(candidate: DecisionInput, { payments }: LockedTerms): Decision {
  const decision = decide(candidate);
  // An order that costs nothing needs no gateway.
  if (decision.kind !== 'charge' || decision.charge.card === undefined)
    return released(candidate, decision);
  const obstacle = payments.obstacle(chargedByOf(candidate, decision.charge.card?.token));
  return obstacle === undefined
    ? released(candidate, decision)
    : heldBack(candidate, decision, obstacle);
}

function chargedByOf({ autoOrder }: DecisionInput, cardToken: string | undefined) {
  const kind =
    cardToken === undefined ? undefined : kindThatCharged(autoOrder.chargedBy, cardToken);
  return gatewayKinds.find((each) => each === kind);
}

/** A due auto order, with the facts about its rebill from earlier attempts. */
type Candidate = DecisionInput & {
  readonly earlier: EarlierAttempt | undefined;
  /** The order of this rebill, if it was captured before a restore. */
  readonly restoredOrderId: string | undefined;
};

type DecidedCandidate = Candidate & { readonly decision: Decision; readonly payment?: Payment };

/**
 * A charge in flight belongs to the process that settles it. The row cannot be `paid` here, because
 * its settlement counted the rebill.
 */
const isInFlight = (earlier: EarlierAttempt | undefined): boolean =>
  earlier?.state === 'charging' || earlier?.state === 'unknown';

/**
 * Returns the candidates without a charge in flight. When such a charge of a declined rebill's
 * order is settled, it sets the due mark again (orders/processPaymentOperations.ts).
 */
async function withoutInFlight(
  { db, merchant }: Context,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const [charging, others] = partition(candidates, ({ kept }) => kept?.order.charging === true);
  await takeDueMarks(
    db,
    merchant.merchantId,
    charging.map(({ autoOrder }) => autoOrder.autoOrderOid),
  );
  return others.filter(({ earlier }) => !isInFlight(earlier));
}

/**
 * Returns the candidates that still need a decision. If staff paid or rejected the order of a
 * declined rebill, this settles the rebill, which is then never charged. Usually it is settled when
 * staff do this; the code here settles orders that were paid or rejected before the server
 * supported it.
 */
async function withoutSettled(
  context: Context,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const open: Candidate[] = [];
  for (const each of candidates) {
    const { kept, autoOrder } = each;
    const key = { autoOrderOid: autoOrder.autoOrderOid, rebillNumber: autoOrder.rebillCount + 1 };
    const isSettled = kept !== undefined && (await settleFromOrder(context, key, kept.order));
    if (!isSettled) open.push(each);
  }
  return open;
}

async function loadCandidates(
  context: Context,
  due: readonly Due[],
  { policy, isForced, payments }: LockedTerms,
): Promise<Candidate[]> {
  const {
    db,
    merchant: { merchantId, timeZone: zone },
  } = context;
  const autoOrders = await loadAutoOrders(
    db,
    merchantId,
    due.map((each) => each.autoOrderOid),
  );
  const earlier = await findEarlierAttempts(
    db,
    merchantId,
    autoOrders.map((each) => ({
      autoOrderOid: each.autoOrderOid,
      rebillNumber: each.rebillCount + 1,
    })),
  );
  const subjectOf = ({ autoOrderOid, rebillCount }: AutoOrder) =>
    chargeSubject(merchantId, { autoOrderOid, rebillNumber: rebillCount + 1 });
  const restored = await payments.restoredCharges?.(db, autoOrders.map(subjectOf));
  const orders = await findOrders(db, merchantId, [
    ...autoOrders.map((each) => each.originalOrderId),
    ...[...earlier.values()].map((each) => each.orderId),
  ]);
  const catalog = await loadCatalog(db, merchantId, autoOrders);
  const orderOf = new Map(orders.map((order) => [order.orderId, order]));
  const termsOf = await readCustomerTerms(context, orders, { agreed: true });
  const coupons = await loadCoupons(context, orders, termsOf);
  const taxOf = await loadTaxTerms(db, context.merchant, orders, termsOf);
  const creditOf = await lockCredit(context, orders);
  const dueAtOf = new Map(due.map((each) => [each.autoOrderOid, each.dueAt]));
  return autoOrders.map((autoOrder) => {
    const before = earlier.get(autoOrder.autoOrderOid);
    const order = before && orderOf.get(before.orderId);
    const original = orderOf.get(autoOrder.originalOrderId);
    return {
      autoOrder,
      original,
      terms: termsOf(original),
      credit: creditOf(original),
      tax: original === undefined ? noTaxRates : taxOf(original),
      catalog,
      coupons,
      policy,
      zone,
      isForced,
      earlier: before,
      restoredOrderId: restored?.get(subjectOf(autoOrder))?.orderId || undefined,
      at: dueAtOf.get(autoOrder.autoOrderOid) ?? context.now,
      firstDeclinedAt: before?.firstDeclinedAt,
      kept: order && { order, editedFields: before.editedFields },
    };
  });
}

function claimOf(
  candidate: DecidedCandidate,
  { ids, payments }: LockedTerms,
  zone: string,
): Claim[] {
  const { decision, original, earlier, at, autoOrder: before, payment } = candidate;
  if (decision.kind !== 'charge' || original === undefined) return [];
  const { autoOrder, charge } = decision;
  const key = {
    autoOrderOid: autoOrder.autoOrderOid,
    rebillNumber: autoOrder.rebillCount + 1,
    attempt: (earlier?.attempt ?? 0) + 1,
    epoch: payments.epoch,
  };
  const route =
    charge.card === undefined
      ? []
      : payments.route(chargeKey(autoOrder.merchantId, key), {
          pinnedCode: autoOrder.rotatingTransactionGatewayCode,
          chargedBy: chargedByOf(candidate, charge.card?.token),
        });
  const attempt: NewAttempt = {
    ...key,
    at,
    // A charge that was captured before a restore keeps the order id that customers and webhook
    // receivers have.
    orderId: earlier?.orderId ?? candidate.restoredOrderId ?? ids.next().value,
    route,
    charge,
    movedFrom: movedFrom(autoOrder, charge.order.lines, zone),
  };
  // Storing the changes of the decision increases the version by one.
  const version = autoOrder === before ? autoOrder.version : autoOrder.version + 1;
  return [{ attempt, autoOrder: { ...autoOrder, version }, original, payment }];
}

async function saveDecisions(
  context: Context,
  decided: readonly DecidedCandidate[],
  { missedShipments }: RebillPolicy,
): Promise<void> {
  const {
    db,
    merchant: { merchantId, timeZone: zone },
  } = context;
  const [moved, unmoved] = partition(
    decided,
    ({ autoOrder, decision }) => decision.autoOrder !== autoOrder,
  );
  const waiting = unmoved.filter(({ decision }) => decision.kind !== 'charge');
  const [later, never] = partition(waiting, (each) => nextDueAt(each) !== undefined);
  const rebilled = moved.map((each): Rebilled => {
    const { autoOrder, calculated } = calculate(each.decision.autoOrder, each.catalog, {
      now: each.at,
      zone,
      missedShipments,
    });
    return { autoOrder, at: each.at, calculated: { ...calculated, dueAt: nextDueAt(each) } };
  });
  if (rebilled.length > 0) await saveRebilled(db, merchantId, context.now, rebilled);
  await takeDueMarks(
    db,
    merchantId,
    never.map(({ autoOrder }) => autoOrder.autoOrderOid),
  );
  await putOff(
    db,
    merchantId,
    later.map(({ autoOrder }) => autoOrder.autoOrderOid),
    later.map((each) => nextDueAt(each)!),
  );
  await rememberWaits(context, decided);
  const noted = decided.map(
    ({ autoOrder, at, decision }): NotedAt => ({
      autoOrderOid: autoOrder.autoOrderOid,
      at,
      notes: [
        ...decision.notes,
        ...(decision.kind === 'charge' ? (decision.chargeNotes ?? []) : []),
      ],
    }),
  );
  await appendLogs(db, merchantId, context.now, logsOf(noted));
  await context.events.emit(context, noteEvents(noted));
}

/** Stores the catalogue item or the gateway that parked auto orders wait for. */
async function rememberWaits(
  { db, merchant: { merchantId } }: Context,
  decided: readonly DecidedCandidate[],
): Promise<void> {
  await rememberParked(
    db,
    merchantId,
    decided.flatMap(({ autoOrder: { autoOrderOid }, decision }) =>
      decision.kind === 'park' && decision.itemId !== undefined
        ? [{ autoOrderOid, itemId: decision.itemId }]
        : [],
    ),
  );
  await rememberHeld(
    db,
    merchantId,
    decided.flatMap(({ autoOrder: { autoOrderOid }, decision }) =>
      decision.kind === 'park' && decision.waitsFor !== undefined
        ? [{ autoOrderOid, waitsFor: decision.waitsFor }]
        : [],
    ),
  );
}

/**
 * When an auto order is due again after a decision: not before its charge is settled, and never
 * immediately, even if its record says so.
 */
function nextDueAt({ decision, at, zone }: DecidedCandidate): Temporal.Instant | undefined {
  if (decision.kind === 'charge') return undefined;
  const next = dueAt(decision.autoOrder);
  if (decision.kind === 'park') {
    if (decision.autoOrder.status !== 'active') return undefined;
    // A person who requests a rebill before it is due does not bring its date forward.
    const isLater = next && isAfter(next, decision.until);
    return isLater ? next : decision.until;
  }
  return next !== undefined && isReached(next, at) ? addDays(at, 1, zone) : next;
}

function partition<Element>(
  elements: readonly Element[],
  is: (element: Element) => boolean,
): [Element[], Element[]] {
  const [yes, no]: [Element[], Element[]] = [[], []];
  for (const element of elements) (is(element) ? yes : no).push(element);
  return [yes, no];
}
