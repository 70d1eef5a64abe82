import type { Context } from '../platform/context.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { Rules } from './calculated.ts';
import type { EditRules } from './editItem.ts';
import type { Catalog } from './steps.ts';

/**
 * Returns the values on which the schedule rules depend: the merchant's settings, and the moment of
 * this request or job.
 */
export function scheduleRules({ merchant, now }: Pick<Context, 'merchant' | 'now'>): Rules {
  return { now, zone: merchant.timeZone, missedShipments: missedShipments(merchant) };
}

/**
 * The merchant's policy for missed shipments (settings, missed_shipments). The default is `one`.
 */
export const missedShipments = ({
  settings,
}: Pick<Merchant, 'settings'>): Rules['missedShipments'] =>
  settings['missed_shipments'] === 'skip' || settings['missed_shipments'] === 'bill'
    ? settings['missed_shipments']
    : 'one';

/** Returns the schedule rules, and the other values on which an edit depends. */
export const editRules = (
  context: Pick<Context, 'merchant' | 'now'>,
  catalog: Catalog,
): EditRules => ({ ...scheduleRules(context), currency: context.merchant.currency, catalog });
