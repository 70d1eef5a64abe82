import type { AutoOrderItem as WireItem } from '@perennial/contract/autoOrderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import { isBefore } from '../kernel/moments.ts';
import { isWithinWire, parseWireDate } from '../kernel/wireDates.ts';
import type { AutoOrderItem } from './autoOrder.ts';

/*
 * Determines how old a form is. A form is an auto order that a client read, kept and sends back.
 * Some of its values are changed only by the engine, and these show when it was read.
 */

/**
 * `older`: the engine changed the record after the client read it. `current`: it did not.
 * `unknown`: nothing in the body shows its age.
 */
export type Age = 'older' | 'current' | 'unknown';

/** The age of one item of a form. */
export interface ItemAge {
  /** The age of the counts of the form, by the number of rebills. */
  readonly counts: Age;
  /** The age of the dates of the form, which depends on the next shipment as well. */
  readonly schedule: Age;
}

/**
 * Determines the age of one item of a form by `number_of_rebills`. If a client cannot send a zero,
 * `last_order_dts` decides. `calculated_next_shipment_dts` shows a schedule that changed without a
 * rebill.
 */
export function itemAge(form: WireItem, item: AutoOrderItem, zone: string): ItemAge {
  const counts = countsAge(form, item, zone);
  if (counts === 'older') return { counts, schedule: 'older' };
  const calculated = wireMoment(form.calculated_next_shipment_dts, zone);
  // A paused item has no calculated date. A rebill that staff cancels moves the schedule without
  // changing the counts.
  if (calculated === undefined)
    return { counts, schedule: counts === 'current' ? 'unknown' : counts };
  return { counts, schedule: isSameSecond(calculated, item.nextShipmentAt) ? 'current' : 'older' };
}

function countsAge(form: WireItem, item: AutoOrderItem, zone: string): Age {
  const { number_of_rebills: count } = form;
  if (typeof count === 'number' && count >= 0 && count < item.numberOfRebills) return 'older';
  if (count === item.numberOfRebills) return 'current';
  // An opening history that another system billed has dates before the original order.
  const isImport = item.numberOfRebills === 0 || (count ?? 0) > item.numberOfRebills;
  if (isImport) return 'unknown';
  const last = wireMoment(form.last_order_dts, zone);
  // The engine never writes a date outside the range of the wire. A form that replaces such a date
  // repairs it.
  if (last === undefined || item.lastOrderAt === undefined || !isWithinWire(item.lastOrderAt, zone))
    return 'unknown';
  if (isSameSecond(last, item.lastOrderAt)) return 'current';
  return isBefore(last, item.lastOrderAt) ? 'older' : 'unknown';
}

/**
 * Returns the age of a whole form: older if any part is older, current if every part is current.
 */
export function commonAge(ages: readonly Age[]): Age {
  if (ages.includes('older')) return 'older';
  return ages.length > 0 && ages.every((age) => age === 'current') ? 'current' : 'unknown';
}

/**
 * Returns the moment of a date in the wire format; undefined when it is absent or cannot be read.
 */
export function wireMoment(
  text: string | null | undefined,
  zone: string,
): Temporal.Instant | undefined {
  if (typeof text !== 'string') return undefined;
  const parsed = parseWireDate(text, zone);
  return parsed.ok ? parsed.value : undefined;
}

/** Whether two moments are equal in whole seconds, as the wire shows them. */
export const isSameSecond = (
  one: Temporal.Instant | undefined,
  other: Temporal.Instant | undefined,
): boolean => secondOf(one) === secondOf(other);

/**
 * Whether a date of a form shows the same local time as the current one but another moment. Such a
 * date was read before the merchant changed its time zone, which kept the local time.
 */
export function isSameWall(
  text: string | null | undefined,
  present: Temporal.Instant | undefined,
  zone: string,
): boolean {
  const given = wireMoment(text, zone);
  if (given === undefined || present === undefined || isSameSecond(given, present)) return false;
  const [, date, time] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/i.exec(text ?? '') ?? [];
  const wall = present.toZonedDateTimeISO(zone).toPlainDateTime();
  return wall.toString({ fractionalSecondDigits: 0 }) === `${date}T${time}`;
}

/**
 * Whether a date of a form shows the current one's time of day at another offset. Such a date was
 * read before the merchant changed its time zone, and the schedule may have moved since. A client
 * that writes its local time, or UTC, shows another time of day.
 */
export function isSameTimeElsewhere(
  text: string | null | undefined,
  present: Temporal.Instant | undefined,
  zone: string,
): boolean {
  const given = wireMoment(text, zone);
  if (given === undefined || present === undefined || !hasOtherOffset(text, given, zone))
    return false;
  const [, time] = /^\d{4}-\d\d-\d\d[T ](\d\d:\d\d:\d\d)/i.exec(text ?? '') ?? [];
  const timeOfDay = present.toZonedDateTimeISO(zone).toPlainTime();
  return timeOfDay.toString({ fractionalSecondDigits: 0 }) === time;
}

/** Whether a date of a form has an offset other than the zone's at that moment. */
export function hasOtherOffset(
  text: string | null | undefined,
  moment: Temporal.Instant,
  zone: string,
): boolean {
  const [, offset] = /([+-]\d\d:?\d\d|z)$/i.exec(text ?? '') ?? [];
  if (offset === undefined) return false;
  const given = /^z$/i.test(offset) ? '+00:00' : offset.replace(/(\d\d)(\d\d)$/, '$1:$2');
  return given !== moment.toZonedDateTimeISO(zone).offset;
}

const secondOf = (moment: Temporal.Instant | undefined): number | undefined =>
  moment && Math.floor(moment.epochMilliseconds / 1000);
