import type { Context } from '../platform/context.ts';
import { aboutNoAutoOrder } from './notice.ts';
import { noticeSettings } from './noticeSettings.ts';
import { insertNotices } from './store.ts';

/**
 * Stores the mail to the merchant about a gateway that refuses its account, in the caller's
 * transaction. Its kind is `merchant_parked`, so the switch of that kind also turns it off.
 */
export async function mailRefusedAccount(
  { db, merchant, now }: Context,
  code: string,
  reason: string,
): Promise<void> {
  const { merchantEmail: email, isOn } = noticeSettings(merchant);
  if (email === undefined || !isOn('merchant_parked')) return;
  await insertNotices(db, merchant.merchantId, [
    {
      kind: 'merchant_parked',
      autoOrderOid: aboutNoAutoOrder,
      madeAt: now,
      facts: {
        email,
        entries: [
          `All charges through the gateway ${code}: ${reason}. No customer was charged. Check the key ` +
            'and the account at the gateway; due orders are then charged within ten minutes.',
        ],
      },
    },
  ]);
}
