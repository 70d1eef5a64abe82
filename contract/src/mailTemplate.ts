/** Templates of mails to customers, under /perennial/v1. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, many, model, one, oneOf, readOnly, text, texts, textTo } from './fields.ts';

/** The kinds of mails to customers, named as in the merchant's settings (`notices`). */
export const customerMailKinds = [
  'preshipment',
  'declined_card',
  'confirm_payment',
  'card_expiring',
  'canceled',
  'disabled',
  'receipt',
  'order_receipt',
  'shipment',
  'refund',
  'verify_email',
] as const;

export const MailTemplate = model(
  'MailTemplate',
  "The merchant's own words for a kind of mail in a language.",
  {
    kind: readOnly(oneOf(customerMailKinds)),
    language: readOnly(
      text('ISO 639, three letters (eng); any for every language without a template.'),
    ),
    subject: textTo(200, 'One line. {{field}} stands for a value.'),
    body: textTo(
      20_000,
      'Plain text; a blank line ends a paragraph. A list or a link has a paragraph for itself.',
    ),
    modified_dts: readOnly(dateTime()),
  },
);
export type MailTemplate = Static<typeof MailTemplate>;

export const MailKind = model('MailKind', 'A kind of mail, and the fields of its templates.', {
  kind: text(),
  fields: texts('The fields that {{…}} may name in the subject and the body.'),
  blocks: texts('The fields that {{…}} may name in a separate paragraph: lists and links.'),
});
export type MailKind = Static<typeof MailKind>;

export const MailTemplateResponse = answer('MailTemplateResponse', { template: one(MailTemplate) });
export type MailTemplateResponse = Static<typeof MailTemplateResponse>;

export const MailTemplatesResponse = answer('MailTemplatesResponse', {
  templates: many(MailTemplate),
  kinds: many(MailKind, 'All kinds, with their fields.'),
});
export type MailTemplatesResponse = Static<typeof MailTemplatesResponse>;

export const MailPreviewRequest = model(
  'MailPreviewRequest',
  'A mail to preview. Without a subject and a body: the stored template, or the built-in text.',
  {
    kind: oneOf(customerMailKinds),
    language: text('As in a template; any unless given.'),
    subject: textTo(200),
    body: textTo(20_000),
  },
);
export type MailPreviewRequest = Static<typeof MailPreviewRequest>;

export const MailPreview = model('MailPreview', 'A mail with sample values.', {
  subject: text(),
  text: text('The plain text.'),
  html: text(),
});
export type MailPreview = Static<typeof MailPreview>;

export const MailPreviewResponse = answer('MailPreviewResponse', { preview: one(MailPreview) });
export type MailPreviewResponse = Static<typeof MailPreviewResponse>;
