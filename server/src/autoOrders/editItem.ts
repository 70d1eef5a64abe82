import type {
  AutoOrderAddonItem as WireAddOn,
  AutoOrderItem as WireItem,
} from '@perennial/contract/autoOrderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isReached } from '../kernel/moments.ts';
import { amountMax, type Minor, quantityMax, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AddOn, AutoOrder, AutoOrderItem, Property } from './autoOrder.ts';
import type { Rules } from './calculated.ts';
import { FieldReader, type ReadingRules } from './fieldReader.ts';
import { asAdded, keptItems, startOfAdded } from './newItem.ts';
import { anchorOf } from './schedule.ts';
import { firstStep, type NoStart, simpleSchedule, startSchedule } from './startSchedule.ts';
import { type Catalog, planNext, reschedule, startAgain } from './steps.ts';
import { stepsOf } from './stepWalk.ts';

/** The inputs of an edit besides the record. */
export interface EditRules extends Rules, ReadingRules {
  readonly catalog: Catalog;
}

/** The context of a new item: the auto order with its last order, and the items that stay. */
export interface AddedTo {
  readonly autoOrder: AutoOrder;
  readonly siblings: readonly AutoOrderItem[];
}

/**
 * Applies the list of items of an update (auto_order reference, updateAutoOrder): an item that the
 * list leaves out is removed, one without an oid is added, and absent fields of an item stay. New
 * items get `newOids` in their order. They may take their schedule from `addedTo`, by default the
 * items that stay.
 */
export function editItems(
  autoOrder: AutoOrder,
  list: readonly WireItem[],
  rules: EditRules,
  newOids: readonly number[],
  addedTo: AddedTo = { autoOrder, siblings: keptItems(autoOrder, list) },
): Outcome<readonly AutoOrderItem[], FieldFault> {
  const oids = [...newOids];
  const items: AutoOrderItem[] = [];
  for (const [index, body] of list.entries()) {
    const path = `items[${index}].`;
    const oid = body.auto_order_item_oid || undefined;
    const current = autoOrder.items.find((item) => item.itemOid === oid);
    if (oid !== undefined && current === undefined)
      return refused(
        path,
        'auto_order_item_oid',
        'is not an item of this auto order',
        'Leave it out to add an item',
      );
    if (items.some((item) => item.itemOid === oid))
      return refused(
        path,
        'auto_order_item_oid',
        'occurs twice in the list',
        'Send each item once',
      );
    const item = current
      ? editItem(autoOrder, current, body, path, rules)
      : newItem(autoOrder, body, path, rules, { ...addedTo, itemOid: oids.shift() ?? 0 });
    if (!item.ok) return item;
    items.push(item.value);
  }
  return success(items);
}

/** Returns the number of new items in an update. Each needs an oid. */
export const countNewItems = (list: readonly WireItem[] | null | undefined): number =>
  (list ?? []).filter((item) => !item.auto_order_item_oid).length;

/** Returns every item id that an update names, to load them from the catalogue. */
export const itemIdsNamed = (list: readonly WireItem[] | null | undefined): string[] =>
  (list ?? [])
    .flatMap((item) => [
      item.original_item_id,
      item.arbitrary_item_id,
      ...(item.add_ons ?? []).map((addOn) => addOn.item_id),
    ])
    .filter((itemId) => typeof itemId === 'string');

/**
 * Adds an item. Published samples send only an item and a quantity, so a missing schedule or date
 * is chosen here: see `newItem.ts`.
 */
