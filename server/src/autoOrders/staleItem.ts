import type { AutoOrderItem as WireItem } from '@perennial/contract/autoOrderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import { isBefore } from '../kernel/moments.ts';
import { fromMinor } from '../kernel/money.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import { isBilledDate, itemsBilled } from './billed.ts';
import {
  hasOtherOffset,
  type ItemAge,
  isSameSecond,
  isSameTimeElsewhere,
  itemAge,
  wireMoment,
} from './formAge.ts';
import { siftAddOns } from './staleAddOns.ts';
import { type FormRules, isMore, isOfOtherZone, type Sieve, without } from './staleSieve.ts';

/** The age of the values of an item of a form. */
export function ageOf(
  form: WireItem,
  item: AutoOrderItem,
  sieve: Pick<Sieve, 'billed' | 'isForm' | 'rules'>,
): ItemAge {
  const { isForm, rules } = sieve;
  if (rules.isProven) return { counts: 'current', schedule: 'current' };
  const age = itemAge(form, item, rules.zone);
  // If nothing else shows the age, the offset of a zone that the merchant left shows it.
  if (isForm && age.schedule === 'unknown' && isReadElsewhere(item, form, rules))
    return { ...age, schedule: 'older' };
  const next = wireMoment(form.next_shipment_dts, rules.zone);
  // A date that the item had before it was moved shows it as well.
  if (isForm && age.schedule === 'unknown' && isFormer(item, next))
    return { ...age, schedule: 'older' };
  // So does a billed date before the next shipment.
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
 * moments. Therefore, in a whole form, a date whose offset is not that of the merchant's zone
 * counts as billed if it is close to a billed date, within the greatest difference between two
 * zones.
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

// The difference between -12:00 and +14:00.
const zonesApartMs = 26 * 3_600_000;

/** Returns an item of a form without its stale fields. */
export function siftItem(item: AutoOrderItem, form: WireItem, sieve: Sieve): WireItem {
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
 * Whether the next shipment of a form is not a new date. It is stale if it is the date with which
 * the form was read, a date before the next one on an older form, or a date that was billed. On a
 * current form, a billed date that is in the future is not stale: it means one more shipment.
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
 * Returns the stale fields of the notice. The notice belongs to the next shipment: it is as old as
 * the shipment, and is not sent twice.
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

// A paused item has no calculated date, so a form that has one was read before the pause.
const isStaleStart = (item: AutoOrderItem, form: WireItem, { isProven }: FormRules): boolean =>
  !isProven &&
  item.paused &&
  form.paused === false &&
  typeof form.calculated_next_shipment_dts === 'string';

const isOther = (
  given: number | null | undefined,
  now: AutoOrderItem['rebillValue'],
  { currency }: FormRules,
): boolean => typeof given === 'number' && given !== fromMinor(now, currency);
