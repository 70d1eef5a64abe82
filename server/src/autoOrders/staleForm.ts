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
import { commonAge, isBefore, isSameSecond, itemAge, wireMoment } from './formAge.ts';

/*
 * Stale writes (docs/adr/0044-stale-forms.md): a form that was read before a rebill, a decline, a
 * stop or a moved date and is written back after it keeps its real changes and loses what would undo
 * them.
 */

/** What a form is judged by, beside the record and its rebills. */
export interface FormRules {
  readonly now: Temporal.Instant;
  readonly zone: string;
  readonly currency: string;
  /** The client named the present version (`If-Match`), so its values are of now. */
  readonly isProven: boolean;
}

/** The update without its stale values, and the names of the fields that were left out. */
export interface Sifted<Body> {
  readonly body: Body;
  readonly left: readonly string[];
}

/** What a client is told of the fields that were left out. */
export const leftWords = (left: readonly string[]): string =>
  `Not changed, because the engine billed or moved them after this record was read: ${left.join(', ')}. ` +
  'Everything else was applied. To change these fields, read the auto order again and change what it returns, ' +
  'or send its ETag as If-Match.';

/** Takes out of an update what the engine has moved since the client read the record. */
export function withoutStale(
  current: AutoOrder,
  body: WireAutoOrder,
  billed: Billed,
  rules: FormRules,
): Sifted<WireAutoOrder> {
  const left: string[] = [];
  const ages: ItemAge[] = [];
  const common = { isForm: isForm(body), billed, rules, left };
  const items = body.items?.map((form, index) => {
    const item = current.items.find(({ itemOid }) => itemOid === form.auto_order_item_oid);
    if (item === undefined) return form;
    const age = ageOf(form, item, billed, rules);
    ages.push(age);
    return siftItem(item, form, { ...common, path: `items[${index}].`, age });
  });
  const age = {
    counts: commonAge(ages.map(({ counts }) => counts)),
    schedule: commonAge(ages.map(({ schedule }) => schedule)),
  };
  const top = siftTop(current, body, { ...common, path: '', age });
  return { body: items === undefined ? top : { ...top, items }, left };
}

/** What one part of a form is sifted with. Names of what is left out go to `left`. */
interface Sieve {
  readonly path: string;
  readonly age: ItemAge;
  /** The update is a whole record as it was read, and not a few fields. */
  readonly isForm: boolean;
  readonly billed: Billed;
  readonly rules: FormRules;
  readonly left: string[];
}

/** A body without the fields that are stale. */
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

// ------------------------------------------------------------------------------------- one item

function ageOf(form: WireItem, item: AutoOrderItem, billed: Billed, rules: FormRules): ItemAge {
  if (rules.isProven) return { counts: 'current', schedule: 'current' };
  const age = itemAge(form, item, rules.zone);
  const next = wireMoment(form.next_shipment_dts, rules.zone);
  // Nothing else dates it, but a billed date that lies before the next one does.
  const isOld =
    age.schedule === 'unknown' &&
    next !== undefined &&
    (item.nextShipmentAt === undefined || isBefore(next, item.nextShipmentAt)) &&
    isBilledDate(billed, item.itemOid, next, rules.zone);
  return isOld ? { counts: 'older', schedule: 'older' } : age;
}

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
 * A date that is no new one: the date that the form was read with, a date before the next one on a
 * form that is older than it, or a date that was billed. A form of now may name a billed date again
 * only where it lies ahead, which makes it one more shipment.
 */
function isStaleDate(item: AutoOrderItem, form: WireItem, { age, billed, rules }: Sieve): boolean {
  const next = wireMoment(form.next_shipment_dts, rules.zone);
  if (next === undefined || isSameSecond(next, item.nextShipmentAt)) return false;
  const isOlder = age.schedule === 'older';
  const readWith = wireMoment(form.calculated_next_shipment_dts, rules.zone);
  if (isOlder && isSameSecond(next, readWith)) return true;
  if (item.nextShipmentAt !== undefined && !isBefore(next, item.nextShipmentAt)) return false;
  if (isOlder) return true;
  return (
    isBilledDate(billed, item.itemOid, next, rules.zone) &&
    (age.schedule === 'unknown' || !isBefore(rules.now, next))
  );
}

