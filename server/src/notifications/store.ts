import type { Temporal } from 'temporal-polyfill';
import { emailsText } from '../kernel/emailsText.ts';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import { takeIds } from '../platform/storage/takenIds.ts';
import { inZone } from '../platform/storage/zone.ts';
import type {
  AccountNotice,
  AutoOrdersNotice,
  CustomerNotice,
  Notice,
  TemplateNotice,
  WebhookNotice,
} from './notice.ts';

/** A mail to be stored. */
export type NewNotice =
  | Unkept<CustomerNotice>
  | Unkept<WebhookNotice>
  | Unkept<AutoOrdersNotice>
  | Unkept<TemplateNotice>
  | Unkept<AccountNotice>;

type Unkept<N extends Notice> = Omit<N, 'noticeId' | 'attempts'> & {
  /** The reason why the mail is never sent. */
  readonly skipReason?: string | undefined;
};

/**
 * Stores any number of mails in one statement. Those that are not skipped may be sent at once. A
 * mail is not stored if one with its key exists.
 */
export async function insertNotices(
  tx: Database,
  merchantId: string,
  notices: readonly NewNotice[],
): Promise<void> {
  const ids = await takeIds(tx, 'notice.notice_id', notices.length);
  const rows = notices.map((notice, index) => ({
    id: ids[index],
    auto_order_oid: notice.autoOrderOid,
    kind: notice.kind,
    made_at: notice.madeAt,
    facts: notice.facts,
    order_id: 'orderId' in notice ? notice.orderId : undefined,
    email: notice.facts.email,
    skip_reason: notice.skipReason,
    occasion: notice.occasion,
  }));
  await tx.run(
    `insert into notice (merchant_id, notice_id, auto_order_oid, kind, made_at, facts, order_id,
       email, skip_reason, occasion, next_try_at)
     overriding system value
     select m.merchant_id, r.id, r.auto_order_oid, r.kind, r.made_at, r.facts, r.order_id, r.email,
       r.skip_reason, r.occasion, case when r.skip_reason is null then statement_timestamp() end
     from ${merchantRow} cross join jsonb_to_recordset($2::jsonb) as r (id bigint,
       auto_order_oid int, kind text, made_at timestamptz, facts jsonb, order_id text, email text,
       skip_reason text, occasion text)
     on conflict (merchant_id, occasion) where occasion is not null do nothing`,
    [merchantId, JSON.stringify(rows)],
  );
}

/** Returns the merchants that have mails to send now. */
export async function merchantsWithNotices(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} exists (select from notice n where ${only('n')}
       n.merchant_id = m.merchant_id
       and n.next_try_at <= statement_timestamp()) order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}

/**
 * Takes the mails that have waited longest. No other process gets them while the lease is valid.
 */
export async function claimNotices(
  db: Database,
  merchantId: string,
  leaseSeconds: number,
): Promise<Notice[]> {
  // The limit is a literal, because with a parameter PostgreSQL would plan the statement again each
  // time.
  const rows = await db.rows<NoticeRow>(
    `update notice n
      set attempts = n.attempts + 1, next_try_at = statement_timestamp() + make_interval(secs => $2)
     from (select auto_order_oid, notice_id from notice
       where merchant_id = $1 and next_try_at <= statement_timestamp()
       order by next_try_at limit ${claimMax} for update skip locked) as claimed
     where n.merchant_id = $1 and n.auto_order_oid = claimed.auto_order_oid
       and n.notice_id = claimed.notice_id
     returning n.notice_id, n.auto_order_oid, n.kind, n.made_at, n.facts, n.order_id, n.attempts`,
    [merchantId, leaseSeconds],
  );
  return rows.map(fromRow);
}

const claimMax = 50;

