import { Temporal } from 'temporal-polyfill';
import { type Context, inTransaction } from '../platform/context.ts';
import { refusal, refuse } from '../platform/http/refusal.ts';
import type { Seal } from '../platform/seal.ts';
import { noCustomer, type QueueVerificationMail } from './operations.ts';
import { emailKey, findCustomerOid, lockCustomer, readEmail } from './store.ts';
import { paceExcess, verificationSpanSeconds } from './verificationPace.ts';
import { keepVerificationMail, listVerificationMails } from './verificationStore.ts';

/*
 * Tokens that represent a customer (customer reference, getEmailVerificationToken and
 * getMagicLink). A token is a sealed text with its end on the merchant's clock, so it needs no row.
 * It is invalid once the profile is deleted.
 */

/** How long a token of an email address is valid. */
const emailTokenHours = 24;
/** How long a link to the customer's page works. */
const magicLinkHours = 1;
/**
 * How long a link to cancel works: longer than the year between two receipts of a yearly auto
 * order.
 */
const cancelLinkHours = 400 * 24;

// The purpose is part of a token, so that no other text that the installation sealed is accepted as
// one.
const emailPurpose = 'email verification';
const linkPurpose = 'magic link';
const cancelPurpose = 'cancel link';

/** Returns a token that proves that its bearer reads the mails of a profile's address. */
export async function emailVerificationToken(
  context: Context,
  seal: Seal,
  email: string | null | undefined,
): Promise<string> {
  if (!email?.trim()) return refuse('missing_field', { field: 'email' });
  return (await profileToken(context, seal, email)) ?? noCustomer({ email });
}

/**
 * Returns the token of {@link emailVerificationToken}, or undefined if no profile has the address.
 */
export async function profileToken(
  { db, merchant, now }: Context,
  seal: Seal,
  email: string,
): Promise<string | undefined> {
  const oid = await findCustomerOid(db, merchant.merchantId, email);
  if (oid === undefined) return undefined;
  const expires = now.add({ hours: emailTokenHours });
  return sealed(seal, [emailPurpose, merchant.merchantId, oid, seconds(expires), emailKey(email)]);
}

/**
 * Mails the token that verifies a profile's address to that address. Refuses more mails than {@link
 * paceExcess} allows, so that a public form cannot flood a mailbox.
 */
export function mailVerification(
  context: Context,
  queue: QueueVerificationMail,
  oid: number,
): Promise<void> {
  return inTransaction(context, async (context) => {
    const { db, merchant, now } = context;
    const stored = (await lockCustomer(db, merchant.merchantId, oid)) ?? noCustomer({ oid });
    const { email, do_not_send_mail: isMuted } = stored.document;
    const conflict = (what: string, fix: string): never =>
      refuse(
        'state_conflict',
        { reason: `Customer ${oid} ${what}`, fix },
        { objectId: String(oid) },
      );
    if (!email) return conflict('has no email address', 'Set email first');
    if (isMuted === true)
      conflict('gets no mail (do_not_send_mail)', 'Set do_not_send_mail to false first');
    const excess = paceExcess(await listVerificationMails(db, merchant.merchantId, oid), now);
    if (excess !== undefined) {
      const { retryAfterSeconds, ...limit } = excess;
      throw refusal('rate_limited', limit, { retryAfterSeconds });
    }
    const since = now.subtract({ seconds: verificationSpanSeconds });
    await keepVerificationMail(db, merchant.merchantId, oid, { at: now, since });
    await queue(context, email);
  });
}

/** Whether a token belongs to this merchant, has not expired, and names the profile's address. */
export async function isEmailVerified(
  { db, merchant: { merchantId }, now }: Context,
  seal: Seal,
  token: string | null | undefined,
): Promise<boolean> {
  if (!token?.trim()) return refuse('missing_field', { field: 'token' });
  const [purpose, owner, oid, expires, email] = openedToken(seal, token.trim());
  if (purpose !== emailPurpose || owner !== merchantId || seconds(now) >= Number(expires))
    return false;
  const stored = await readEmail(db, merchantId, Number(oid));
  return stored !== undefined && emailKey(stored) === email;
}

/** Returns a link to the page of a customer. */
export async function magicLink(
  { db, merchant: { merchantId }, now }: Context,
  { seal, publicUrl }: { readonly seal: Seal; publicUrl(): Promise<string> },
  oid: number,
): Promise<string> {
  if ((await readEmail(db, merchantId, oid)) === undefined) noCustomer({ oid });
  const expires = now.add({ hours: magicLinkHours });
  const token = sealed(seal, [linkPurpose, merchantId, oid, seconds(expires)]);
  return `${await publicUrl()}/customer/${token}`;
}

/** The customer whose page a link opens, until a moment on the merchant's clock. */
export interface MagicLink {
  readonly merchantId: string;
  readonly customerOid: number;
  readonly expiresAt: Temporal.Instant;
}

/** Returns the content of a link's token, or undefined if this installation did not make it. */
export function readMagicLink(seal: Seal, token: string): MagicLink | undefined {
  const [purpose, merchantId, oid, expires] = openedToken(seal, token);
  if (purpose !== linkPurpose || merchantId === undefined) return undefined;
  return { merchantId, customerOid: Number(oid), expiresAt: momentOf(expires) };
}

/**
 * Returns a link to the form that cancels one auto order, for mails to its customer. It shows no
 * other data of the customer, so it may be valid for longer than a magic link.
 */
export async function cancelLink(
  { merchant: { merchantId }, now }: Context,
  { seal, publicUrl }: { readonly seal: Seal; publicUrl(): Promise<string> },
  autoOrderCode: string,
): Promise<string> {
  const expires = now.add({ hours: cancelLinkHours });
  const token = sealed(seal, [cancelPurpose, merchantId, autoOrderCode, seconds(expires)]);
  return `${await publicUrl()}/customer/cancel/${token}`;
}

/** The auto order that a link cancels, until a moment on the merchant's clock. */
export interface CancelLink {
  readonly merchantId: string;
  readonly autoOrderCode: string;
  readonly expiresAt: Temporal.Instant;
}

/** Returns the content of a link's token, or undefined if this installation did not make it. */
export function readCancelLink(seal: Seal, token: string): CancelLink | undefined {
  const [purpose, merchantId, autoOrderCode, expires] = openedToken(seal, token);
  if (purpose !== cancelPurpose || merchantId === undefined || autoOrderCode === undefined)
    return undefined;
  return { merchantId, autoOrderCode, expiresAt: momentOf(expires) };
}

const momentOf = (secondsText: string | undefined): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Number(secondsText) * 1000);

const seconds = (moment: Temporal.Instant): number => Math.floor(moment.epochMilliseconds / 1000);

const sealed = (seal: Seal, parts: readonly (string | number)[]): string =>
  seal.seal(JSON.stringify(parts)).toString('base64url');

function openedToken(seal: Seal, token: string): (string | undefined)[] {
  try {
    const parts: unknown = JSON.parse(seal.open(Buffer.from(token, 'base64url')));
    return Array.isArray(parts) ? parts.map(String) : [];
  } catch {
    // A client may send any text as a token.
    return [];
  }
}
