import type { MerchantSettings } from '@perennial/contract/perennial.ts';
import { present } from '../kernel/assert.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { zoneName } from '../platform/storage/zone.ts';
import { findMerchant, saveMerchant } from '../platform/tenancy/merchantStore.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { change, noZone, toWire } from './settings.ts';

/** The settings as they are stored now. */
export async function getSettings({ db, merchant }: Context): Promise<MerchantSettings> {
  return toWire(present(await findMerchant(db, merchant.merchantId), 'merchant'));
}

/** Changes what is given and answers with everything. Other processes go by it within a second. */
export async function updateSettings(
  context: Context,
  merchants: Merchants,
  given: MerchantSettings,
): Promise<MerchantSettings> {
  const { merchantId } = context.merchant;
  const merchant = present(await findMerchant(context.db, merchantId), 'merchant');
  const changed = change(merchant, given);
  if (!changed.ok) return refuse('invalid_field', changed.reason);
  const timeZone = await knownZone(context, merchant.timeZone, changed.value.timeZone);
  await saveMerchant(
    context.db,
    { merchantId, ...changed.value, timeZone },
    changed.value.sections,
  );
  merchants.forget(merchantId);
  return getSettings(context);
}

/** The zone of a change in PostgreSQL's spelling; refused where PostgreSQL does not know it. */
async function knownZone({ db }: Context, before: string, given: string): Promise<string> {
  return given === before
    ? given
    : ((await zoneName(db, given)) ?? refuse('invalid_field', noZone));
}
