import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderAddonItem as WireAddOn } from '@perennial/contract/autoOrderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import { localDate, toLocal } from '../kernel/calendar.ts';
import type { Context } from '../platform/context.ts';
import type { AutoOrder } from './autoOrder.ts';
import { isSameSecond, wireMoment } from './formAge.ts';

/** Values that a settled rebill changed, as they were before it. */
export interface BilledRebill {
  readonly autoOrderOid: number;
  readonly cancelAfterNextXOrders?: number | undefined;
  /** The add-ons of the whole auto order whose counts went down. */
  readonly addOns: readonly CountedAddOn[];
  readonly items: readonly BilledItem[];
}

/** One item of a rebill with the date that it was billed for. */
export interface BilledItem {
  readonly itemOid: number;
  /** The scheduled date that was billed. */
  readonly at: Temporal.Instant;
  /** Its local time in the zone that the merchant had, if known (`2026-05-03T10:00:00`). */
  readonly wall?: string | undefined;
  readonly addOns: readonly CountedAddOn[];
}

/** An add-on and the number of orders it has left. */
export interface CountedAddOn {
  readonly itemId: string;
  readonly nextXOrders: number;
}

/** The settled rebills of an auto order and of those merged into it, latest first. */
export type Billed = readonly BilledRebill[];

/** Reads the settled rebills of an auto order, for updates; the rebill feature provides it. */
export type ReadBilled = (context: Context, autoOrderOid: number) => Promise<Billed>;

/**
 * Whether an update holds a value that may be older than a rebill. If so, the settled rebills are
 * needed to decide it.
 */
export function asksForBilled(current: AutoOrder, body: WireAutoOrder, zone: string): boolean {
  const left = current.cancelAfterNextXOrders;
  return (
    (left !== undefined && (body.cancel_after_next_x_orders ?? 0) > left) ||
    hasCounts(body.add_ons) ||
    (body.items ?? []).some((form) => {
      const item = current.items.find(({ itemOid }) => itemOid === form.auto_order_item_oid);
      if (item === undefined) return false;
      const next = wireMoment(form.next_shipment_dts, zone);
      return (next && !isSameSecond(next, item.nextShipmentAt)) || hasCounts(form.add_ons);
    })
  );
}

const hasCounts = (list: readonly WireAddOn[] | null | undefined): boolean =>
  (list ?? []).some((addOn) => addOn.next_x_orders != null);

/**
 * Whether a date of an item was billed. A date with a time must match to the second, or by its
 * local time, which a date keeps when the merchant changes its zone. A date without a time
 * (midnight) must match the day.
 */
export function isBilledDate(
  billed: Billed,
  itemOid: number,
  date: Temporal.Instant,
  zone: string,
): boolean {
  const local = toLocal(date, zone);
  const given = local.toString({ fractionalSecondDigits: 0 });
  const isDay = local.toPlainTime().toString() === '00:00:00';
  const day = localDate(date, zone).toString();
  return itemsBilled(billed, itemOid).some(
    ({ at, wall }) =>
      isSameSecond(at, date) ||
      wall === given ||
      (isDay && (wall?.slice(0, 10) ?? localDate(at, zone).toString()) === day),
  );
}

/**
 * Returns the billed shipments of one item, latest first, including those of an auto order that was
 * merged into this one.
 */
export const itemsBilled = (billed: Billed, itemOid: number): BilledItem[] =>
  billed.flatMap(({ items }) => items.filter((item) => item.itemOid === itemOid));
