import type { Order } from '@perennial/contract/order.ts';
import type { Logger } from 'pino';
import { isOneAddress } from '../kernel/mailAddress.ts';
import { isTestClock } from '../platform/clock/merchantClock.ts';
import type { Context } from '../platform/context.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { MailOutcome, MailTransport } from '../platform/mail/mailTransport.ts';
import type { Database } from '../platform/storage/database.ts';
import { holdOf } from '../platform/tenancy/hold.ts';
import { copiesOf, type MailProfile } from './copies.ts';
import { type Letter, type LetterParts, letterOf } from './letter.ts';
import { mailValues } from './letterValues.ts';
import { merchantLetter } from './merchantLetter.ts';
import { aboutNoAutoOrder, type CustomerNotice, isAboutOrder, type Notice } from './notice.ts';
import { noAddress } from './noticeListener.ts';
import { noticeSettings } from './noticeSettings.ts';
import { html, plainText } from './render.ts';
import {
  claimNotices,
  insertNotices,
  merchantsWithNotices,
  type SettledNotice,
  settleNotices,
} from './store.ts';
import { mailFields, templateLetter } from './template.ts';
import { templateFor } from './templateOperations.ts';
import { listTemplates, type StoredTemplate } from './templateStore.ts';

/** The parts that the worker needs to send mails. */
export interface SenderParts {
  readonly db: Database;
  readonly log: Logger;
  readonly mail: MailTransport;
  /** The sender's address for merchants that set none. */
  readonly mailFrom: string;
  contextFor(merchantId: string): Promise<Context>;
  /** Reads the customer profile with this email or oid, if there is one. */
  readProfile(
    context: Context,
    key: { readonly email: string } | { readonly oid: number },
  ): Promise<MailProfile | undefined>;
  /** Reads the order of a mail about an order, with {@link receiptExpand}. */
  readOrder(context: Context, orderId: string): Promise<Order | undefined>;
  updateBillingUrl(context: Context, autoOrderOid: number): Promise<string>;
  /** Makes the link that cancels an auto order; undefined if its customer cannot cancel it. */
  cancelUrl(context: Context, autoOrderCode: string): Promise<string | undefined>;
  /**
   * Makes the token of a mail that verifies an address; undefined if no profile has the address any
   * more.
   */
  verificationToken(context: Context, email: string): Promise<string | undefined>;
}

/** The names of `_expand` that a receipt needs for its order. */
export const receiptExpand: ReadonlySet<string> = new Set([
  'auto_order',
  'billing',
  'customer_profile',
  'gift',
  'item',
  'summary',
]);

// The lease is longer than any batch takes, so that a mail is sent twice only after a crash. The
// repeated mail has the same Message-ID.
const leaseSeconds = 600;
const firstRetrySeconds = 60;
const retrySecondsMax = 6 * 3600;
// The maximum number of attempts. They are spread over about two days.
const attemptsMax = 14;

/** Sends the mails that the listener stored, one batch of each merchant in turn. */
export function noticeSender(parts: SenderParts): Worker {
  const each = eachMerchant(parts.log, 'notices');
  return {
    name: 'notices',
    async runOnce() {
      return each(await merchantsWithNotices(parts.db), (merchantId) =>
        sendBatch(parts, merchantId),
      );
    },
  };
}

async function sendBatch(parts: SenderParts, merchantId: string): Promise<number> {
  const context = await parts.contextFor(merchantId);
  if (holdOf(context.merchant) !== undefined) return 0;
  const notices = await claimNotices(parts.db, merchantId, leaseSeconds);
  if (notices.length === 0) return 0;
  const templates = await listTemplates(parts.db, merchantId);
  const batch = { ...parts, templates };
  const settled = await Promise.all(notices.map((notice) => sendOne(batch, context, notice)));
  await settleNotices(parts.db, merchantId, settled);
  return notices.length;
}

/** The parts that a batch needs. The templates are read once. */
type BatchParts = SenderParts & { readonly templates: readonly StoredTemplate[] };

/** A mail that cannot be composed is retried later and does not delay other mails. */
async function sendOne(
  parts: BatchParts,
  context: Context,
  notice: Notice,
): Promise<SettledNotice> {
  try {
    return await deliver(parts, context, notice);
  } catch (error) {
    context.log.error(
      { err: error, merchantId: context.merchant.merchantId, noticeId: notice.noticeId },
      'a mail could not be written',
    );
    return {
      ...idOf(notice),
      ...afterOutcome(context, notice, {
        kind: 'deferred',
        response: 'The mail could not be written.',
      }),
    };
  }
}

async function deliver(
  parts: BatchParts,
  context: Context,
  notice: Notice,
): Promise<SettledNotice> {
  const { merchant } = context;
  const written = await writeNotice(parts, context, notice);
  if ('skipReason' in written) return { ...idOf(notice), skipReason: written.skipReason };
  const { to, letter } = written;
  if (!isOneAddress(to)) return { ...idOf(notice), skipReason: brokenAddress };
  const cc = written.cc.filter(isOneAddress);
  const address = noticeSettings(merchant).fromEmail ?? parts.mailFrom;
  const messageId = `<${merchant.merchantId}-${notice.autoOrderOid}-${notice.noticeId}@${address.split('@').at(-1)}>`;
  const outcome = await parts.mail.send({
    messageId,
    from: { name: merchant.name, address },
    to,
    ...(cc.length === 0 ? {} : { cc }),
    subject: letter.subject,
    text: plainText(letter),
    html: html(letter),
    date: notice.madeAt,
  });
  return {
    ...idOf(notice),
    email: to,
    cc: cc.length === 0 ? undefined : cc,
    subject: letter.subject,
    messageId,
    ...afterOutcome(context, notice, outcome),
  };
}

