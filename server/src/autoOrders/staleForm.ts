import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type {
  AutoOrderAddonItem as WireAddOn,
  AutoOrderItem as WireItem,
} from '@perennial/contract/autoOrderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import { fromMinor } from '../kernel/money.ts';
import type { AddOn, AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { Billed, CountedAddOn } from './billed.ts';
import { isBilledDate, itemsBilled } from './billed.ts';
import type { ItemAge } from './formAge.ts';
import {
  commonAge,
  hasOtherOffset,
  isBefore,
  isSameSecond,
  isSameTimeElsewhere,
  isSameWall,
  itemAge,
  wireMoment,
} from './formAge.ts';
import { keptWords, withMergedItems } from './staleMerge.ts';

/*
 * Stale writes (docs/adr/0044-stale-forms.md). A client may read a form, and write it back after a
 * rebill, a decline, a stop or a moved date. Its real changes are kept; values that would undo what
 * the engine did are left out.
 */

/** What decides about a form, besides the record and its rebills. */
export interface FormRules {
  readonly now: Temporal.Instant;
  readonly zone: string;
  readonly currency: string;
  /** The client named the present version (`If-Match`), so its values are current. */
  readonly isProven: boolean;
}

/** The update without its stale values, and the names of the fields that were left out. */
export interface Sifted<Body> {
  readonly body: Body;
  readonly left: readonly string[];
}

/** The warning that names the fields that were left out. */
export const leftWords = (left: readonly string[]): string =>
  `Not changed, because the engine billed or moved them after this record was read: ${left.join(', ')}. ` +
  'Everything else was applied. To change these fields, read the auto order again and change what it returns, ' +
  'or send its ETag as If-Match.';

/** Removes from an update the values that the engine changed since the client read the record. */
export function withoutStale(
  current: AutoOrder,
  given: WireAutoOrder,
  billed: Billed,
  rules: FormRules,
): Sifted<WireAutoOrder> {
  const { body, kept } = rules.isProven
    ? { body: given, kept: [] }
    : withMergedItems(current, given, rules.zone);
  const left = kept.map(keptWords);
  const ages: ItemAge[] = [];
  const common = { isForm: isForm(body), billed, rules, left };
  const items = body.items?.map((form, index) => {
    const item = current.items.find(({ itemOid }) => itemOid === form.auto_order_item_oid);
    if (item === undefined) return form;
    const age = ageOf(form, item, common);
    ages.push(age);
    return siftItem(item, form, { ...common, path: `items[${index}].`, age });
  });
  const age = {
    counts: commonAge(ages.map(({ counts }) => counts)),
    schedule: commonAge(ages.map(({ schedule }) => schedule)),
  };
  const isBeforeMerge = kept.length > 0;
  const top = siftTop(current, body, { ...common, path: '', age, isBeforeMerge });
  return { body: items === undefined ? top : { ...top, items }, left };
}

/**
 * What one part of a form is checked with. The names of fields that are left out are added to
 * `left`.
 */
interface Sieve {
  readonly path: string;
  readonly age: ItemAge;
  /** Whether the update is a whole record as it was read, rather than a few fields. */
  readonly isForm: boolean;
  readonly billed: Billed;
  readonly rules: FormRules;
  readonly left: string[];
}

/** Returns the body without its stale fields. */
function without<Body extends object>(
  body: Body,
  stale: Partial<Record<keyof Body, boolean>>,
  { path, left }: Sieve,
): Body {
  const kept = { ...body };
  for (const [name, isStale] of Object.entries(stale) as [keyof Body & string, boolean][]) {
    if (!isStale) continue;
    left.push(path + name);
    delete kept[name];
  }
  return kept;
}

/**
 * Whether a date was read in another time zone of the merchant. Only a whole form is judged so, and
 * one that is not known to be of now: a client may mean the same local time of another place.
 */
const isOfOtherZone = (
  text: string | null | undefined,
  present: Temporal.Instant | undefined,
  { age, isForm, rules }: Sieve,
): boolean => isForm && age.schedule !== 'current' && isSameWall(text, present, rules.zone);

// ------------------------------------------------------------------------------------- one item

function ageOf(
  form: WireItem,
  item: AutoOrderItem,
  sieve: Pick<Sieve, 'billed' | 'isForm' | 'rules'>,
): ItemAge {
  const { isForm, rules } = sieve;
  if (rules.isProven) return { counts: 'current', schedule: 'current' };
  const age = itemAge(form, item, rules.zone);
  // Nothing else shows the age, but the offset of a zone that the merchant left does.
  if (isForm && age.schedule === 'unknown' && isReadElsewhere(item, form, rules))
    return { ...age, schedule: 'older' };
  const next = wireMoment(form.next_shipment_dts, rules.zone);
  // So does a date that the item had before it was moved.
  if (isForm && age.schedule === 'unknown' && isFormer(item, next))
    return { ...age, schedule: 'older' };
  // The same is true of a billed date before the next shipment.
  const isOld =
    age.schedule === 'unknown' &&
    next !== undefined &&
    (item.nextShipmentAt === undefined || isBefore(next, item.nextShipmentAt)) &&
    isBilled(item, form, next, sieve);
  return isOld ? { counts: 'older', schedule: 'older' } : age;
}

const isReadElsewhere = (item: AutoOrderItem, form: WireItem, { zone }: FormRules): boolean =>
  isSameTimeElsewhere(form.next_shipment_dts, item.nextShipmentAt, zone);

/** Whether the next shipment of a form is a date that the item had before it was moved. */
const isFormer = (
  { nextShipmentAt, formerShipmentsAt = [] }: AutoOrderItem,
  next: Temporal.Instant | undefined,
): boolean =>
  next !== undefined &&
  !isSameSecond(next, nextShipmentAt) &&
  formerShipmentsAt.some((former) => isSameSecond(next, former));

/**
 * Whether the next shipment of a form was billed. A change of the time zone moves dates to other
 * moments, so a date of a whole form that has another offset than the merchant's zone counts as
 * billed where a billed date is as near as two zones can be.
 */
function isBilled(
  { itemOid }: AutoOrderItem,
  { next_shipment_dts: text }: WireItem,
  next: Temporal.Instant,
  { billed, isForm, rules }: Pick<Sieve, 'billed' | 'isForm' | 'rules'>,
): boolean {
  if (isBilledDate(billed, itemOid, next, rules.zone)) return true;
  if (!isForm || !hasOtherOffset(text, next, rules.zone)) return false;
  return itemsBilled(billed, itemOid).some(
    ({ at }) => Math.abs(at.epochMilliseconds - next.epochMilliseconds) <= zonesApartMs,
  );
}

// From -12:00 to +14:00.
const zonesApartMs = 26 * 3_600_000;

function siftItem(item: AutoOrderItem, form: WireItem, sieve: Sieve): WireItem {
  const { age, rules } = sieve;
  const isOlder = age.counts === 'older';
  const isStaleNext = isStaleDate(item, form, sieve);
  const moment = (text: string | null | undefined) => wireMoment(text, rules.zone);
  const last = moment(form.last_order_dts);
  const kept = without(
    form,
    {
      next_shipment_dts: isStaleNext,
      no_order_after_dts: isOfOtherZone(form.no_order_after_dts, item.noOrderAfterAt, sieve),
      ...staleNotice(item, form, isStaleNext, sieve),
      remaining_repeat_count:
        isOlder && isMore(form.remaining_repeat_count, item.remainingRepeatCount),
      arbitrary_unit_cost_remaining_orders:
        isOlder &&
        isMore(form.arbitrary_unit_cost_remaining_orders, item.arbitraryUnitCostRemainingOrders),
      number_of_rebills: isOlder && isMore(item.numberOfRebills, form.number_of_rebills),
      last_order_dts:
        isOlder && last !== undefined && item.lastOrderAt !== undefined
          ? isBefore(last, item.lastOrderAt) && !isSameSecond(last, item.lastOrderAt)
          : false,
      life_time_value: isOlder && isOther(form.life_time_value, item.lifeTimeValue, rules),
      rebill_value: isOlder && isOther(form.rebill_value, item.rebillValue, rules),
      paused: isStaleStart(item, form, rules),
    },
    sieve,
  );
  if (!form.add_ons) return kept;
  const counted = itemsBilled(sieve.billed, item.itemOid).map(({ addOns }) => addOns);
  return { ...kept, add_ons: siftAddOns(item.addOns, form.add_ons, counted, 'add_ons', sieve) };
}

/**
 * Whether the next shipment of a form is not a new date. It is stale when it is the date that the
 * form was read with, a date before the next one on an older form, or a date that was billed. A
 * current form may repeat a billed date only where it is in the future, which makes it one more
 * shipment.
 */
function isStaleDate(item: AutoOrderItem, form: WireItem, sieve: Sieve): boolean {
  const { age, rules } = sieve;
  if (isOfOtherZone(form.next_shipment_dts, item.nextShipmentAt, sieve)) return true;
  const next = wireMoment(form.next_shipment_dts, rules.zone);
  if (next === undefined || isSameSecond(next, item.nextShipmentAt)) return false;
  const isOlder = age.schedule === 'older';
  const readWith = wireMoment(form.calculated_next_shipment_dts, rules.zone);
  if (isOlder && (isSameSecond(next, readWith) || isFormer(item, next))) return true;
  if (item.nextShipmentAt !== undefined && !isBefore(next, item.nextShipmentAt)) return false;
  if (isOlder) return true;
  return (
    isBilled(item, form, next, sieve) && (age.schedule === 'unknown' || !isBefore(rules.now, next))
  );
}

/**
 * The stale fields of the notice. The notice belongs to the next shipment: it is as old as that,
 * and is not sent twice.
 */
function staleNotice(
  item: AutoOrderItem,
  form: WireItem,
  isStaleNext: boolean,
  sieve: Sieve,
): Partial<Record<keyof WireItem, boolean>> {
  const { age, rules } = sieve;
  if (isOfOtherZone(form.next_preshipment_notice_dts, item.nextPreshipmentNoticeAt, sieve))
    return { next_preshipment_notice_dts: true };
  const next = wireMoment(form.next_shipment_dts, rules.zone);
  const isMoved = next !== undefined && !isStaleNext && !isSameSecond(next, item.nextShipmentAt);
  if (isMoved || rules.isProven || age.schedule === 'unknown') return {};
  const isOlder = age.schedule === 'older';
  const notice = wireMoment(form.next_preshipment_notice_dts, rules.zone);
  const sent = form.preshipment_notice_sent ?? item.preshipmentNoticeSent;
  return {
    next_preshipment_notice_dts:
      isOlder && notice !== undefined && !isSameSecond(notice, item.nextPreshipmentNoticeAt),
    preshipment_notice_sent: sent !== item.preshipmentNoticeSent && (isOlder || !sent),
  };
}

// A paused item has no calculated date, so a form with that date was read before the pause.
const isStaleStart = (item: AutoOrderItem, form: WireItem, { isProven }: FormRules): boolean =>
  !isProven &&
  item.paused &&
  form.paused === false &&
  typeof form.calculated_next_shipment_dts === 'string';

/** Whether a count is greater than the current one, as it was before the engine counted down. */
const isMore = (given: number | null | undefined, now: number | null | undefined): boolean =>
  typeof given === 'number' && typeof now === 'number' && given > now;

const isOther = (
  given: number | null | undefined,
  now: AutoOrderItem['rebillValue'],
  { currency }: FormRules,
): boolean => typeof given === 'number' && given !== fromMinor(now, currency);

// -------------------------------------------------------------------------------------- add-ons

/**
 * The add-ons of a list without those that the engine used up, and with counts that do not increase
 * again. `counted` holds their counts before each rebill, the latest first.
 */
function siftAddOns(
  current: readonly AddOn[],
  list: readonly WireAddOn[],
  counted: readonly (readonly CountedAddOn[])[],
  field: string,
  sieve: Sieve,
): WireAddOn[] {
  if (sieve.rules.isProven || sieve.age.counts === 'current') return [...list];
  return list.flatMap((form, index): WireAddOn[] => {
    const given = form.next_x_orders ?? undefined;
    const known = current.find(({ itemId }) => isSameItem(itemId, form.item_id));
    const now = known === undefined ? 0 : known.nextXOrders;
    if (given === undefined || now === undefined || given <= now) return [form];
    const isNew = known === undefined;
    if (!isCountedDown(form.item_id, { given, now, isNew, counted }, sieve)) return [form];
    sieve.left.push(`${sieve.path}${field}[${index}]${isNew ? '' : '.next_x_orders'}`);
    return isNew ? [] : [{ ...form, next_x_orders: now }];
  });
}

/**
 * Whether the count of an add-on is older than the last rebills. A client may add a used-up add-on
 * again with the same values, but in a form that was read before, they are only the old values.
 */
function isCountedDown(
  itemId: string | null | undefined,
  {
    given,
    now,
    isNew,
    counted,
  }: {
    readonly given: number;
    readonly now: number;
    readonly isNew: boolean;
    readonly counted: readonly (readonly CountedAddOn[])[];
  },
  { age, isForm }: Sieve,
): boolean {
  const wasThen = (then: readonly CountedAddOn[] | undefined): boolean =>
    then?.some((each) => isSameItem(each.itemId, itemId) && each.nextXOrders === given) ?? false;
  if (age.counts === 'older') return !isNew || counted.some(wasThen);
  return (!isNew || isForm) && wasThen(counted[given - now - 1]);
}

const isSameItem = (one: string, other: string | null | undefined): boolean =>
  typeof other === 'string' && fold(one) === fold(other);

/** The add-ons of one item, without what a list that was read before a rebill would restore. */
export function withoutStaleAddOns(
  item: AutoOrderItem,
  list: readonly WireAddOn[],
  billed: Billed,
  rules: FormRules,
): Sifted<readonly WireAddOn[]> {
  const left: string[] = [];
  const counted = itemsBilled(billed, item.itemOid).map(({ addOns }) => addOns);
  const age = { counts: 'unknown', schedule: 'unknown' } as const;
  const sieve = { path: '', age, isForm: false, billed, rules, left };
  return { body: siftAddOns(item.addOns, list, counted, 'add_on_items', sieve), left };
}

// ------------------------------------------------------------------------- the auto order itself

function siftTop(
  current: AutoOrder,
  body: WireAutoOrder,
  sieve: Sieve & { readonly isBeforeMerge: boolean },
): WireAutoOrder {
  if (sieve.rules.isProven) return body;
  // A merge moves an end after N orders to the items, and adds the properties of its sources.
  const isBeforeMerge = sieve.isForm && sieve.isBeforeMerge;
  const isStaleState = sieve.isForm && hasStaleState(current, body, sieve.rules);
  const kept = without(
    body,
    {
      cancel_after_next_x_orders:
        isStaleCancelAfter(current, body, sieve) ||
        (isBeforeMerge && typeof body.cancel_after_next_x_orders === 'number'),
      properties: isBeforeMerge && Array.isArray(body.properties),
      ...staleDeclines(current, body, isStaleState, sieve),
      enabled: isStaleState,
      ...(isStaleState ? staleCancelation(current, body, sieve.rules) : {}),
    },
    sieve,
  );
  if (!body.add_ons) return kept;
  const counted = ownRebills(current, sieve.billed).map(({ addOns }) => addOns);
  return { ...kept, add_ons: siftAddOns(current.addOns, body.add_ons, counted, 'add_ons', sieve) };
}

/**
 * Whether the body is a whole record as it was read, rather than a few fields: it holds fields that
 * a client has no reason to send.
 */
function isForm(body: WireAutoOrder): boolean {
  return body.auto_order_code != null || body.original_order_id != null;
}

const ownRebills = ({ autoOrderOid }: AutoOrder, billed: Billed) =>
  billed.filter((rebill) => rebill.autoOrderOid === autoOrderOid);

// Without items, nothing in the record shows its age but the value itself.
function isStaleCancelAfter(current: AutoOrder, body: WireAutoOrder, sieve: Sieve): boolean {
  const { cancel_after_next_x_orders: given } = body;
  const now = current.cancelAfterNextXOrders;
  if (typeof given !== 'number' || now === undefined || given <= now) return false;
  const { counts, schedule } = sieve.age;
  if (counts === 'older' || schedule === 'older') return true;
  const before = ownRebills(current, sieve.billed)[given - now - 1]?.cancelAfterNextXOrders;
  return counts === 'unknown' && sieve.isForm && before === given;
}

/**
 * The stale fields of declines, on a form that was read before a decline, or before the declines
 * ended.
 */
function staleDeclines(
  current: AutoOrder,
  body: WireAutoOrder,
  isStaleState: boolean,
  sieve: Sieve,
): Partial<Record<keyof WireAutoOrder, boolean>> {
  const { age, isForm, rules } = sieve;
  const { credit_card_attempt: attempt, next_attempt: text } = body;
  const next = wireMoment(text, rules.zone);
  const isOtherNext = next !== undefined && !isSameSecond(next, current.nextAttemptAt);
  const isPassed =
    isMore(current.creditCardAttempt, attempt) && isOtherNext && !isBefore(rules.now, next);
  const isReadBefore =
    isForm && ((body.failure_reason || undefined) !== current.failureReason || isPassed);
  if (!isStaleState && !isReadBefore && age.counts !== 'older')
    return { next_attempt: isOfOtherZone(text, current.nextAttemptAt, sieve) };
  return {
    credit_card_attempt: typeof attempt === 'number' && attempt !== current.creditCardAttempt,
    next_attempt: isOtherNext || (text === null && current.nextAttemptAt !== undefined),
  };
}

/**
 * Whether a form has `enabled` as it was before the record was stopped or enabled again. A current
 * form holds the moment of the stop, or a null in its place.
 */
function hasStaleState(current: AutoOrder, body: WireAutoOrder, { zone }: FormRules): boolean {
  if (current.status === 'active')
    return body.enabled === false && typeof body.disabled_dts === 'string' && !isMeant(body);
  if (current.status === 'merged' || body.enabled !== true) return false;
  const isCanceled = current.status === 'canceled';
  const stoppedAt = isCanceled ? body.canceled_dts : body.disabled_dts;
  if (stoppedAt === null) return false;
  if (stoppedAt === undefined) return body.status !== current.status;
  return !isSameSecond(
    wireMoment(stoppedAt, zone),
    isCanceled ? current.canceledAt : current.disabledAt,
  );
}

/** Whether a body cancels explicitly; then its age does not matter. */
const isMeant = (body: WireAutoOrder): boolean =>
  Boolean(body.cancel_reason) || Boolean(body.canceled_by_user);

function staleCancelation(
  current: AutoOrder,
  body: WireAutoOrder,
  { zone }: FormRules,
): Partial<Record<keyof WireAutoOrder, boolean>> {
  const isOther = (given: string | null | undefined, now: string | undefined) =>
    given !== undefined && (given ?? undefined) !== now;
  const at = wireMoment(body.canceled_dts, zone);
  return {
    cancel_reason: isOther(body.cancel_reason, current.cancelReason),
    canceled_by_user: isOther(body.canceled_by_user, current.canceledByUser),
    canceled_dts: at !== undefined && !isSameSecond(at, current.canceledAt),
  };
}
