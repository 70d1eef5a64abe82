import type { Seal } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';

interface Sealed {
  readonly webhook_oid: number;
  readonly basic_password: Buffer | null;
  readonly iam_secret_key: Buffer | null;
}

/** Seals the credentials and the signing secrets of a merchant's webhooks with the current key. */
export async function resealWebhooks(tx: Database, merchantId: string, seal: Seal): Promise<void> {
  const webhooks = await tx.rows<Sealed>(
    `select webhook_oid, basic_password, iam_secret_key from webhook
     where merchant_id = $1 and (basic_password is not null or iam_secret_key is not null)
     for no key update`,
    [merchantId],
  );
  for (const { webhook_oid, basic_password, iam_secret_key } of webhooks)
    await tx.run(
      `update webhook set basic_password = $3, iam_secret_key = $4
       where merchant_id = $1 and webhook_oid = $2`,
      [
        merchantId,
        webhook_oid,
        basic_password && seal.reseal(basic_password),
        iam_secret_key && seal.reseal(iam_secret_key),
      ],
    );
  const secrets = await tx.rows<{ webhook_oid: number; secret_id: number; secret: Buffer }>(
    `select webhook_oid, secret_id, secret from webhook_secret where merchant_id = $1
     for no key update`,
    [merchantId],
  );
  for (const { webhook_oid, secret_id, secret } of secrets)
    await tx.run(
      `update webhook_secret set secret = $4
       where merchant_id = $1 and webhook_oid = $2 and secret_id = $3`,
      [merchantId, webhook_oid, secret_id, seal.reseal(secret)],
    );
}