const brokenAddress = 'The stored email address is not one address.';

/** A mail with its recipients, or the reason why it is not sent. */
type Written =
  | { readonly to: string; readonly cc: readonly string[]; readonly letter: Letter }
  | { readonly skipReason: string };

async function writeNotice(parts: BatchParts, context: Context, notice: Notice): Promise<Written> {
  if (!isForCustomer(notice))
    return {
      to: notice.facts.email,
      cc: [],
      letter: merchantLetter(context.merchant, notice),
    };
  const order =
    notice.orderId === undefined ? undefined : await parts.readOrder(context, notice.orderId);
  const to = notice.facts.email ?? order?.billing?.email;
  if (to === undefined || to === '') return { skipReason: noAddress };
  const profile = await profileOf(parts, context, { notice, order, to });
  if (profile?.do_not_send_mail === true) return { skipReason: noMail };
  const { merchant } = context;
  const links = await linksOf(parts, context, { notice, order, to });
  if (notice.kind === 'verify_email' && links.verificationToken === undefined)
    return { skipReason: noProfile };
  const letter = await wordsOf(parts, context, { merchant, notice, order, ...links });
  return { to, cc: copiesOf(notice.kind, to, order, profile), letter };
}

/** A mail with its order and the address of its recipient. */
interface Recipient {
  readonly notice: CustomerNotice;
  readonly order: Order | undefined;
  readonly to: string;
}

/**
 * Returns the profile of the recipient: the one with the address, or else the one of the order.
 * Orders may still have the old address of a profile that was merged into another one or has
 * changed its address.
 */
async function profileOf(
  { readProfile }: BatchParts,
  context: Context,
  { notice: { facts }, order, to }: Recipient,
): Promise<MailProfile | undefined> {
  const { customerProfileOid: oid } = facts;
  return (
    (await readProfile(context, { email: to })) ??
    order?.customer_profile ??
    (oid === undefined ? undefined : readProfile(context, { oid }))
  );
}

/**
 * Makes the links and tokens of a mail when it is sent, so that no stored mail contains a secret.
 */
async function linksOf(
  parts: BatchParts,
  context: Context,
  { notice, order, to }: Recipient,
): Promise<Pick<LetterParts, 'updateBillingUrl' | 'cancelUrl' | 'verificationToken'>> {
  const { kind, autoOrderOid } = notice;
  if (kind === 'verify_email')
    return { verificationToken: await parts.verificationToken(context, to) };
  if (kind === 'receipt' || kind === 'order_receipt') {
    const code = order?.auto_order?.auto_order_code;
    return { cancelUrl: code === undefined ? undefined : await parts.cancelUrl(context, code) };
  }
  if (autoOrderOid === aboutNoAutoOrder || isAboutOrder(kind)) return {};
  return { updateBillingUrl: await parts.updateBillingUrl(context, autoOrderOid) };
}

const isForCustomer = (notice: Notice): notice is CustomerNotice =>
  Object.hasOwn(mailFields, notice.kind);

const noProfile = 'No customer profile has this email address any more.';
const noMail = 'The profile of the customer says not to send mail (do_not_send_mail).';

/**
 * Composes a mail with the merchant's template, if there is one. If the template cannot be used,
 * the mail has the built-in text, and the merchant is notified once.
 */
async function wordsOf(
  parts: BatchParts,
  context: Context,
  letterParts: LetterParts,
): Promise<Letter> {
  const { notice, order } = letterParts;
  const language = order?.language_iso_code ?? notice.facts.language;
  const template = templateFor(parts.templates, notice.kind, language);
  if (template === undefined) return letterOf(letterParts);
  try {
    return templateLetter(notice.kind, template, mailValues(letterParts));
  } catch (error) {
    await reportFault(context, template, error);
    return letterOf(letterParts);
  }
}

async function reportFault(
  { db, log, merchant, now }: Context,
  { kind, language, modifiedAt }: StoredTemplate,
  error: unknown,
): Promise<void> {
  const { merchantId } = merchant;
  log.warn({ err: error, merchantId, kind, language }, 'a mail template cannot be used');
  const { merchantEmail: email } = noticeSettings(merchant);
  if (email === undefined) return;
  const reason = error instanceof Error ? error.message : String(error);
  await insertNotices(db, merchantId, [
    {
      kind: 'template_fault',
      autoOrderOid: aboutNoAutoOrder,
      madeAt: now,
      facts: { email, mailKind: kind, language, reason },
      occasion: `template_fault:${kind}:${language}:${modifiedAt}`,
    },
  ]);
}

function afterOutcome(
  context: Context,
  notice: Notice,
  outcome: MailOutcome,
): Omit<SettledNotice, 'noticeId' | 'autoOrderOid'> {
  // The mail counts as delivered when it was created, because a test clock may have moved far ahead
  // since.
  const at = isTestClock(context.merchant.clock) ? notice.madeAt : context.now;
  const smtpResponse = outcome.response;
  switch (outcome.kind) {
    case 'delivered':
      return { deliveredAt: at, smtpResponse };
    case 'bounced':
      return { bouncedAt: at, bounceType: 'Permanent', smtpResponse };
    case 'deferred':
      return notice.attempts < attemptsMax
        ? { retryInSeconds: retrySeconds(notice.attempts), smtpResponse }
        : { bouncedAt: at, bounceType: 'Transient', smtpResponse };
  }
}

/** Returns the wait, which doubles after each attempt. */
const retrySeconds = (attempts: number): number =>
  Math.min(retrySecondsMax, firstRetrySeconds * 2 ** (attempts - 1));

const idOf = ({ noticeId, autoOrderOid }: Notice) => ({ noticeId, autoOrderOid });
