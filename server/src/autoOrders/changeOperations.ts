import type { FieldFault } from '../kernel/fieldFault.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import type { AutoOrder } from './autoOrder.ts';
import { calculate } from './calculated.ts';
import { loadCatalog } from './catalogReader.ts';
import { changesBetween, changeWords, type FieldChange } from './changeWords.ts';
import { completed, editEvents } from './edit.ts';
import type { EditRules } from './editItem.ts';
import { paced } from './pacing.ts';
import { isParked } from './parking.ts';
import { noAutoOrder } from './readOperations.ts';
import { editRules, scheduleRules } from './rules.ts';
import { afterParking, type Catalog } from './steps.ts';
import { appendChangeLogs, type ChangeActor, lockAutoOrders, saveAutoOrders } from './store.ts';

/** The change that {@link changeAutoOrder} makes to one auto order. */
export interface Change {
  /** The title of the change in the history, such as `Paused`. */
  readonly title: string;
  /**
   * Returns the changed record, or the reason why it cannot change. It is called in the
   * transaction, with its context, while the record is locked.
   */
  readonly edit: (
    autoOrder: AutoOrder,
    rules: EditRules,
    context: Context,
  ) => Outcome<AutoOrder, FieldFault> | Promise<Outcome<AutoOrder, FieldFault>>;
  /** Catalogue items that the change names, in addition to those of the record. */
  readonly itemIds?: readonly string[];
  /** The version that the client read, if it sent `If-Match`. */
  readonly ifMatch?: number | undefined;
  /**
   * Makes further changes in the same transaction, after the record was locked and the change
   * accepted. Returns them for the history.
   */
  readonly alsoChange?:
    | ((context: Context, autoOrder: AutoOrder) => Promise<readonly FieldChange[]>)
    | undefined;
}

/**
 * Changes one auto order in one transaction: locks it, applies the rules, writes it, logs the
 * change and emits its events. Refuses when the auto order does not exist or the rules reject the
 * change.
 */
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
    const alsoChange = await change.alsoChange?.(context, current);
    await saveChanges(context, catalog, [
      { before: current, after: edited.value, title: change.title, alsoChange },
    ]);
  });
}

/** Refuses a client that names a version other than the current one. */
export function refuseStale(current: AutoOrder, ifMatch: number | undefined): void {
  refuseOtherVersion(current.version, ifMatch, String(current.autoOrderOid));
}

/**
 * Returns the record without its mark as parked, because the engine decides again whether it can be
 * billed. Shipments that fell due meanwhile are missed.
 */
function unparked(autoOrder: AutoOrder, rules: EditRules): AutoOrder {
  if (!isParked(autoOrder.failureReason)) return autoOrder;
  const { failureReason: _, ...rest } = autoOrder;
  return { ...rest, items: afterParking(rest.items, rules.catalog, rules) };
}

/**
 * Returns a changed record as it is stored: completed if no shipments are left, not parked, and
 * with at most one missed shipment a day.
 */
export const asStored = (autoOrder: AutoOrder, rules: EditRules): AutoOrder =>
  paced(unparked(completed(autoOrder, rules), rules), rules);

/** A record before and after a change, and the title of the change in the history. */
export interface Changed {
  readonly before: AutoOrder;
  readonly after: AutoOrder;
  readonly title: string;
  /** Other changes that were made along with the record, for the history. */
  readonly alsoChange?: readonly FieldChange[] | undefined;
}

/**
 * Writes changed records that the caller has locked, and adds a line of history and the events of
 * each. Skips records that do not differ: they get no new version and no event. An auto order with
 * nothing left to ship completes.
 */
export async function saveChanges(
  context: Context,
  catalog: Catalog,
  changed: readonly Changed[],
): Promise<void> {
  const { merchantId, timeZone, currency } = context.merchant;
  const rules = editRules(context, catalog);
  const written = changed
    .map((each) => ({ ...each, after: asStored(each.after, rules) }))
    .map((each) => ({
      ...each,
      changes: [
        ...changesBetween(each.before, each.after, { zone: timeZone, currency }),
        ...(each.alsoChange ?? []),
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
  await appendChangeLogs(
    context.db,
    merchantId,
    context.now,
    written.map(({ after, title, changes }) => ({
      autoOrderOid: after.autoOrderOid,
      message: `${title} by ${context.actor.name}: ${changes.map(changeWords).join('; ')}`,
      actor: actorOf(context),
      changes,
    })),
  );
  await context.events.emit(
    context,
    written.flatMap(({ before, after }) =>
      editEvents(before, after, context.now).map((name) => ({
        name,
        objectType: 'auto order' as const,
        objectId: String(after.autoOrderOid),
        ...(isParked(before.failureReason) && { data: { reason: 'unparked' } }),
      })),
    ),
  );
}

/** The actor of the change, as the history stores it. */
const actorOf = ({ actor: { kind, name, userId, address } }: Context): ChangeActor => ({
  kind,
  name,
  user_id: userId,
  address,
});
