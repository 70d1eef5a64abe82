import { timingSafeEqual } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';
import type { Database } from '../platform/storage/database.ts';

/**
 * A link to the card page: it lets a customer change the card of one auto order until `expiresAt`
 * on the merchant's clock.
 */
export interface BillingLink {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  readonly expiresAt: Temporal.Instant;
}

/**
 * Stores what billing links need, before the server answers requests: a secret that is generated
 * once and never leaves the database, and the public address.
 */
export async function prepareBillingLinks(
  db: Database,
  ids: IdFactory,
  publicUrl: string,
): Promise<void> {
  const secret = Buffer.from(ids.secret(blockBytes), 'hex');
  await db.run(
    `insert into billing_link_key (inner_key, outer_key, public_url)
     values (decode($1, 'hex'), decode($2, 'hex'), $3)
     on conflict (only_one) do update set public_url = excluded.public_url`,
    [mixed(secret, 0x36), mixed(secret, 0x5c), publicUrl],
  );
}

/** Returns the public address of the installation, without a trailing slash. */
export async function readPublicUrl(db: Database): Promise<string> {
  return (
    (await db.row<{ public_url: string }>('select public_url from billing_link_key'))?.public_url ??
    ''
  );
}

/**
 * Creates a link that works for thirty days, because a customer may read the mail about a declined
 * card late.
 */
export async function makeBillingLink(
  db: Database,
  merchantId: string,
  autoOrderOid: number,
): Promise<string> {
  return (await db.row<{ url: string }>('select update_billing_url($1, $2) as url', [
    merchantId,
    autoOrderOid,
  ]))!.url;
}

/**
 * Returns the link behind a token, or undefined when this installation did not sign it. Does not
 * check expiry: the caller compares `expiresAt` with the merchant's clock.
 */
export async function readBillingLink(
  db: Database,
  token: string,
): Promise<BillingLink | undefined> {
  const match = tokenShape.exec(token);
  if (!match) return undefined;
  const [, claims, merchantId, oid, expires, signature] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const expected = (
    await db.row<{ signature: string | null }>('select billing_signature($1) as signature', [
      claims,
    ])
  )?.signature;
  if (!expected || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected)))
    return undefined;
  return {
    merchantId,
    autoOrderOid: Number(oid),
    expiresAt: Temporal.Instant.fromEpochMilliseconds(Number(expires) * 1000),
  };
}

// The block size of SHA-256 (RFC 2104).
const blockBytes = 64;

const mixed = (secret: Uint8Array, pad: number): string =>
  Buffer.from(secret.map((byte) => byte ^ pad)).toString('hex');

// A signature is 32 bytes in base64url; the comparison needs equal lengths.
const tokenShape = /^(([A-Z0-9]{1,5})\.(\d{1,10})\.(\d{1,12}))\.([\w-]{43})$/;
