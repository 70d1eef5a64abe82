import { timingSafeEqual } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import { billingSignatureText, billingUrlText } from '../kernel/billingUrlText.ts';
import type { IdFactory } from '../kernel/ids.ts';
import type { Database } from '../platform/storage/database.ts';
import { isNodeFault } from '../platform/storage/failures.ts';

/**
 * A link to the card page. With it a customer can change the card of one auto order until
 * `expiresAt` on the merchant's clock.
 */
export interface BillingLink {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  readonly expiresAt: Temporal.Instant;
}

/** The address at which customers reach this installation, and how this process knows it. */
export interface PublicAddress {
  /** The address without a trailing slash. */
  readonly url: string;
  /**
   * `setting`: it comes from PUBLIC_URL, so it replaces any other address. `only`: this process
   * listens there and is the only server, because it started the PostgreSQL. It replaces the
   * address of an earlier start, but not a setting. `shared`: this process listens there, and other
   * servers may use the same database. It replaces nothing.
   */
  readonly origin: 'setting' | 'only' | 'shared';
}

/**
 * Stores the data that billing links need, before the server accepts requests: a secret that is
 * generated once and never leaves the database, and the public address. Returns the address with
 * which links begin from now on, and the one before. While a node of Citus is missing, the old
 * address stays.
 */
export async function prepareBillingLinks(
  db: Database,
  ids: IdFactory,
  { url, origin }: PublicAddress,
): Promise<{ readonly before: string; readonly now: string }> {
  const before = await readPublicUrl(db);
  try {
    return { before, now: await writePublicUrl(db, ids, { url, origin }) };
  } catch (error) {
    if (before === '' || !isNodeFault(error)) throw error;
    return { before, now: before };
  }
}

/** Stores the secret and the address if there are none, or only the address if it may change. */
async function writePublicUrl(
  db: Database,
  ids: IdFactory,
  { url, origin }: PublicAddress,
): Promise<string> {
  const secret = Buffer.from(ids.secret(blockBytes), 'hex');
  const row = await db.row<{ public_url: string }>(
    `insert into billing_link_key as k
      (inner_key, outer_key, public_url, is_public_url_set)
     values (decode($1, 'hex'), decode($2, 'hex'), $3, $4)
     on conflict (only_one) do update set
       public_url = case when $4 or not (k.is_public_url_set or $5)
         then excluded.public_url else k.public_url end,
       is_public_url_set = k.is_public_url_set or $4
     returning public_url`,
    [mixed(secret, 0x36), mixed(secret, 0x5c), url, origin === 'setting', origin === 'shared'],
  );
  return row!.public_url;
}

/**
 * Signs new links with a new key from now on. Links with the previous key are accepted until
 * `keepUntil` on the machine's clock; links with older keys are no longer accepted. Returns false
 * if no server has made a key yet.
 */
export async function rotateLinkKey(
  db: Database,
  ids: IdFactory,
  keepUntil: Temporal.Instant,
): Promise<boolean> {
  const secret = Buffer.from(ids.secret(blockBytes), 'hex');
  const changed = await db.run(
    `update billing_link_key set previous_inner_key = inner_key, previous_outer_key = outer_key,
       previous_until = $3, inner_key = decode($1, 'hex'), outer_key = decode($2, 'hex')`,
    [mixed(secret, 0x36), mixed(secret, 0x5c), keepUntil],
  );
  return changed === 1;
}

/** Returns the public address of the installation, without a trailing slash. */
export async function readPublicUrl(db: Database): Promise<string> {
  return (
    (await db.row<{ public_url: string }>('select public_url from billing_link_key'))?.public_url ??
    ''
  );
}

/** Creates a link that works for thirty days. */
export async function makeBillingLink(
  db: Database,
  merchantId: string,
  autoOrderOid: number,
): Promise<string> {
  return (await db.row<{ url: string }>(`select ${billingUrlText('$2::int')} as url`, [
    merchantId,
    autoOrderOid,
  ]))!.url;
}

/**
 * Returns the link of a token, or undefined if this installation did not sign it. It does not check
 * expiry: the caller compares `expiresAt` with the merchant's clock.
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
  const expected = await db.rows<{ signature: string }>(
    `select ${billingSignatureText('$1::text')} as signature from (
       select inner_key, outer_key from billing_link_key
       union all select previous_inner_key, previous_outer_key from billing_link_key
         where previous_until > clock_timestamp()) k`,
    [claims],
  );
  const isOurs = expected.some(({ signature: each }) =>
    timingSafeEqual(Buffer.from(signature), Buffer.from(each)),
  );
  if (!isOurs) return undefined;
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

// A signature is 32 bytes in base64url. The comparison needs texts of equal length.
const tokenShape = /^(([A-Z0-9]{1,5})\.(\d{1,10})\.(\d{1,12}))\.([\w-]{43})$/;
