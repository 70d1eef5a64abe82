import type { FieldFault } from '../kernel/fieldFault.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context } from '../platform/context.ts';
import { inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import type { AutoOrder } from './autoOrder.ts';
import { calculate } from './calculated.ts';
import { loadCatalog } from './catalogReader.ts';
import { changesBetween } from './changeWords.ts';
import { completed, eventsOf } from './edit.ts';
import type { EditRules } from './editItem.ts';
import { isParked } from './parking.ts';
import { noAutoOrder } from './readOperations.ts';
import { editRules, scheduleRules } from './rules.ts';
import type { Catalog } from './steps.ts';
import { appendLogs, lockAutoOrders, saveAutoOrders } from './store.ts';

/** A change of one auto order. */
export interface Change {
  /** Names the change in the history, such as `Paused`. */
  readonly title: string;
  /** The record after it, or why not. Asked with the lock held; the context is the transaction's. */
  readonly edit: (
    autoOrder: AutoOrder,
    rules: EditRules,
    context: Context,
  ) => Outcome<AutoOrder, FieldFault> | Promise<Outcome<AutoOrder, FieldFault>>;
  /** Items of the catalogue that the change names and the record does not. */
  readonly itemIds?: readonly string[];
  /** The version that the client has seen, if it cares. */
  readonly ifMatch?: number | undefined;
  /** More to do in the same transaction, after the auto order was locked and the change accepted; answers what else changed, for the history. */
  readonly beside?:
    | ((context: Context, autoOrder: AutoOrder) => Promise<readonly string[]>)
    | undefined;
}

/** Changes one auto order in one transaction: locks it, asks the rules, writes, logs and tells. Refuses when it is not there or the rules say no. */
export function changeAutoOrder(context: Context, oid: number, change: Change): Promise<void> {
  return inTransaction(context, async (tx) => {
    const [current] = await lockAutoOrders(tx.db, tx.merchant.merchantId, [oid]);
    const context = await inCurrentZone(tx);
    if (current === undefined) return noAutoOrder({ oid });
    refuseStale(current, change.ifMatch);
    const catalog = await loadCatalog(
      context.db,
      context.merchant.merchantId,
      [current],
      change.itemIds,
    );
    const edited = await change.edit(current, editRules(context, catalog), context);
    if (!edited.ok) return refuse('invalid_field', edited.reason, { objectId: String(oid) });
    const beside = await change.beside?.(context, current);
    await saveChanges(context, catalog, [
      { before: current, after: edited.value, title: change.title, beside },
    ]);
  });
}

/** Refuses a client that has seen another version than the present one, if it named one. */
export function refuseStale(current: AutoOrder, ifMatch: number | undefined): void {
  if (ifMatch !== undefined && ifMatch !== current.version)
    refuse('precondition_failed', {}, { objectId: String(current.autoOrderOid) });
}

/** A parked record as a change leaves it: whether it can be billed now is for the engine's next look. */
function unparked(autoOrder: AutoOrder): AutoOrder {
  if (!isParked(autoOrder.failureReason)) return autoOrder;
  const { failureReason: _, ...rest } = autoOrder;
  return rest;
}

/** A record before and after, and what to call it in its history. */
export interface Changed {
  readonly before: AutoOrder;
  readonly after: AutoOrder;
  readonly title: string;
  /** What else changed with it, outside the record. */
  readonly beside?: readonly string[] | undefined;
}

/**
 * Writes changed records that the caller has locked, with a line of history and the events of each. Those where nothing differs are left alone: no
 * version, no event. Where nothing is left to ship, the auto order completes.
 */
export async function saveChanges(
  context: Context,
  catalog: Catalog,
  changed: readonly Changed[],
): Promise<void> {
  const { merchantId, timeZone, currency } = context.merchant;
  const rules = editRules(context, catalog);
  const written = changed
    .map((each) => ({ ...each, after: unparked(completed(each.after, rules)) }))
    .map((each) => ({
      ...each,
      changes: [
        ...changesBetween(each.before, each.after, { zone: timeZone, currency }),
        ...(each.beside ?? []),
      ],
    }))
    .filter(({ changes }) => changes.length > 0);
  if (written.length === 0) return;
  await saveAutoOrders(
    context.db,
    merchantId,
    context.now,
    written.map(({ after }) => calculate(after, catalog, scheduleRules(context))),
  );
  await appendLogs(
    context.db,
    merchantId,
    context.now,
    written.map(({ after, title, changes }) => ({
      autoOrderOid: after.autoOrderOid,
      message: `${title} by ${context.actor.name}: ${changes.join('; ')}`,
    })),
  );
  await context.events.emit(
    context,
    written.flatMap(({ before, after }) =>
      eventsOf(before, after, context.now).map((name) => ({
        name,
        objectType: 'auto order' as const,
        objectId: String(after.autoOrderOid),
        ...(isParked(before.failureReason) && { data: { reason: 'unparked' } }),
      })),
    ),
  );
}
