import type { Context } from '../platform/context.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { Rules } from './calculated.ts';
import type { EditRules } from './editItem.ts';
import type { Catalog } from './steps.ts';

/** What the schedule rules depend on, as this merchant has set it and at the moment of this request or job. */
export function scheduleRules({ merchant, now }: Pick<Context, 'merchant' | 'now'>): Rules {
  return { now, zone: merchant.timeZone, missedShipments: missedShipments(merchant) };
}

/** What the merchant charges of missed shipments (settings, missed_shipments): one unless it says otherwise. */
export const missedShipments = ({
  settings,
}: Pick<Merchant, 'settings'>): Rules['missedShipments'] =>
  settings['missed_shipments'] === 'skip' || settings['missed_shipments'] === 'bill'
    ? settings['missed_shipments']
    : 'one';

/** The same with all that an edit is judged by. */
export const editRules = (
  context: Pick<Context, 'merchant' | 'now'>,
  catalog: Catalog,
): EditRules => ({ ...scheduleRules(context), currency: context.merchant.currency, catalog });
