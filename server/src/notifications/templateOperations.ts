import type {
  MailPreview,
  MailPreviewRequest,
  MailTemplate,
} from '@perennial/contract/mailTemplate.ts';
import { wireDate } from '../kernel/calendar.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { letterOf } from './letter.ts';
import { mailValues } from './letterValues.ts';
import type { CustomerNoticeKind } from './notice.ts';
import { html, plainText } from './render.ts';
import { sampleParts } from './sampleMail.ts';
import { type MailWords, mailFields, templateFault, templateLetter } from './template.ts';
import {
  deleteTemplate,
  listTemplates,
  type StoredTemplate,
  saveTemplate,
} from './templateStore.ts';

/** The language of a template that applies to every language without its own template. */
export const anyLanguage = 'any';

/** Returns the merchant's templates. */
export async function readTemplates({ db, merchant }: Context): Promise<MailTemplate[]> {
  const templates = await listTemplates(db, merchant.merchantId);
  return templates.map((template) => wireTemplate(template, merchant.timeZone));
}

/** Returns the kinds of mails with the fields that their templates may use. */
export const mailKinds = () =>
  Object.entries(mailFields).map(([kind, { fields, blocks }]) => ({ kind, fields, blocks }));

/** Stores a template. Refuses a field that this kind of mail does not have, and names it. */
export async function updateTemplate(
  context: Context,
  kind: CustomerNoticeKind,
  language: string,
  body: MailTemplate,
): Promise<MailTemplate> {
  const { merchant, now } = context;
  const template: StoredTemplate = {
    kind,
    language: languageGiven(language),
    ...checkedWords(kind, body),
    modifiedAt: now,
  };
  await inTransaction(context, async (context) => {
    await saveTemplate(context.db, merchant.merchantId, template);
    const { subject, body } = template;
    const objectId = `${kind}/${template.language}`;
    const after = { subject, body };
    await recordAct(context, { act: 'updateMailTemplate', objectType, objectId, after });
  });
  return wireTemplate(template, merchant.timeZone);
}

/** Deletes a template. */
export async function removeTemplate(
  context: Context,
  kind: CustomerNoticeKind,
  language: string,
): Promise<void> {
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    const isDeleted = await deleteTemplate(context.db, merchantId, kind, languageGiven(language));
    const objectId = `${kind}/${language}`;
    if (!isDeleted) refuse('not_found', { what: objectType, id: objectId });
    await recordAct(context, { act: 'deleteMailTemplate', objectType, objectId });
  });
}

const objectType = 'mail template';

/**
 * Returns a mail with sample values, made from the given text, the stored template or the built-in
 * text.
 */
export async function previewTemplate(
  { db, merchant, now }: Context,
  { kind, language, subject, body }: MailPreviewRequest,
): Promise<MailPreview> {
  if (!kind) return refuse('missing_field', { field: 'kind' });
  const parts = sampleParts(kind, merchant, now);
  const isGiven = Boolean(subject) || Boolean(body);
  const words = isGiven
    ? checkedWords(kind, { subject, body })
    : templateFor(
        await listTemplates(db, merchant.merchantId),
        kind,
        languageGiven(language ?? anyLanguage),
      );
  const letter =
    words === undefined ? letterOf(parts) : templateLetter(kind, words, mailValues(parts));
  return { subject: letter.subject, text: plainText(letter), html: html(letter) };
}

/** Returns the template of a mail: the one for its language, or else the one for any language. */
export function templateFor(
  templates: readonly StoredTemplate[],
  kind: CustomerNoticeKind,
  language: string | undefined,
): StoredTemplate | undefined {
  const ofKind = templates.filter((template) => template.kind === kind);
  const own = language?.toLowerCase();
  return (
    ofKind.find((template) => template.language === own) ??
    ofKind.find((template) => template.language === anyLanguage)
  );
}

function checkedWords(
  kind: CustomerNoticeKind,
  { subject, body }: { subject?: string | null | undefined; body?: string | null | undefined },
): MailWords {
  if (!subject?.trim()) return refuse('missing_field', { field: 'subject' });
  if (!body?.trim()) return refuse('missing_field', { field: 'body' });
  const words = { subject, body };
  const fault = templateFault(kind, words);
  return fault ? refuse('invalid_field', fault) : words;
}

function languageGiven(text: string): string {
  const language = text.toLowerCase();
  if (/^[a-z]{3}$/.test(language)) return language;
  return refuse('invalid_field', {
    field: 'language',
    reason: 'is not a language of ISO 639 with three letters',
    fix: 'Send a language such as eng or deu, or any for every language',
  });
}

const wireTemplate = (
  { kind, language, subject, body, modifiedAt }: StoredTemplate,
  timeZone: string,
): MailTemplate => ({
  kind,
  language,
  subject,
  body,
  modified_dts: wireDate(modifiedAt, timeZone),
});