/** The result of an attempt to send a mail. */
export interface SettledNotice {
  readonly noticeId: number;
  readonly autoOrderOid: number;
  readonly email?: string | undefined;
  /** The addresses to which copies were sent. */
  readonly cc?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly messageId?: string | undefined;
  readonly skipReason?: string | undefined;
  readonly deliveredAt?: Temporal.Instant | undefined;
  readonly bouncedAt?: Temporal.Instant | undefined;
  /** `Permanent`: the server refused it permanently. `Transient`: all attempts have failed. */
  readonly bounceType?: 'Permanent' | 'Transient' | undefined;
  readonly smtpResponse?: string | undefined;
  /** The mail is retried after this many seconds. Absent: it is finished. */
  readonly retryInSeconds?: number | undefined;
}

/** Stores the outcomes of mails and ends their leases. */
export async function settleNotices(
  db: Database,
  merchantId: string,
  settled: readonly SettledNotice[],
): Promise<void> {
  await db.run(
    `update notice n set email = coalesce(s.email, n.email), cc = s.cc, subject = s.subject,
      message_id = s.message_id, skip_reason = s.skip_reason,
       delivered_at = s.delivered_at, bounced_at = s.bounced_at, bounce_type = s.bounce_type,
         smtp_response = s.smtp_response,
       next_try_at = shifted(statement_timestamp(), 1000 * s.retry_in_seconds)
     from jsonb_to_recordset($2::jsonb) as s (notice_id bigint, auto_order_oid int, email text,
       cc text[], subject text, message_id text, skip_reason text,
       delivered_at timestamptz, bounced_at timestamptz, bounce_type text, smtp_response text,
         retry_in_seconds int)
     where n.merchant_id = $1 and n.auto_order_oid = s.auto_order_oid and n.notice_id = s.notice_id
       and n.next_try_at is not null`,
    [merchantId, JSON.stringify(settled.map(toRow))],
  );
}

/** Counts the skipped mails that were made after `from` and until `until`, most frequent first. */
export function countSkipped(
  db: Database,
  merchantId: string,
  from: Temporal.Instant,
  until: Temporal.Instant,
): Promise<{ readonly kind: string; readonly reason: string; readonly count: number }[]> {
  return db.rows(
    `select kind, skip_reason as reason, count(*)::integer as count from notice
      where merchant_id = $1 and skip_reason is not null and made_at > $2 and made_at <= $3
      group by kind, skip_reason order by count(*) desc, kind, skip_reason limit 100`,
    [merchantId, from, until],
  );
}

/** Returns the wire's list of AutoOrderEmail of an auto order, as JSON text. */
export async function readAutoOrderEmails(
  db: Database,
  merchantId: string,
  autoOrderOid: number,
  timeZone: string,
): Promise<string> {
  const row = await db.row<{ json: string }>(
    `select ${emailsText('$2')} as json where ${inZone('$3')}`,
    [merchantId, autoOrderOid, timeZone],
  );
  return row!.json;
}

interface NoticeRow {
  notice_id: number;
  auto_order_oid: number;
  kind: Notice['kind'];
  made_at: Temporal.Instant;
  facts: Notice['facts'];
  order_id: string | null;
  attempts: number;
}

const fromRow = (row: NoticeRow): Notice => ({
  noticeId: row.notice_id,
  autoOrderOid: row.auto_order_oid,
  madeAt: row.made_at,
  attempts: row.attempts,
  orderId: row.order_id ?? undefined,
  // The facts of a row match its kind.
  ...({ kind: row.kind, facts: row.facts } as Pick<CustomerNotice, 'kind' | 'facts'>),
});

const toRow = (notice: SettledNotice) => ({
  notice_id: notice.noticeId,
  auto_order_oid: notice.autoOrderOid,
  email: notice.email,
  cc: notice.cc,
  subject: notice.subject,
  message_id: notice.messageId,
  skip_reason: notice.skipReason,
  delivered_at: notice.deliveredAt,
  bounced_at: notice.bouncedAt,
  bounce_type: notice.bounceType,
  smtp_response: notice.smtpResponse,
  retry_in_seconds: notice.retryInSeconds,
});
