import type {
  AutoOrderItemCancelRequest,
  AutoOrder as WireAutoOrder,
} from '@perennial/contract/autoOrder.ts';
import type {
  AutoOrderAddonItem,
  AutoOrderProperty,
  AutoOrderItem as WireItem,
} from '@perennial/contract/autoOrderItem.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { ChargedCard } from '../orders/charge.ts';
import type { NewCardParts } from '../orders/newCardOperations.ts';
import type { Context } from '../platform/context.ts';
import { withoutEffectWords } from '../platform/http/ignoredFields.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { asksForBilled, type ReadBilled } from './billed.ts';
import { cancelItem, isItem } from './cancelItem.ts';
import { monthsForItems } from './cardValidity.ts';
import { changeAutoOrder } from './changeOperations.ts';
import { editAutoOrder, paused } from './edit.ts';
import { countNewItems, type EditRules, editAddOns, itemIdsNamed, properties } from './editItem.ts';
import { FieldReader } from './fieldReader.ts';
import { ignoredFields } from './ignoredInput.ts';
import { missedWords } from './missed.ts';
import { openingsOf } from './opening.ts';
import { addOpenings } from './openingStore.ts';
import { askOriginalCard, changeOriginalOrder } from './originalOrderOperations.ts';
import { paced } from './pacing.ts';
import { type GatewayCodesOf, unknownPinWords } from './pinnedGateway.ts';
import { checkPurchase } from './purchaseReader.ts';
import { oidOf } from './readOperations.ts';
import { withoutStaleAddOns } from './staleAddOns.ts';
import { withoutStale } from './staleForm.ts';
import type { FormRules } from './staleSieve.ts';

/** The functions of other features that an update needs. */
export interface UpdateReaders {
  readonly readBilled: ReadBilled;
  readonly gatewayCodesOf: GatewayCodesOf;
}

/** The inputs of an update besides its body. */
export interface UpdateOptions extends UpdateReaders {
  /** Receives sentences about the charges for shipments that the update turned into missed ones. */
  readonly onMissed?: (words: readonly string[]) => void;
  /** Receives sentences about fields that had no effect. */
  readonly onIgnored?: (words: readonly string[]) => void;
  /** The version that the client read, if it sent `If-Match`. */
  readonly ifMatch?: number | undefined;
  /**
   * Queries the gateway about a new card of the original order. Absent: the caller has already done
   * so.
   */
  readonly newCards?: NewCardParts | undefined;
  /** The facts about that card that the caller already has. */
  readonly askedCard?: ChargedCard | undefined;
  /** False skips the validation of a given original order (`validate_original_order=No`). */
  readonly validatesOriginalOrder: boolean;
}

/**
 * Updates an auto order, and its original order if the body holds one: both or neither. Returns the
 * names of the fields that were stale and were not changed.
 */
export async function updateAutoOrder(
  context: Context,
  oid: number,
  body: WireAutoOrder,
  options: UpdateOptions,
): Promise<readonly string[]> {
  const newOids = await takeItemOids(context, body.items);
  const original = body.original_order ?? undefined;
  const facts = options.newCards
    ? await askOriginalCard(context, oid, original, options.newCards)
    : options.askedCard;
  let left: readonly string[] = [];
  let monthsMin = 0;
  await changeAutoOrder(context, oid, {
    title: 'Updated',
    ifMatch: options.ifMatch,
    itemIds: itemIdsOfUpdate(body),
    edit: async (autoOrder, rules, context) => {
      const decided = await decideUpdate(context, autoOrder, rules, { body, newOids, options });
      left = decided.left;
      options.onMissed?.(decided.missed);
      options.onIgnored?.(decided.ignored);
      if (decided.edited.ok) {
        await keepOpenings(context, autoOrder, decided.edited.value);
        monthsMin = monthsForItems(decided.edited.value, rules.catalog);
      }
      return decided.edited;
    },
    alsoChange:
      original &&
      (async (context, autoOrder) => {
        const { validatesOriginalOrder: validates } = options;
        const card = { facts, monthsMin };
        const changed = await changeOriginalOrder(context, autoOrder, original, validates, card);
        options.onIgnored?.(changed.ignored);
        return changed.changes;
      }),
  });
  return left;
}

/** Stores for the audit the figures that a client wrote into items. */
async function keepOpenings(
  { db, merchant: { merchantId } }: Context,
  before: AutoOrder,
  after: AutoOrder,
): Promise<void> {
  const openings = openingsOf(before, after);
  if (openings.length > 0) await addOpenings(db, merchantId, openings);
}

