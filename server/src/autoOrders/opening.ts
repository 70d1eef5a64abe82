import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';

/**
 * The figures that a client wrote into an item, less those of the orders in this database: the
 * opening balance of an item that another system billed before. Amounts are in minor units.
 */
export interface Opening {
  readonly itemOid: number;
  readonly rebills: number;
  readonly rebillValue: number;
  readonly lifeTimeValue: number;
  /** The dates, if the client wrote them. */
  readonly firstOrderAt?: Temporal.Instant | undefined;
  readonly lastOrderAt?: Temporal.Instant | undefined;
}

/** Returns what an update adds to the opening balances of items. */
export function openingsOf(before: AutoOrder, after: AutoOrder): Opening[] {
  return after.items.flatMap((item) => {
    const known = before.items.find(({ itemOid }) => itemOid === item.itemOid);
    const opening = openingOf(known, item);
    return isNothing(opening) ? [] : [opening];
  });
}

function openingOf(known: AutoOrderItem | undefined, item: AutoOrderItem): Opening {
  const { numberOfRebills = 0, rebillValue = 0, lifeTimeValue = 0 } = known ?? {};
  return {
    itemOid: item.itemOid,
    rebills: item.numberOfRebills - numberOfRebills,
    rebillValue: item.rebillValue - rebillValue,
    lifeTimeValue: item.lifeTimeValue - lifeTimeValue,
    firstOrderAt: written(known?.firstOrderAt, item.firstOrderAt),
    lastOrderAt: written(known?.lastOrderAt, item.lastOrderAt),
  };
}

const written = (
  before: Temporal.Instant | undefined,
  after: Temporal.Instant | undefined,
): Temporal.Instant | undefined =>
  before?.epochMilliseconds === after?.epochMilliseconds ? undefined : after;

const isNothing = (opening: Opening): boolean =>
  opening.rebills === 0 &&
  opening.rebillValue === 0 &&
  opening.lifeTimeValue === 0 &&
  opening.firstOrderAt === undefined &&
  opening.lastOrderAt === undefined;