function newItem(
  autoOrder: AutoOrder,
  given: WireItem,
  path: string,
  rules: EditRules,
  { itemOid, siblings, autoOrder: whole }: AddedTo & { readonly itemOid: number },
): Outcome<AutoOrderItem, FieldFault> {
  const read = new FieldReader(given, path, rules);
  for (const name of ['original_item_id', 'original_quantity']) {
    if (!read.has(name))
      read.fault(name, 'is missing', 'A new item needs original_item_id and original_quantity');
  }
  const [fault] = read.faults;
  if (fault) return failure(fault);
  const body = asAdded(given, siblings, rules.catalog);
  const blank = blankItem(itemOid, rules);
  if (read.has('next_shipment_dts')) return editItem(autoOrder, blank, body, path, rules);
  const start = startOfAdded(whole, body, rules);
  if (!start.ok) return refused(path, ...noStartWords(start.reason, body.original_item_id ?? ''));
  const started = { ...blank, ...start.value };
  const edited = editItem(autoOrder, started, body, path, rules);
  if (!edited.ok) return edited;
  // A date that the client did not choose must not charge for the past.
  const item = startAgain(edited.value, rules.catalog, { ...rules, missedShipments: 'skip' });
  const check = new FieldReader(body, path, rules);
  checkItem(autoOrder, blank, item, check, rules);
  const [broken] = check.faults;
  return broken ? failure(broken) : success(item);
}

/** Says why no date can be chosen for a new item, and what the client can send instead. */
function noStartWords(why: NoStart, itemId: string): [name: string, reason: string, fix: string] {
  switch (why) {
    case 'unknown item':
      return [...faultWords(itemId)[why]];
    case 'no schedule chosen':
      return ['frequency', `is missing, and ${itemId} has no schedule`, 'Send a frequency'];
    case 'schedule days missing':
      return [...faultWords(itemId)[why]];
    default:
      return [
        'next_shipment_dts',
        `is missing, and the schedule of ${itemId} gives no date`,
        'Send the date of the next shipment',
      ];
  }
}

const blankItem = (itemOid: number, { now, zone }: EditRules): AutoOrderItem => ({
  itemOid,
  originalItemId: '',
  originalQuantity: 1,
  anchor: anchorOf(now, zone),
  preshipmentNoticeSent: false,
  lifeTimeValue: zero,
  rebillValue: zero,
  numberOfRebills: 0,
  paused: false,
  step: firstStep,
  options: [],
  properties: [],
  addOns: [],
});

function editItem(
  autoOrder: AutoOrder,
  current: AutoOrderItem,
  body: WireItem,
  path: string,
  rules: EditRules,
): Outcome<AutoOrderItem, FieldFault> {
  const read = new FieldReader(body, path, rules);
  const fields = readFields(current, body, read, rules);
  const driven = isSameId(fields.originalItemId, current.originalItemId)
    ? fields
    : drivenByAnother(current, fields, rules);
  const dated = withDates(current, driven, read, rules);
  const isSet = dated.nextShipmentAt !== current.nextShipmentAt;
  const startsAgain = isSet || (current.paused && !dated.paused);
  const item = startsAgain
    ? startAgain({ ...dated, missedUntil: undefined }, rules.catalog, rules)
    : dated;
  checkItem(autoOrder, current, item, read, rules);
  const [fault] = read.faults;
  return fault ? failure(fault) : success(item);
}