/** The result that an update of a record will have. */
export interface DecidedUpdate {
  readonly edited: Outcome<AutoOrder, FieldFault>;
  /** The names of the fields that are stale and are not changed. */
  readonly left: readonly string[];
  /** Sentences about shipments that the update turns into missed ones. */
  readonly missed: readonly string[];
  /**
   * Sentences about fields that have no effect, and about purchase limits that rebills will exceed.
   */
  readonly ignored: readonly string[];
}

/**
 * Decides what an update does to a record. An update and its preview both use it. Writes nothing.
 */
export async function decideUpdate(
  context: Context,
  autoOrder: AutoOrder,
  rules: EditRules,
  update: {
    readonly body: WireAutoOrder;
    /** The oids of new items, in their order. */
    readonly newOids: readonly number[];
    readonly options: Pick<UpdateOptions, 'ifMatch' | keyof UpdateReaders>;
  },
): Promise<DecidedUpdate> {
  const { body, left } = await siftUpdate(context, autoOrder, update.body, update.options);
  const edited = editAutoOrder(autoOrder, body, rules, update.newOids);
  if (!edited.ok) return { edited, left, missed: [], ignored: [] };
  const limits = await checkPurchase(context, autoOrder, edited.value, rules);
  if (!limits.ok) return { edited: limits, left, missed: [], ignored: [] };
  return {
    edited,
    left,
    missed: missedWords(autoOrder, edited.value, rules),
    ignored: [
      ...ignoredWords(autoOrder, edited.value, body, rules),
      ...unknownPinWords(autoOrder, edited.value, update.options.gatewayCodesOf(context.merchant)),
      ...limits.value,
    ],
  };
}

function ignoredWords(
  before: AutoOrder,
  after: AutoOrder,
  body: WireAutoOrder,
  rules: EditRules,
): string[] {
  const words = withoutEffectWords(ignoredFields(before, after, body, rules));
  return [
    ...(words === undefined ? [] : [words]),
    ...(body.next_attempt === undefined ? [] : pacedWords(after, rules)),
  ];
}

/**
 * Returns a sentence about a next attempt that has no effect because it would charge two missed
 * shipments in a day.
 */
function pacedWords(edited: AutoOrder, rules: EditRules): string[] {
  const { nextAttemptAt } = paced(edited, rules);
  if (nextAttemptAt === undefined || nextAttemptAt === edited.nextAttemptAt) return [];
  return [
    `next_attempt had no effect: missed shipments are charged at most one a day, the next one ` +
      `at ${wireDate(nextAttemptAt, rules.zone)}.`,
  ];
}

/** Returns the ids of all catalogue items that an update names. */
export const itemIdsOfUpdate = (body: WireAutoOrder): string[] => [
  ...itemIdsNamed(body.items),
  ...addOnItemIds(body.add_ons),
];

async function siftUpdate(
  context: Context,
  autoOrder: AutoOrder,
  body: WireAutoOrder,
  { ifMatch, readBilled }: Pick<UpdateOptions, 'ifMatch' | 'readBilled'>,
) {
  const billed = asksForBilled(autoOrder, body, context.merchant.timeZone)
    ? await readBilled(context, autoOrder.autoOrderOid)
    : [];
  return withoutStale(autoOrder, body, billed, formRules(context, ifMatch));
}

// A version other than the current one has already been refused.
const formRules = ({ now, merchant }: Context, ifMatch: number | undefined): FormRules => ({
  now,
  zone: merchant.timeZone,
  currency: merchant.currency,
  isProven: ifMatch !== undefined,
});

/** Pauses every item (auto_order reference, pauseAutoOrder). */
export function pauseAutoOrder(context: Context, oid: number, ifMatch?: number): Promise<void> {
  return changeAutoOrder(context, oid, {
    title: 'Paused',
    ifMatch,
    edit: (autoOrder) => success(paused(autoOrder)),
  });
}

/** Replaces the properties of an auto order. */
export function updateProperties(
  context: Context,
  oid: number,
  list: readonly AutoOrderProperty[] | null | undefined,
  ifMatch?: number,
): Promise<void> {
  const given = list ?? refuse('missing_field', { field: 'properties' });
  return changeAutoOrder(context, oid, {
    title: 'Properties updated',
    ifMatch,
    edit: (autoOrder) => success({ ...autoOrder, properties: properties(given) }),
  });
}

/** Replaces the properties of one item. */
export function updateItemProperties(
  context: Context,
  oid: number,
  itemOid: number,
  list: readonly AutoOrderProperty[] | null | undefined,
  ifMatch?: number,
): Promise<void> {
  const given = list ?? refuse('missing_field', { field: 'properties' });
  return changeAutoOrder(context, oid, {
    title: 'Item properties updated',
    ifMatch,
    edit: (autoOrder) =>
      changeItem(autoOrder, itemOid, (item) => success({ ...item, properties: properties(given) })),
  });
}

