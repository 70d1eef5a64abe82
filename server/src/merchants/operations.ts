import type { MerchantSettings } from '@perennial/contract/perennial.ts';
import { present } from '../kernel/assert.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { findMerchant, saveMerchant } from '../platform/tenancy/merchantStore.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import { change, toWire } from './settings.ts';

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
  await saveMerchant(context.db, { merchantId, ...changed.value }, changed.value.sections);
  merchants.forget(merchantId);
  return getSettings(context);
}
