import type { Order } from '@perennial/contract/order.ts';
import type { Logger } from 'pino';
import { isTestClock } from '../platform/clock/merchantClock.ts';
import type { Context } from '../platform/context.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { MailOutcome, MailTransport } from '../platform/mail/mailTransport.ts';
import type { Database } from '../platform/storage/database.ts';
import { type Letter, letterOf } from './letter.ts';
import { webhookDisabledLetter } from './merchantLetter.ts';
import type { Notice } from './notice.ts';
import { noAddress } from './noticeListener.ts';
import { noticeSettings } from './noticeSettings.ts';
import { html, plainText } from './render.ts';
import { claimNotices, merchantsWithNotices, type SettledNotice, settleNotices } from './store.ts';

/** What sending mails needs. */
export interface SenderParts {
  readonly db: Database;
  readonly log: Logger;
  readonly mail: MailTransport;
  /** The sender's address for merchants that set none. */
  readonly mailFrom: string;
  contextFor(merchantId: string): Promise<Context>;
  /** Reads the order of a receipt, with {@link receiptExpand}. */
  readOrder(context: Context, orderId: string): Promise<Order | undefined>;
  updateBillingUrl(context: Context, autoOrderOid: number): Promise<string>;
}

/** The names of `_expand` that a receipt needs of its order. */
export const receiptExpand: ReadonlySet<string> = new Set(['billing', 'item', 'summary']);

// Longer than a batch can take, so that a mail is sent twice only after a crash. The repetition has
// the same Message-ID.
const leaseSeconds = 600;
const firstRetrySeconds = 60;
const retrySecondsMax = 6 * 3600;
// Spread over about two days.
const attemptsMax = 14;

/** Sends the mails that the listener stored, a batch of each merchant in turn. */
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
  const notices = await claimNotices(parts.db, merchantId, leaseSeconds);
  if (notices.length === 0) return 0;
  const context = await parts.contextFor(merchantId);
  const settled = await Promise.all(notices.map((notice) => sendOne(parts, context, notice)));
  await settleNotices(parts.db, merchantId, settled);
  return notices.length;
}

/** A mail that cannot be composed is retried later and delays no other mail. */
async function sendOne(
  parts: SenderParts,
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
  parts: SenderParts,
  context: Context,
  notice: Notice,
): Promise<SettledNotice> {
  const { merchant } = context;
  const written = await write(parts, context, notice);
  if (written === undefined) return { ...idOf(notice), skipReason: noAddress };
  const { to, letter } = written;
  if (!isOneAddress(to)) return { ...idOf(notice), skipReason: brokenAddress };
  const address = noticeSettings(merchant).fromEmail ?? parts.mailFrom;
  const messageId = `<${merchant.merchantId}-${notice.autoOrderOid}-${notice.noticeId}@${address.split('@').at(-1)}>`;
  const outcome = await parts.mail.send({
    messageId,
    from: { name: merchant.name, address },
    to,
    subject: letter.subject,
    text: plainText(letter),
    html: html(letter),
    date: notice.madeAt,
  });
  return {
    ...idOf(notice),
    email: to,
    subject: letter.subject,
    messageId,
    ...afterOutcome(context, notice, outcome),
  };
}

/**
 * Whether a text is one address. Anything else, such as a second line, could address other people
 * or add headers.
 */
const isOneAddress = (text: unknown): text is string =>
  typeof text === 'string' && /^[^\s<>,;"]+@[^\s<>,;"@]+$/.test(text);

const brokenAddress = 'The stored email address is not one address.';

/** Returns the letter and its recipient; undefined when a customer has no address. */
async function write(
  parts: SenderParts,
  context: Context,
  notice: Notice,
): Promise<{ readonly to: string; readonly letter: Letter } | undefined> {
  const { merchant } = context;
  if (notice.kind === 'webhook_disabled')
    return { to: notice.facts.email, letter: webhookDisabledLetter(merchant, notice) };
  const order =
    notice.orderId === undefined ? undefined : await parts.readOrder(context, notice.orderId);
  const to = notice.facts.email ?? order?.billing?.email;
  if (to === undefined || to === '') return undefined;
  const updateBillingUrl = await parts.updateBillingUrl(context, notice.autoOrderOid);
  return { to, letter: letterOf({ merchant, notice, order, updateBillingUrl }) };
}

function afterOutcome(
  context: Context,
  notice: Notice,
  outcome: MailOutcome,
): Omit<SettledNotice, 'noticeId' | 'autoOrderOid'> {
  // A test clock may have moved far ahead since, so the mail counts as delivered when it was
  // created.
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

/** The wait doubles after each attempt. */
const retrySeconds = (attempts: number): number =>
  Math.min(retrySecondsMax, firstRetrySeconds * 2 ** (attempts - 1));

const idOf = ({ noticeId, autoOrderOid }: Notice) => ({ noticeId, autoOrderOid });