/** Reads all fields except the dates of the schedule. */
function readFields(
  current: AutoOrderItem,
  body: WireItem,
  read: FieldReader,
  rules: EditRules,
): AutoOrderItem {
  return {
    ...current,
    originalItemId: catalogId(
      read.required('original_item_id', current.originalItemId),
      current.originalItemId,
      rules,
    ),
    originalQuantity:
      read.number('original_quantity', current.originalQuantity, smallestQuantity, quantityMax) ??
      current.originalQuantity,
    arbitraryItemId: optionalCatalogId(
      read.text('arbitrary_item_id', current.arbitraryItemId),
      current.arbitraryItemId,
      rules,
    ),
    arbitraryQuantity: read.number(
      'arbitrary_quantity',
      current.arbitraryQuantity,
      smallestQuantity,
      quantityMax,
    ),
    arbitraryUnitCost: read.money('arbitrary_unit_cost', current.arbitraryUnitCost),
    arbitraryUnitCostRemainingOrders: read.number(
      'arbitrary_unit_cost_remaining_orders',
      current.arbitraryUnitCostRemainingOrders,
      0,
    ),
    arbitraryPercentageDiscount: read.number(
      'arbitrary_percentage_discount',
      current.arbitraryPercentageDiscount,
      0,
      100,
    ),
    arbitraryScheduleDays: read.number(
      'arbitrary_schedule_days',
      current.arbitraryScheduleDays,
      1,
      36_500,
    ),
    frequency: read.optional('frequency', current.frequency),
    noOrderAfterAt: read.moment('no_order_after_dts', current.noOrderAfterAt),
    firstOrderAt: read.moment('first_order_dts', current.firstOrderAt),
    lastOrderAt: read.moment('last_order_dts', current.lastOrderAt),
    lifeTimeValue: read.amount('life_time_value', current.lifeTimeValue),
    rebillValue: read.amount('rebill_value', current.rebillValue),
    numberOfRebills: read.count('number_of_rebills', current.numberOfRebills),
    remainingRepeatCount: remainingRepeats(current, body, read, rules),
    paused: read.required('paused', current.paused),
    options: body.options ? options(body.options) : current.options,
    properties: body.properties ? properties(body.properties) : current.properties,
    addOns: readAddOns(current.addOns, body, read, rules),
    paypalPayerId: read.text('paypal_payer_id', current.paypalPayerId),
    paypalRecurringPaymentProfileId: read.text(
      'paypal_recurring_payment_profile_id',
      current.paypalRecurringPaymentProfileId,
    ),
  };
}

/**
 * Returns the rebills that are left. `simple_schedule.repeat_count` is the whole number of rebills:
 * a value other than the catalogue's shortens or lengthens the item (auto_order reference,
 * AutoOrderItemSimpleSchedule).
 */
function remainingRepeats(
  current: AutoOrderItem,
  { simple_schedule }: WireItem,
  read: FieldReader,
  { catalog }: EditRules,
): number | undefined {
  const left = read.number('remaining_repeat_count', current.remainingRepeatCount, 0);
  const all = simple_schedule?.repeat_count ?? undefined;
  const known = catalog(current.originalItemId);
  const schedule = known && simpleSchedule(known);
  if (all === undefined || left !== current.remainingRepeatCount) return left;
  if (schedule === undefined || all === schedule.repeatCount) return left;
  if (all < 1) read.fault('simple_schedule.repeat_count', 'is less than 1', 'Send 1 or more');
  return Math.max(0, all - current.numberOfRebills);
}

// Quantities have at most four decimals.
const smallestQuantity = 0.0001;

/**
 * Returns the item when another catalogue item begins to drive its schedule. The steps begin at the
 * first one, with that item's count of rebills, and the customer's frequency no longer applies.
 */
function drivenByAnother(
  current: AutoOrderItem,
  changed: AutoOrderItem,
  { catalog, zone, now }: EditRules,
): AutoOrderItem {
  const bought = catalog(changed.originalItemId);
  const start =
    bought &&
    startSchedule({
      bought,
      chosen: changed.frequency,
      arbitraryScheduleDays: changed.arbitraryScheduleDays,
      orderedAt: now,
      zone,
    });
  const keepsCount = changed.remainingRepeatCount !== current.remainingRepeatCount;
  return {
    ...changed,
    agreedOptions: undefined,
    step: firstStep,
    frequency:
      bought && stepsOf(bought).length > 0 && changed.frequency === current.frequency
        ? undefined
        : changed.frequency,
    remainingRepeatCount: keepsCount
      ? changed.remainingRepeatCount
      : start?.ok
        ? start.value.remainingRepeatCount
        : undefined,
  };
}

/**
 * Reads the dates of the schedule. Later dates are counted from a next shipment that was set by
 * hand. The notice moves with it unless the client sets the notice as well.
 */
