import type { Currency } from '@perennial/contract/common.ts';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { loadCatalog } from '../autoOrders/catalogReader.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { findAutomaticNotes } from '../customers/store.ts';
import { readCustomerTerms } from '../orders/customerTermsReader.ts';
import type { OrderRecord } from '../orders/order.ts';
import { findOrders } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import type { AnsweredAttempt } from './answeredAttempt.ts';
import type { OpenAttempt } from './attempt.ts';
import { type Settlement, settlementOf } from './chargeSettlement.ts';
import type { RebillPolicy } from './policy.ts';

/** The rows that were read after their auto orders were locked, by auto order oid. */
export interface LockedRows {
  readonly versions: ReadonlyMap<number, number>;
  /** The attempts that are still to be settled. */
  readonly inFlight: ReadonlyMap<number, OpenAttempt>;
}

/** Reads the records that the settlements of a batch depend on, and creates the settlements. */
export async function planSettlements(
  context: Context,
  answered: readonly AnsweredAttempt[],
  { versions, inFlight }: LockedRows,
  policy: RebillPolicy,
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
  const approves = await readApprovals(context, answered, originals);
  const wrote = new Map<string, Currency>();
  const { now } = context;
  const read = { autoOrders, originals, kept, notes, approves, inFlight, catalog };
  const sources = { ...read, policy, zone, now, wrote };
  return answered.map((each) => settlementOf(each, sources));
}

/**
 * Reads whose purchase orders are approved automatically: by the profile, or by one of its pricing
 * tiers.
 */
async function readApprovals(
  context: Context,
  answered: readonly AnsweredAttempt[],
  originals: ReadonlyMap<string, OrderRecord>,
): Promise<(original: OrderRecord) => boolean> {
  if (!answered.some(({ attempt }) => attempt.charge.isInvoice)) return () => false;
  const termsOf = await readCustomerTerms(context, [...originals.values()], { agreed: false });
  return (original) =>
    original.document.payment?.payment_method === 'Purchase Order' &&
    termsOf(original).approvesPurchaseOrders;
}

/**
 * Returns the records of the plans that have not changed since, and reads the others again. The
 * caller has locked all of them.
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
