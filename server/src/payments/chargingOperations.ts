import type { Charging } from '@perennial/contract/charging.ts';
import { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { wireDate } from '../kernel/calendar.ts';
import { readWireDate } from '../kernel/wireDates.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { type ChargesOff, chargesOffOf, chargesOffSection } from '../platform/tenancy/hold.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import {
  findMerchant,
  lockMerchant,
  removeSettingsSection,
  saveSettingsSection,
} from '../platform/tenancy/merchantStore.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { type ChargingGate, merchantOffName } from './charging.ts';

/** The dependencies of the operations that stop and start a merchant's charges. */
export interface ChargingParts {
  /** A stop is dated by the machine's clock, because a test clock may be stopped. */
  readonly clock: SystemClock;
  readonly merchants: Merchants;
  readonly gate: ChargingGate;
}

/** Returns whether the charges of the caller's merchant are running. */
export async function getCharging(
  { db, merchant: { merchantId } }: Context,
  { gate }: ChargingParts,
): Promise<Charging> {
  return presentCharging(required(await findMerchant(db, merchantId), 'merchant'), gate);
}

/** Stops the charges of the caller's merchant. A second stop changes nothing. */
export async function stopCharging(
  context: Context,
  parts: ChargingParts,
  given: string | null | undefined,
): Promise<Charging> {
  const reason = given?.trim() || refuse('missing_field', { field: 'reason' });
  const since = sinceText(parts.clock);
  const off = { reason, since, by: context.actor.name };
  return changed(context, parts, async ({ db, merchant: { merchantId } }, before) => {
    if (before === undefined) await saveSettingsSection(db, merchantId, chargesOffSection, off);
    return before === undefined ? off : before;
  });
}

/**
 * Resumes the charges of the caller's merchant. `meant` names the stop to end; absent: any stop.
 */
export async function startCharging(
  context: Context,
  parts: ChargingParts,
  meant: string | null | undefined,
): Promise<Charging> {
  return changed(context, parts, async ({ db, merchant: { merchantId, timeZone } }, before) => {
    if (before === undefined) return undefined;
    if (before.by === undefined)
      refuse('state_conflict', {
        reason: `The operator of the server stopped the charges (${before.reason})`,
        fix: `Ask the operator to run \`perennial merchant start-charges --id ${merchantId}\``,
      });
    if (meant && !isSince(before, meant, timeZone))
      refuse('state_conflict', {
        reason: `${before.by} stopped the charges again (${before.reason})`,
        fix: 'Read the present stop, then start the charges with its stopped_dts',
      });
    await removeSettingsSection(db, merchantId, chargesOffSection);
    return undefined;
  });
}

/** Returns the time of a stop as it is stored. */
export const sinceText = (clock: SystemClock): string => clock.now().round('second').toString();

/**
 * Locks the merchant, runs the change, records it if it changed something, and reads the result.
 */
async function changed(
  context: Context,
  parts: ChargingParts,
  change: (context: Context, before: ChargesOff | undefined) => Promise<ChargesOff | undefined>,
): Promise<Charging> {
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    const before = chargesOffOf(required(await lockMerchant(context.db, merchantId), 'merchant'));
    const after = await change(context, before);
    if (before === after) return;
    await recordAct(context, {
      act: after ? 'stopCharging' : 'startCharging',
      objectType: 'merchant',
      objectId: merchantId,
      before: actOf(before),
      after: actOf(after),
    });
  });
  parts.merchants.forget(merchantId);
  return getCharging(context, parts);
}

/** Returns the state of the charges as the audit log shows it. */
export const actOf = (off: ChargesOff | undefined): Readonly<Record<string, string>> =>
  off === undefined
    ? { charges: 'on' }
    : { charges: 'stopped', reason: off.reason, by: off.by ?? 'the operator' };

/** Returns the state of a merchant's charges in the wire format. */
export function presentCharging(merchant: Merchant, gate: ChargingGate): Charging {
  const off = chargesOffOf(merchant);
  const stop = gate.stopFor(merchant);
  const stopWords = stop === undefined || stop.name === merchantOffName ? undefined : stop.words;
  return {
    state: off === undefined ? 'on' : 'stopped',
    ...(off !== undefined && {
      ...sinceOf(off, merchant.timeZone),
      stopped_by: off.by ?? 'the operator',
      stopped_by_operator: off.by === undefined,
      reason: off.reason,
    }),
    ...(stopWords !== undefined && { installation_stop: stopWords }),
  };
}

/** Leaves out a time that cannot be parsed. */
function sinceOf({ since }: ChargesOff, zone: string): Pick<Charging, 'stopped_dts'> {
  const at = readWireDate(since, zone);
  return at.ok ? { stopped_dts: wireDate(at.value, zone) } : {};
}

function isSince({ since }: ChargesOff, meant: string, zone: string): boolean {
  const [at, given] = [readWireDate(since, zone), readWireDate(meant, zone)];
  return at.ok && given.ok && Temporal.Instant.compare(at.value, given.value) === 0;
}
