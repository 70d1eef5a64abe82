import type { FieldFault } from '../kernel/fieldFault.ts';
import { type Block, type Letter, paragraph } from './letter.ts';
import type { MailValues } from './letterValues.ts';
import type { CustomerNoticeKind } from './notice.ts';

/** The merchant's own text for a kind of mail. */
export interface MailWords {
  /** One line. */
  readonly subject: string;
  /** Plain text; a blank line ends a paragraph. */
  readonly body: string;
}

/** The names that a template of a kind of mail may use. */
export interface MailFields {
  /** Values within a text. */
  readonly fields: readonly string[];
  /** Lists and links, each in its own paragraph. */
  readonly blocks: readonly string[];
}

const everywhere = ['customer_name', 'merchant_name', 'subscription_code'];
const ofOrder = [...everywhere, 'order_id', 'total'];

/** The fields that templates of each kind of mail may use. */
export const mailFields: Readonly<Record<CustomerNoticeKind, MailFields>> = {
  preshipment: { fields: [...everywhere, 'card'], blocks: ['items', 'update_billing_link'] },
  declined_card: {
    fields: [...everywhere, 'card', 'decline_reason', 'next_attempt'],
    blocks: ['items', 'update_billing_link'],
  },
  card_expiring: {
    fields: [...everywhere, 'card', 'expires_month'],
    blocks: ['items', 'update_billing_link'],
  },
  confirm_payment: {
    fields: [...everywhere, 'card', 'amount', 'confirm_until'],
    blocks: ['items', 'confirm_payment_link'],
  },
  canceled: { fields: everywhere, blocks: ['items'] },
  disabled: { fields: everywhere, blocks: ['items', 'update_billing_link'] },
  receipt: { fields: ofOrder, blocks: ['amounts', 'cancel_link'] },
  order_receipt: { fields: ofOrder, blocks: ['amounts', 'cancel_link'] },
  shipment: { fields: ofOrder, blocks: ['items', 'tracking_numbers'] },
  refund: { fields: [...ofOrder, 'refund_amount', 'refund_reason'], blocks: [] },
  verify_email: { fields: ['merchant_name', 'verification_token'], blocks: [] },
};

// The name has the blanks around it: a pattern that leaves them out would try every way to divide
// a long row of blanks, and keep the server busy for hours.
const placeholder = /\{\{([^{}]*)\}\}/g;

/** Returns the first fault of a template, or undefined. It names a field that does not exist. */
export function templateFault(
  kind: CustomerNoticeKind,
  { subject, body }: MailWords,
): FieldFault | undefined {
  const { fields, blocks } = mailFields[kind];
  if (/[\r\n]/.test(subject))
    return { field: 'subject', reason: 'has more than one line', fix: 'Send one line' };
  const inSubject = textFault('subject', subject, kind, fields, blocks);
  if (inSubject) return inSubject;
  for (const text of paragraphsOf(body)) {
    if (blockOf(text, blocks) !== undefined) continue;
    const fault = textFault('body', text, kind, fields, blocks);
    if (fault) return fault;
  }
  return undefined;
}

function textFault(
  field: 'subject' | 'body',
  text: string,
  kind: CustomerNoticeKind,
  fields: readonly string[],
  blocks: readonly string[],
): FieldFault | undefined {
  const names = [...text.matchAll(placeholder)].map(([, name = '']) => name.trim());
  const block = names.find((name) => blocks.includes(name));
  if (block !== undefined)
    return {
      field,
      reason: `has {{${block}}}, a list or a link, inside other text`,
      fix: `Give {{${block}}} a separate paragraph in the body`,
    };
  const unknown = names.find((name) => !fields.includes(name));
  if (unknown !== undefined)
    return {
      field,
      reason: `names {{${unknown}}}, which a mail of the kind ${kind} does not have`,
      fix: `Use ${[...fields, ...blocks].map((name) => `{{${name}}}`).join(', ')}`,
    };
  if (!/\{\{|\}\}/.test(text.replaceAll(placeholder, ''))) return undefined;
  return { field, reason: 'has {{ without }} or }} without {{', fix: 'Write {{field}}' };
}

/**
 * Composes a mail from a template. An absent value becomes an empty text, and its block is left
 * out. Throws if the template has a fault, which an upgrade may cause.
 */
export function templateLetter(
  kind: CustomerNoticeKind,
  words: MailWords,
  { texts, blocks }: MailValues,
): Letter {
  const fault = templateFault(kind, words);
  if (fault) throw new Error(`${fault.field} ${fault.reason}`);
  const filled = (text: string) =>
    text.replaceAll(placeholder, (_, name: string) => texts[name.trim()] ?? '');
  return {
    subject: filled(words.subject).trim(),
    blocks: paragraphsOf(words.body).flatMap((text): Block[] => {
      const name = blockOf(text, mailFields[kind].blocks);
      if (name === undefined) return [paragraph(filled(text))];
      const block = blocks[name];
      return block === undefined ? [] : [block];
    }),
  };
}

const paragraphsOf = (body: string): string[] =>
  body
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)
    .map((text) => text.trim())
    .filter((text) => text !== '');

/** Returns the name of a block if it is the whole paragraph. */
function blockOf(text: string, blocks: readonly string[]): string | undefined {
  const name = /^\{\{([^{}]*)\}\}$/.exec(text)?.[1]?.trim();
  return name !== undefined && blocks.includes(name) ? name : undefined;
}
