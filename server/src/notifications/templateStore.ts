import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { CustomerNoticeKind } from './notice.ts';
import type { MailWords } from './template.ts';

/** A stored template. */
export interface StoredTemplate extends MailWords {
  readonly kind: CustomerNoticeKind;
  /** Three letters in lower case, or `any`. */
  readonly language: string;
  readonly modifiedAt: Temporal.Instant;
}

/** Returns the merchant's templates. There are few. */
export function listTemplates(db: Database, merchantId: string): Promise<StoredTemplate[]> {
  return db.rows(
    `select kind, language, subject, body, modified_at as "modifiedAt" from mail_template
     where merchant_id = $1 order by kind, language`,
    [merchantId],
  );
}

/** Stores a template and replaces the one with the same kind and language. */
export async function saveTemplate(
  db: Database,
  merchantId: string,
  { kind, language, subject, body, modifiedAt }: StoredTemplate,
): Promise<void> {
  await db.run(
    `insert into mail_template (merchant_id, kind, language, subject, body, modified_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (merchant_id, kind, language) do update
       set subject = $4, body = $5, modified_at = $6`,
    [merchantId, kind, language, subject, body, modifiedAt],
  );
}

/** Deletes a template. Returns false if there is none. */
export async function deleteTemplate(
  db: Database,
  merchantId: string,
  kind: CustomerNoticeKind,
  language: string,
): Promise<boolean> {
  const count = await db.run(
    'delete from mail_template where merchant_id = $1 and kind = $2 and language = $3',
    [merchantId, kind, language],
  );
  return count === 1;
}
