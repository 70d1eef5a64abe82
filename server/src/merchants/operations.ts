import { MerchantSettings } from '@perennial/contract/perennial.ts';
import { required } from '../kernel/assert.ts';
import { isZone } from '../kernel/calendar.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { isTestClock } from '../platform/clock/merchantClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { writable } from '../platform/http/document.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { zoneName } from '../platform/storage/zone.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { findMerchant, lockMerchant, saveMerchant } from '../platform/tenancy/merchantStore.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import type { KeepWalls, ZoneChange } from '../platform/tenancy/zoneChange.ts';
import { change, noLoopback, noZone, settingsToWire } from './settings.ts';

/** The settings, with their version for `ETag`. */
export interface VersionedSettings {
  readonly settings: MerchantSettings;
  readonly version: number;
}

/** The settings as they are stored now. */
export async function getSettings({ db, merchant }: Context): Promise<VersionedSettings> {
  const stored = required(await findMerchant(db, merchant.merchantId), 'merchant');
  return { settings: settingsToWire(stored), version: versionOf(stored) };
}

const versionOf = ({ versions }: Merchant): number =>
  required(versions, 'versions of a stored merchant').settings;

/** What a change of settings needs besides the settings. */
export interface SettingsParts {
  readonly merchants: Merchants;
  /** Moves the local times of all features when the merchant changes its time zone. */
  readonly keepWalls: readonly KeepWalls[];
  /** Runs in the transaction that changed these sections, before it is committed. */
  readonly onChange?: (context: Context, sections: ReadonlySet<string>) => Promise<void>;
  /** Returns the folded codes among these of coupons that exist and that retries can use. */
  readonly findRetryCodes: (
    context: Context,
    codes: readonly string[],
  ) => Promise<ReadonlySet<string>>;
  /** Whether merchants may receive webhooks on the server's own machine. */
  readonly isLoopbackAllowed: boolean;
}

/**
 * Changes the given settings and returns all of them. Other processes use the new values within a
 * second.
 */
export async function updateSettings(
  context: Context,
  { merchants, keepWalls, onChange, findRetryCodes, isLoopbackAllowed }: SettingsParts,
  given: MerchantSettings,
  ifMatch?: number,
): Promise<VersionedSettings> {
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    const merchant = required(await lockMerchant(context.db, merchantId), 'merchant');
    refuseOtherVersion(versionOf(merchant), ifMatch, merchantId);
    checkLogIn(context, given);
    if (!isLoopbackAllowed && given.webhooks?.allow_loopback) refuse('invalid_field', noLoopback);
    const retryCodes = await findRetryCodes(
      context,
      (given.dunning?.retry_coupon_codes ?? []).map((code) => code.trim()),
    );
    const sent = writable(MerchantSettings, given, merchant.timeZone);
    const changed = change(merchant, sent, retryCodes);
    if (!changed.ok) return refuse('invalid_field', changed.reason);
    const timeZone = await knownZone(context, merchant.timeZone, changed.value.timeZone);
    await moveWalls(context, keepWalls, { from: merchant.timeZone, to: timeZone });
    const { name, sections } = changed.value;
    await saveMerchant(context.db, { merchantId, name, timeZone }, sections);
    const settings = { ...merchant.settings, ...sections };
    await recordAct(context, {
      act: 'updateMerchantSettings',
      objectType: 'settings',
      objectId: merchantId,
      before: settingsToWire(merchant),
      after: settingsToWire({ ...merchant, name, timeZone, settings }),
    });
    await onChange?.(context, new Set(Object.keys(sections)));
  });
  merchants.forget(merchantId);
  return getSettings(context);
}

/**
 * The gateways of a merchant with a real clock move money. So a session may change them only
 * shortly after its log-in.
 */
function checkLogIn({ actor, merchant }: Context, { gateways }: MerchantSettings): void {
  if (gateways && !isTestClock(merchant.clock) && actor.session && !actor.session.isRecent)
    refuse('recent_log_in_needed', { minutes: 15 });
}

/**
 * Local times that are already set stay the same in the new zone. If the stored zone is not valid,
 * there are no local times to keep.
 */
async function moveWalls(
  context: Context,
  keepWalls: readonly KeepWalls[],
  change: ZoneChange,
): Promise<void> {
  if (change.from === change.to || !isZone(change.from)) return;
  context.log.info({ merchantId: context.merchant.merchantId, ...change }, 'time zone changed');
  // All of the merchant's records move, whatever their number.
  await context.db.takeTime();
  for (const keep of keepWalls) await keep(context, change);
}

/**
 * Returns the time zone of a change, spelled as in PostgreSQL. Refuses a zone that PostgreSQL does
 * not know.
 */
async function knownZone({ db }: Context, before: string, given: string): Promise<string> {
  return given === before
    ? given
    : ((await zoneName(db, given)) ?? refuse('invalid_field', noZone));
}
