import { Temporal } from 'temporal-polyfill';
import type { AddOn, AutoOrder } from '../autoOrders/autoOrder.ts';
import type { BilledRebill, CountedAddOn } from '../autoOrders/billed.ts';
import { momentText } from '../kernel/calendar.ts';
import type { RebillLine } from './rebillOrder.ts';

/**
 * What a rebill moves, as it was before: the scheduled date of each item and the counts of orders
 * left. The row of every rebill stores it, so empty parts are omitted.
 */
export interface MovedFrom {
  readonly items: readonly {
    readonly oid: number;
    readonly at: string;
    readonly addOns?: readonly CountedAddOn[];
  }[];
  readonly addOns?: readonly CountedAddOn[];
  readonly cancelAfter?: number;
}

/** Returns what an order of these lines will move in an auto order. */
export function movedFrom(autoOrder: AutoOrder, lines: readonly RebillLine[]): MovedFrom {
  const { cancelAfterNextXOrders: cancelAfter } = autoOrder;
  return {
    items: lines.flatMap(({ itemOid, shipment }) => {
      if (itemOid === undefined || shipment === undefined) return [];
      const item = autoOrder.items.find((each) => each.itemOid === itemOid);
      return [{ oid: itemOid, at: momentText(shipment.at), ...counted(item?.addOns ?? []) }];
    }),
    ...counted(autoOrder.addOns),
    ...(cancelAfter === undefined ? {} : { cancelAfter }),
  };
}

function counted(addOns: readonly AddOn[]): { readonly addOns?: readonly CountedAddOn[] } {
  const list = addOns.flatMap(({ itemId, nextXOrders }) =>
    nextXOrders === undefined ? [] : [{ itemId, nextXOrders }],
  );
  return list.length === 0 ? {} : { addOns: list };
}

/** Converts the stored form to the form by which updates are judged. */
export function billedRebill(autoOrderOid: number, moved: MovedFrom): BilledRebill {
  return {
    autoOrderOid,
    cancelAfterNextXOrders: moved.cancelAfter,
    addOns: moved.addOns ?? [],
    items: moved.items.map(({ oid, at, addOns = [] }) => ({
      itemOid: oid,
      at: Temporal.Instant.from(at),
      addOns,
    })),
  };
}
