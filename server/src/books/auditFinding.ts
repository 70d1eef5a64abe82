import type { Difference } from './audit.ts';
import { auditedSubject, isRebill } from './auditCaptures.ts';

/** A difference, with the record that it concerns. */
export interface Finding extends Difference {
  readonly autoOrderOid?: number | undefined;
  readonly orderId?: string | undefined;
}

/**
 * Adds the record that a difference concerns. `ownersOfItems`: the auto orders of items, by item
 * oid.
 */
export function findingOf(
  difference: Difference,
  ownersOfItems: ReadonlyMap<number, number>,
): Finding {
  const { objectType, objectId } = difference;
  switch (objectType) {
    case 'auto order':
      return { ...difference, autoOrderOid: Number(objectId) };
    case 'auto order item':
      return { ...difference, autoOrderOid: ownersOfItems.get(Number(objectId)) };
    case 'rebill':
      return { ...difference, autoOrderOid: Number(objectId.split('/')[0]) };
    case 'store credit':
      return difference;
    case 'order':
      return { ...difference, orderId: objectId };
    case 'charge': {
      const named = auditedSubject(objectId).split(':')[2];
      return isRebill(objectId)
        ? { ...difference, autoOrderOid: Number(named) }
        : { ...difference, orderId: named };
    }
  }
}