function withDates(
  current: AutoOrderItem,
  changed: AutoOrderItem,
  read: FieldReader,
  { catalog, zone }: EditRules,
): AutoOrderItem {
  const next = read.moment('next_shipment_dts', current.nextShipmentAt);
  const notice = read.moment('next_preshipment_notice_dts', current.nextPreshipmentNoticeAt);
  const isSent = read.required('preshipment_notice_sent', current.preshipmentNoticeSent);
  const moved =
    next === current.nextShipmentAt
      ? changed
      : next === undefined
        ? withoutShipment(changed)
        : reschedule(changed, next, catalog, zone);
  return {
    ...moved,
    nextPreshipmentNoticeAt:
      notice === current.nextPreshipmentNoticeAt ? moved.nextPreshipmentNoticeAt : notice,
    preshipmentNoticeSent:
      isSent === current.preshipmentNoticeSent ? moved.preshipmentNoticeSent : isSent,
  };
}

const withoutShipment = (item: AutoOrderItem): AutoOrderItem => ({
  ...item,
  nextShipmentAt: undefined,
  nextPreshipmentNoticeAt: undefined,
});

/** Refuses an item that could never rebill, if this edit causes that. */
function checkItem(
  autoOrder: AutoOrder,
  current: AutoOrderItem,
  item: AutoOrderItem,
  read: FieldReader,
  rules: EditRules,
): void {
  if (
    item.arbitraryItemId !== undefined &&
    item.arbitraryItemId !== current.arbitraryItemId &&
    !rules.catalog(item.arbitraryItemId)
  ) {
    read.fault(
      'arbitrary_item_id',
      'is not an item of the catalogue',
      'Send the id of an item that exists',
    );
  }
  const schedule: readonly (keyof AutoOrderItem)[] = [
    'originalItemId',
    'arbitraryItemId',
    'frequency',
    'arbitraryScheduleDays',
    'nextShipmentAt',
    'arbitraryUnitCost',
  ];
  const isKept = (name: keyof AutoOrderItem): boolean => item[name] === current[name];
  const isScheduleKept = schedule.every(isKept);
  if (isScheduleKept && isKept('originalQuantity') && isKept('arbitraryQuantity')) return;
  const plan = planNext({ ...item, paused: false }, rules.catalog, {
    ...rules,
    autoOrder: { ...autoOrder, status: 'active', enabled: true, cancelAfterNextXOrders: undefined },
  });
  if (plan.kind !== 'broken') return;
  if (isScheduleKept && plan.why !== 'price too large') return;
  const [name, reason, fix] = faultWords(plan.itemId)[plan.why];
  read.fault(name, reason, fix);
}

const faultWords = (itemId: string) =>
  ({
    'unknown item': [
      'original_item_id',
      `leads to ${itemId}, which is not in the catalogue`,
      'Send the id of an item that exists',
    ],
    'no schedule': ['frequency', `is missing, and ${itemId} has no schedule`, 'Send a frequency'],
    'schedule days missing': [
      'arbitrary_schedule_days',
      'is missing',
      'Send a number of days with the frequency Every...',
    ],
    'no such day of the month': [
      'original_item_id',
      `names ${itemId}, whose steps pause until a day that no month has`,
      'Fix the steps of that item',
    ],
    'steps ship nothing': [
      'original_item_id',
      `names ${itemId}, whose steps ship nothing`,
      'Fix the steps of that item',
    ],
    'date out of bounds': [
      'next_shipment_dts',
      'is not a date from 1900-01-01 to 2999-12-31',
      'Send the date of the next shipment',
    ],
    'quantity not positive': [
      'arbitrary_quantity',
      'or original_quantity is not above 0',
      'Send a quantity above 0',
    ],
    'price too large': [
      'arbitrary_quantity',
      `times the price of ${itemId} is an amount that is too large`,
      'Send a lower quantity or arbitrary_unit_cost',
    ],
    'no price': [
      'arbitrary_unit_cost',
      `is missing, and ${itemId} has no price`,
      'Send an arbitrary_unit_cost or give the item a price',
    ],
  }) as const;

