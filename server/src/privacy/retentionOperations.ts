import type { RetentionPreview, RetentionSettings } from '@perennial/contract/privacy.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { type Period, periods, retentionFault } from '../kernel/retentionPeriods.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { noPerson, type PersonKeeper } from '../platform/privacy/person.ts';
import { keptDays, removedBefore } from '../platform/privacy/retention.ts';
import type { Database } from '../platform/storage/database.ts';
import { erasePerson, findObstacles, findPerson, lockPerson } from './privacyOperations.ts';

/** Counts the records that a period would remove. */
export type CountRemovable = (
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
) => Promise<number>;

/** The dependencies of the preview of periods. */
export interface PreviewParts {
  readonly clock: SystemClock;
  readonly removable: Readonly<Record<Period, CountRemovable>>;
}

/**
 * Counts the records that periods would remove now; for omitted periods, the merchant's settings
 * apply.
 */
export async function previewRetention(
  { db, merchant, now }: Context,
  { clock, removable }: PreviewParts,
  given: RetentionSettings,
): Promise<RetentionPreview> {
  const fault = retentionFault(given);
  if (fault) refuse('invalid_field', { ...fault, field: fault.field.replace('retention.', '') });
  const stored = merchant.settings['retention'] as RetentionSettings | undefined;
  const tried = { settings: { retention: { ...stored, ...given } } };
  const preview: Record<string, object> = {};
  for (const period of Object.keys(periods) as Period[]) {
    const before = removedBefore(tried, period, byMachine.has(period) ? clock.now() : now);
    preview[period] =
      before === undefined
        ? { count: 0 }
        : {
            days: keptDays(tried, period),
            before_dts: wireDate(before, merchant.timeZone),
            count: await removable[period](db, merchant.merchantId, before),
          };
  }
  return preview;
}

/** The periods that are measured by the machine's clock. */
const byMachine: ReadonlySet<Period> = new Set(['event_days', 'delivery_log_days']);

/** Orders whose people are erased together. */
export interface ErasedTogether {
  readonly autoOrderOid?: number | undefined;
  readonly orderIds: readonly string[];
}

/**
 * Erases the people of old orders. Leaves out orders whose people are still needed. If one order
 * cannot be erased, the others are erased all the same. Returns the number of erased units.
 */
export async function eraseOldOrders(
  context: Context,
  people: readonly PersonKeeper[],
  units: readonly ErasedTogether[],
): Promise<number> {
  let erased = 0;
  for (const unit of units)
    try {
      if (await eraseUnit(context, people, unit)) erased++;
    } catch (error) {
      context.log.error({ err: error, ...unit }, 'the people of an old order cannot be erased');
    }
  return erased;
}

function eraseUnit(
  context: Context,
  people: readonly PersonKeeper[],
  { autoOrderOid, orderIds }: ErasedTogether,
): Promise<boolean> {
  return inTransaction(context, async (context) => {
    const known = {
      ...noPerson,
      orderIds,
      autoOrderOids: autoOrderOid === undefined ? [] : [autoOrderOid],
    };
    const person = await lockPerson(context, people, await findPerson(context, people, known));
    if ((await findObstacles(context, people, person)).length > 0) return false;
    // The person may still be a customer, so mentions in other records stay.
    const { rows } = await erasePerson(context, people, person, { mentions: false });
    await recordAct(context, {
      act: 'eraseOldOrders',
      objectType: autoOrderOid === undefined ? 'order' : 'auto order',
      objectId: String(autoOrderOid ?? orderIds[0]),
      after: { rows },
    });
    return true;
  });
}