/**
 * Replaces the add-ons of one item. Each must be in the catalogue. Returns the names of those that
 * were stale, as {@link updateAutoOrder} does.
 */
export async function updateItemAddOns(
  context: Context,
  oid: number,
  itemOid: number,
  list: readonly AutoOrderAddonItem[] | null | undefined,
  { ifMatch, readBilled }: Pick<UpdateOptions, 'ifMatch' | 'readBilled'>,
): Promise<readonly string[]> {
  const given = list ?? refuse('missing_field', { field: 'add_on_items' });
  let left: readonly string[] = [];
  await changeAutoOrder(context, oid, {
    title: 'Item add-ons updated',
    ifMatch,
    itemIds: addOnItemIds(given),
    edit: async (autoOrder, rules, context) => {
      const billed = await readBilled(context, oid);
      const edited = changeItem(autoOrder, itemOid, (item) => {
        const sifted = withoutStaleAddOns(item, given, billed, formRules(context, ifMatch));
        left = sifted.left;
        return addOnsOf(item, sifted.body, rules);
      });
      return withinLimits(context, autoOrder, edited, rules, (field) =>
        field.replace(/^.*add_ons/, 'add_on_items'),
      );
    },
  });
  return left;
}

/**
 * Ends or removes one item of the auto order of an original order, and adds others in its place. It
 * validates everything before it writes anything.
 */
export async function cancelItemByReferenceOrder(
  context: Context,
  originalOrderId: string,
  originalItemId: string,
  request: AutoOrderItemCancelRequest,
): Promise<number> {
  const oid = await oidOf(context, { originalOrderId });
  const newOids = await takeItemOids(context, request.append_items);
  await changeAutoOrder(context, oid, {
    title: `Item ${originalItemId} canceled`,
    itemIds: itemIdsNamed(request.append_items),
    edit: (autoOrder, rules, context) => {
      if (!autoOrder.items.some((item) => isItem(item, originalItemId)))
        refuse('not_found', { what: `item of auto order ${oid}`, id: originalItemId });
      const edited = cancelItem(autoOrder, originalItemId, request, rules, newOids);
      const appended = request.append_items?.length ?? 0;
      const kept = edited.ok ? edited.value.items.length - appended : 0;
      return withinLimits(context, autoOrder, edited, rules, (field) =>
        field.replace(/^items\[(\d+)\]/, (_, index) => `append_items[${Number(index) - kept}]`),
      );
    },
  });
  return oid;
}

// The oids are taken before the transaction, because the row of the counter would stay locked until
// its end.
async function takeItemOids(
  context: Context,
  list: readonly WireItem[] | null | undefined,
): Promise<readonly number[]> {
  const count = countNewItems(list);
  if (count === 0) return [];
  const first = await takeNumbers(
    context.db,
    context.merchant.merchantId,
    'auto_order_item',
    count,
  );
  return Array.from({ length: count }, (_, index) => first + index);
}

function changeItem(
  autoOrder: AutoOrder,
  itemOid: number,
  edit: (item: AutoOrderItem) => Outcome<AutoOrderItem, FieldFault>,
): Outcome<AutoOrder, FieldFault> {
  const current = autoOrder.items.find((item) => item.itemOid === itemOid);
  if (current === undefined)
    return refuse('not_found', {
      what: `item of auto order ${autoOrder.autoOrderOid}`,
      id: itemOid,
    });
  const edited = edit(current);
  if (!edited.ok) return edited;
  return success({
    ...autoOrder,
    items: autoOrder.items.map((item) => (item === current ? edited.value : item)),
  });
}

/**
 * Returns the edited record, if it keeps the limits of purchases. `fieldOf` names the field of the
 * request.
 */
async function withinLimits(
  context: Context,
  before: AutoOrder,
  edited: Outcome<AutoOrder, FieldFault>,
  rules: EditRules,
  fieldOf: (field: string) => string,
): Promise<Outcome<AutoOrder, FieldFault>> {
  if (!edited.ok) return edited;
  const limits = await checkPurchase(context, before, edited.value, rules);
  if (limits.ok) return edited;
  return failure({ ...limits.reason, field: fieldOf(limits.reason.field) });
}

function addOnsOf(
  item: AutoOrderItem,
  list: readonly AutoOrderAddonItem[],
  rules: EditRules,
): Outcome<AutoOrderItem, FieldFault> {
  const read = new FieldReader({}, '', rules);
  const addOns = editAddOns(item.addOns, list, 'add_on_items', read, rules);
  const [fault] = read.faults;
  return fault ? failure(fault) : success({ ...item, addOns });
}

const addOnItemIds = (list: readonly AutoOrderAddonItem[] | null | undefined): string[] =>
  (list ?? []).map((addOn) => addOn.item_id).filter((itemId) => typeof itemId === 'string');
