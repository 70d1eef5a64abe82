import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { OrderRecord } from '../orders/order.ts';
import { findOrders } from '../orders/store.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import type { AutoOrder } from './autoOrder.ts';
import { loadCatalog } from './catalogReader.ts';
import { refuseStale, saveChanges } from './changeOperations.ts';
import { type MergeRules, mergeFault, type OpenRebill, type OriginalLines } from './mergeFault.ts';
import { mergedTarget } from './merging.ts';
import { noAutoOrder } from './readOperations.ts';
import { scheduleRules } from './rules.ts';
import { lockAutoOrders } from './store.ts';

/**
 * Returns which of these auto orders have a rebill that is not settled. The rebill feature provides
 * it.
 */
export type ReadOpenRebills = (
  context: Context,
  oids: readonly number[],
) => Promise<ReadonlyMap<number, OpenRebill>>;

/**
 * Returns the codes of the coupons that rebills of these original orders use, by order id. The
 * rebill feature provides it.
 */
export type ReadRebillCoupons = (
  context: Context,
  originals: readonly OrderRecord[],
) => Promise<ReadonlyMap<string, readonly string[]>>;

/**
 * Returns what the lines of original orders say about their rebills, by order id. The rebill
 * feature provides it.
 */
export type ReadOriginalLines = (
  context: Context,
  originals: readonly OrderRecord[],
) => Promise<ReadonlyMap<string, OriginalLines>>;

const noLines: OriginalLines = new Map();

/** The functions of the rebill feature that a merge needs. */
export interface MergeReaders {
  readonly readOpenRebills: ReadOpenRebills;
  readonly readRebillCoupons: ReadRebillCoupons;
  readonly readOriginalLines: ReadOriginalLines;
}

/** The request to merge, and the function that finds rebills that are not settled. */
export interface MergeRequest extends MergeReaders {
  readonly sourceOids: readonly number[] | null | undefined;
  readonly ifMatch?: number | undefined;
}

/**
 * Merges auto orders into one (current API, consolidateAutoOrders). Their items, with all related
 * records, move to the target, and the sources get the status `merged`. The request is refused if
 * something cannot move. Orders stay where they are. All auto orders must belong to one customer:
 * the same profile, or the same email on the original orders.
 */
export function consolidateAutoOrders(
  context: Context,
  targetOid: number,
  { sourceOids: given, ifMatch, ...readers }: MergeRequest,
): Promise<void> {
  const sourceOids = distinctSources(targetOid, given ?? []);
  return inTransaction(context, async (tx) => {
    const { merchantId } = tx.merchant;
    const oids = [targetOid, ...sourceOids];
    const all = await lockAutoOrders(tx.db, merchantId, oids);
    const context = await inCurrentZone(tx);
    const find = (oid: number): AutoOrder | undefined =>
      all.find(({ autoOrderOid }) => autoOrderOid === oid);
    const target = find(targetOid) ?? noAutoOrder({ oid: targetOid });
    refuseStale(target, ifMatch);
    const sources = sourceOids.map(
      (oid) => find(oid) ?? refuseSource(oid, 'does not exist', 'Send oids of auto orders'),
    );
    refuseStopped(target, sources);
    const originals = await findOrders(
      context.db,
      merchantId,
      all.map(({ originalOrderId }) => originalOrderId),
    );
    refuseStrangers(originals, target, sources);
    const catalog = await loadCatalog(context.db, merchantId, all);
    const open = await readers.readOpenRebills(context, oids);
    const byOrder = await readers.readRebillCoupons(context, originals);
    const coupons = new Map(
      all.map((each) => [each.autoOrderOid, byOrder.get(each.originalOrderId) ?? []]),
    );
    const linesOf = await readers.readOriginalLines(context, originals);
    const lines = new Map(
      all.map((each) => [each.autoOrderOid, linesOf.get(each.originalOrderId) ?? noLines]),
    );
    refuseFault(target, sources, { ...scheduleRules(context), catalog, open, coupons, lines });
    await saveChanges(context, catalog, [
      ...sources.map((before) => ({
        before,
        after: merged(before, target, context),
        title: `Merged into ${targetOid}`,
      })),
      {
        before: target,
        after: mergedTarget(target, sources, context.now),
        title: `Consolidated with ${sourceOids.join(', ')}`,
      },
    ]);
  });
}

function distinctSources(targetOid: number, given: readonly number[]): readonly number[] {
  const sourceOids = [...new Set(given)];
  if (sourceOids.length === 0) refuse('missing_field', { field: 'source_auto_order_oids' });
  if (sourceOids.length > sourcesMax)
    refuse('too_many_elements', { field: 'source_auto_order_oids', max: sourcesMax });
  if (sourceOids.includes(targetOid))
    refuseSource(targetOid, 'is the target of the merge', 'Leave it out');
  return sourceOids;
}

const sourcesMax = 200;

function merged(source: AutoOrder, target: AutoOrder, { now }: Context): AutoOrder {
  return {
    ...source,
    status: 'merged',
    enabled: false,
    mergedAt: now,
    mergedIntoAutoOrderOid: target.autoOrderOid,
    nextAttemptAt: undefined,
    cancelAfterNextXOrders: undefined,
    addOns: [],
    properties: [],
    items: [],
  };
}

function refuseFault(target: AutoOrder, sources: readonly AutoOrder[], rules: MergeRules): void {
  const fault = mergeFault(target, sources, rules);
  if (fault === undefined) return;
  const { oid, reason, fix } = fault;
  if (oid !== target.autoOrderOid) refuseSource(oid, reason, fix);
  refuse(
    'state_conflict',
    { reason: `Auto order ${oid} ${reason}`, fix },
    { objectId: String(oid) },
  );
}

// The target would bill items of a stopped source again, and the customer has not agreed to that.
function refuseStopped(target: AutoOrder, sources: readonly AutoOrder[]): void {
  if (target.status !== 'active') {
    refuse('state_conflict', {
      reason: `Auto order ${target.autoOrderOid} is ${target.status}`,
      fix: 'Merge into an active auto order, or enable it first',
    });
  }
  const stopped = sources.find(({ status }) => status !== 'active');
  if (stopped)
    refuseSource(stopped.autoOrderOid, `is ${stopped.status}`, 'Leave it out, or enable it first');
}

function refuseStrangers(
  orders: readonly OrderRecord[],
  target: AutoOrder,
  sources: readonly AutoOrder[],
): void {
  const orderOf = (autoOrder: AutoOrder) =>
    orders.find(({ orderId }) => orderId === autoOrder.originalOrderId);
  const stranger = sources.find((source) => !isSameCustomer(orderOf(source), orderOf(target)));
  if (stranger)
    refuseSource(
      stranger.autoOrderOid,
      'belongs to another customer',
      'Merge auto orders of one customer profile or one email',
    );
}

/** Whether two orders have the same customer profile, or the same billing email. */
export function isSameCustomer(
  one: OrderRecord | undefined,
  other: OrderRecord | undefined,
): boolean {
  if (one === undefined || other === undefined) return false;
  if (one.customerProfileOid !== undefined && one.customerProfileOid === other.customerProfileOid)
    return true;
  const [email, otherEmail] = [emailOf(one), emailOf(other)];
  return email !== undefined && email === otherEmail;
}

const emailOf = ({ document }: OrderRecord): string | undefined =>
  foldTrimmed(document.billing?.email ?? '') || undefined;

function refuseSource(oid: number, reason: string, fix: string): never {
  return refuse(
    'invalid_field',
    { field: 'source_auto_order_oids', reason: `names ${oid}, which ${reason}`, fix },
    { objectId: String(oid) },
  );
}
