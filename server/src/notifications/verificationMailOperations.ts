import type { Context } from '../platform/context.ts';
import { aboutNoAutoOrder } from './notice.ts';
import { insertNotices } from './store.ts';

/**
 * Queues the mail that verifies an address. It does so even if the merchant has switched mails off,
 * because a person sends it. The token is made when the mail is sent.
 */
export async function queueVerificationMail(context: Context, email: string): Promise<void> {
  await insertNotices(context.db, context.merchant.merchantId, [
    {
      kind: 'verify_email',
      autoOrderOid: aboutNoAutoOrder,
      madeAt: context.now,
      facts: { email },
    },
  ]);
}