function readAddOns(
  current: readonly AddOn[],
  { add_ons: list }: WireItem,
  read: FieldReader,
  rules: EditRules,
): readonly AddOn[] {
  return list ? editAddOns(current, list, 'add_ons', read, rules) : current;
}

/**
 * Reads a list of add-ons, which replaces the current one. An add-on that is free stays free where
 * no price is given: C# clients cannot send 0. Null gives it the price of the catalogue.
 */
export function editAddOns(
  current: readonly AddOn[],
  list: readonly WireAddOn[],
  field: string,
  faults: Pick<FieldReader, 'fault'>,
  rules: EditRules,
): AddOn[] {
  return list.map((body, index): AddOn => {
    const path = `${field}[${index}].`;
    const read = new FieldReader(body, path, rules);
    const known = rules.catalog(body.item_id ?? '');
    if (!known)
      read.fault(
        'item_id',
        body.item_id ? 'is not an item of the catalogue' : 'is missing',
        'Send the id of an item that exists',
      );
    const addOn = {
      itemId: known?.itemId ?? '',
      quantity: read.number('quantity', 1, 1, quantityMax) ?? 1,
      unitCost: read.money('arbitrary_unit_cost', free(current, index, known?.itemId)),
      freeShipping: read.required('free_shipping', false),
      nextXOrders: read.number('next_x_orders', undefined, 1),
      options: options(body.options ?? []),
    };
    const unitCost = addOn.unitCost ?? known?.pricing.cost ?? 0;
    if (unitCost * addOn.quantity > amountMax)
      read.fault(
        'quantity',
        'times the price is an amount that is too large',
        'Send a lower quantity or arbitrary_unit_cost',
      );
    for (const { field: name, reason, fix } of read.faults) faults.fault(name, reason, fix);
    return addOn;
  });
}

// Of several add-ons of one item, the one at the same place is meant.
function free(current: readonly AddOn[], place: number, itemId = ''): Minor | undefined {
  const isIt = (each: AddOn | undefined) => each !== undefined && isSameId(each.itemId, itemId);
  const known = isIt(current[place]) ? current[place] : current.find(isIt);
  return known?.unitCost === 0 ? zero : undefined;
}

/**
 * Returns properties as they are stored, without those that have no name. If several have the same
 * name, the last one counts.
 */
export function properties(
  list: readonly { readonly name?: string | null; readonly value?: string | null }[],
): Property[] {
  const byName = new Map(
    list.filter(({ name }) => name).map(({ name, value }) => [name!, value ?? '']),
  );
  return [...byName].map(([name, value]) => ({ name, value }));
}

const options = (
  list: readonly { readonly label?: string | null; readonly value?: string | null }[],
) => list.map(({ label, value }) => ({ label: label ?? '', value: value ?? '' }));

const isSameId = (one: string, other: string): boolean => fold(one) === fold(other);

/** Returns the id as the catalogue spells it. The current id stays if only the case differs. */
function catalogId(given: string, current: string, { catalog }: EditRules): string {
  return isSameId(given, current) ? current : (catalog(given)?.itemId ?? given);
}

function optionalCatalogId(
  given: string | undefined,
  current: string | undefined,
  rules: EditRules,
): string | undefined {
  return given === undefined ? undefined : catalogId(given, current ?? '', rules);
}

const refused = (path: string, name: string, reason: string, fix: string) =>
  failure({ field: path + name, reason, fix });

/** Whether the item's `noOrderAfterAt` has passed, so that it no longer ships. */
export const hasEnded = (item: AutoOrderItem, now: Temporal.Instant): boolean =>
  item.noOrderAfterAt !== undefined && isReached(item.noOrderAfterAt, now);
