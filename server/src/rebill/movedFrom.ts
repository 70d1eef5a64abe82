import { Temporal } from 'temporal-polyfill';
import type { AddOn, AutoOrder } from '../autoOrders/autoOrder.ts';
import type { BilledRebill, CountedAddOn } from '../autoOrders/billed.ts';
import { momentText, wireDate } from '../kernel/calendar.ts';
import { isWithinWire } from '../kernel/wireDates.ts';
import type { RebillLine } from './rebillOrder.ts';

/**
 * The values before a rebill changed them: the scheduled date of each item and the counts of orders
 * left. The row of every rebill stores them, so empty parts are omitted.
 */
export interface MovedFrom {
  readonly items: readonly {
    readonly oid: number;
    /** With the offset of the merchant's zone at that time; older rows end in `Z`. */
    readonly at: string;
    readonly addOns?: readonly CountedAddOn[];
  }[];
  readonly addOns?: readonly CountedAddOn[];
  readonly cancelAfter?: number;
}

/**
 * Returns the values that an order of these lines will change in an auto order of a merchant in
 * `zone`.
 */
export function movedFrom(
  autoOrder: AutoOrder,
  lines: readonly RebillLine[],
  zone: string,
): MovedFrom {
  const { cancelAfterNextXOrders: cancelAfter } = autoOrder;
  return {
    items: lines.flatMap(({ itemOid, shipment }) => {
      if (itemOid === undefined || shipment === undefined) return [];
      const item = autoOrder.items.find((each) => each.itemOid === itemOid);
      return [{ oid: itemOid, at: dateText(shipment.at, zone), ...counted(item?.addOns ?? []) }];
    }),
    ...counted(autoOrder.addOns),
    ...(cancelAfter === undefined ? {} : { cancelAfter }),
  };
}

/** The local time must stay readable after the merchant moves to another zone. */
const dateText = (at: Temporal.Instant, zone: string): string =>
  isWithinWire(at, zone) ? wireDate(at, zone) : momentText(at);

function counted(addOns: readonly AddOn[]): { readonly addOns?: readonly CountedAddOn[] } {
  const list = addOns.flatMap(({ itemId, nextXOrders }) =>
    nextXOrders === undefined ? [] : [{ itemId, nextXOrders }],
  );
  return list.length === 0 ? {} : { addOns: list };
}

/** Converts the stored form to the form with which updates are compared. */
export function billedRebill(autoOrderOid: number, moved: MovedFrom): BilledRebill {
  return {
    autoOrderOid,
    cancelAfterNextXOrders: moved.cancelAfter,
    addOns: moved.addOns ?? [],
    items: moved.items.map(({ oid, at, addOns = [] }) => ({
      itemOid: oid,
      at: Temporal.Instant.from(at),
      wall: /^(.+)[+-]\d\d:\d\d$/.exec(at)?.[1],
      addOns,
    })),
  };
}