/** The notice belongs to the next shipment: it is as old as that, and is not sent twice. */
function staleNotice(
  item: AutoOrderItem,
  form: WireItem,
  isStaleNext: boolean,
  { age, rules }: Sieve,
): Partial<Record<keyof WireItem, boolean>> {
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

// An item that is paused has no calculated date: the form was read while the item still ran.
const isStaleStart = (item: AutoOrderItem, form: WireItem, { isProven }: FormRules): boolean =>
  !isProven &&
  item.paused &&
  form.paused === false &&
  typeof form.calculated_next_shipment_dts === 'string';

/** Whether a count is above the present one, as it was before the engine counted down. */
const isMore = (given: number | null | undefined, now: number | null | undefined): boolean =>
  typeof given === 'number' && typeof now === 'number' && given > now;

const isOther = (
  given: number | null | undefined,
  now: AutoOrderItem['rebillValue'],
  { currency }: FormRules,
): boolean => typeof given === 'number' && given !== fromMinor(now, currency);

// -------------------------------------------------------------------------------------- add-ons

/**
 * The add-ons of a list without those that the engine used up, and with counts that do not go back.
 * `counted` is what their counts were before each rebill, the latest first.
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
 * Whether an add-on's count is one from before the last rebills. One that is gone may be given anew
 * by the same values, which only a form that was read before is not meant to do.
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

/** The add-ons of one item without what a list that was read before a rebill would bring back. */
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

function siftTop(current: AutoOrder, body: WireAutoOrder, sieve: Sieve): WireAutoOrder {
  if (sieve.rules.isProven) return body;
  const isStaleState = sieve.isForm && hasStaleState(current, body, sieve.rules);
  const kept = without(
    body,
    {
      cancel_after_next_x_orders: isStaleCancelAfter(current, body, sieve),
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

/** A whole record as it was read, and not a few fields: it holds what no client has a reason to send. */
function isForm(body: WireAutoOrder): boolean {
  return body.auto_order_code != null || body.original_order_id != null;
}

const ownRebills = ({ autoOrderOid }: AutoOrder, billed: Billed) =>
  billed.filter((rebill) => rebill.autoOrderOid === autoOrderOid);

// The record alone, without items, has nothing that dates it: only the value itself shows its age.
function isStaleCancelAfter(current: AutoOrder, body: WireAutoOrder, sieve: Sieve): boolean {
  const { cancel_after_next_x_orders: given } = body;
  const now = current.cancelAfterNextXOrders;
  if (typeof given !== 'number' || now === undefined || given <= now) return false;
  const { counts, schedule } = sieve.age;
  if (counts === 'older' || schedule === 'older') return true;
  const before = ownRebills(current, sieve.billed)[given - now - 1]?.cancelAfterNextXOrders;
  return counts === 'unknown' && sieve.isForm && before === given;
}

/** What declines have set, on a form that was read before one of them, or before they were over. */
function staleDeclines(
  current: AutoOrder,
  body: WireAutoOrder,
  isStaleState: boolean,
  { age, isForm, rules }: Sieve,
): Partial<Record<keyof WireAutoOrder, boolean>> {
  const { credit_card_attempt: attempt, next_attempt: text } = body;
  const next = wireMoment(text, rules.zone);
  const isOtherNext = next !== undefined && !isSameSecond(next, current.nextAttemptAt);
  const isPassed =
    isMore(current.creditCardAttempt, attempt) && isOtherNext && !isBefore(rules.now, next);
  const isReadBefore =
    isForm && ((body.failure_reason || undefined) !== current.failureReason || isPassed);
  if (!isStaleState && !isReadBefore && age.counts !== 'older') return {};
  return {
    credit_card_attempt: typeof attempt === 'number' && attempt !== current.creditCardAttempt,
    next_attempt: isOtherNext || (text === null && current.nextAttemptAt !== undefined),
  };
}

/**
 * Whether a form says `enabled` as it was before the record was stopped, or before it went on. A
 * form of now holds the moment of the stop, or the client took it out with a null.
 */
function hasStaleState(current: AutoOrder, body: WireAutoOrder, { zone }: FormRules): boolean {
  if (current.status === 'active')
    return body.enabled === false && typeof body.disabled_dts === 'string' && !isMeant(body);
  if (current.status === 'merged' || body.enabled !== true) return false;
  const isCanceled = current.status === 'canceled';
  const told = isCanceled ? body.canceled_dts : body.disabled_dts;
  if (told === null) return false;
  if (told === undefined) return body.status !== current.status;
  return !isSameSecond(
    wireMoment(told, zone),
    isCanceled ? current.canceledAt : current.disabledAt,
  );
}

/** Whether a body cancels in so many words, which no age takes back. */
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
