import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import type { Finding } from './auditFinding.ts';

/*
 * The table `audit`: audits that run in the background. Its times and leases use the machine's
 * clock.
 */

/** An audit of a merchant's books and its progress. */
export interface AuditRun {
  readonly auditId: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly requestedAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
  readonly doneCount: number;
  readonly totalCount: number;
  readonly orderCount: number;
  readonly attemptCount: number;
  readonly differenceCount: number;
  readonly failureReason: string | null;
  readonly failures: number;
  /** Read only with a single audit. */
  readonly differences?: readonly Finding[];
}

/** The result of an audit. */
export type AuditResult = Pick<
  AuditRun,
  'doneCount' | 'orderCount' | 'attemptCount' | 'differenceCount'
> & { readonly differences: readonly Finding[] };

const columns =
  'audit_id as "auditId", state, requested_at as "requestedAt", started_at as "startedAt", ' +
  'ended_at as "endedAt", done_count as "doneCount", total_count as "totalCount", ' +
  'order_count as "orderCount", attempt_count as "attemptCount", ' +
  'difference_count as "differenceCount", failure_reason as "failureReason", failures';

/** Stores a request for an audit. Does nothing while another audit of the merchant is open. */
export async function insertAudit(
  db: Database,
  merchantId: string,
  auditId: string,
): Promise<boolean> {
  const inserted = await db.run(
    `insert into audit (merchant_id, audit_id) values ($1, $2)
     on conflict (merchant_id) where state in ('waiting', 'running') do nothing`,
    [merchantId, auditId],
  );
  return inserted > 0;
}

/** Returns the merchant's audit that waits or runs. */
export function findOpenAudit(db: Database, merchantId: string): Promise<AuditRun | undefined> {
  return db.row(
    `select ${columns} from audit where merchant_id = $1 and state in ('waiting', 'running')`,
    [merchantId],
  );
}

/** Reads an audit with its differences. */
export function findAudit(
  db: Database,
  merchantId: string,
  auditId: string,
): Promise<AuditRun | undefined> {
  return db.row(
    `select ${columns}, differences from audit where merchant_id = $1 and audit_id = $2`,
    [merchantId, auditId],
  );
}

/** Lists a page of the merchant's audits, newest first, and one more if there are more. */
export function listAudits(
  db: Database,
  merchantId: string,
  page: { readonly limit: number; readonly offset: number },
): Promise<AuditRun[]> {
  return db.rows(
    `select ${columns} from audit where merchant_id = $1
     order by requested_at desc, audit_id limit $2 + 1 offset $3`,
    [merchantId, page.limit, page.offset],
  );
}

/** Returns the merchants with an audit that no process is running. */
export async function merchantsToAudit(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} exists (select from audit a where ${only('a')} a.merchant_id = m.merchant_id
       and a.state in ('waiting', 'running')
       and (a.lease_until is null or a.lease_until <= statement_timestamp())) order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}

/**
 * Takes the merchant's audit that no process is running, for the length of a lease. It starts over,
 * because another process's results were lost with its snapshot.
 */
export function takeAudit(
  db: Database,
  merchantId: string,
  leaseMs: number,
): Promise<AuditRun | undefined> {
  return db.row(
    `update audit set state = 'running', started_at = statement_timestamp(), done_count = 0,
       total_count = (select count(*) from auto_order where merchant_id = $1),
       lease_until = statement_timestamp() + $2 * interval '1 millisecond'
     where merchant_id = $1 and state in ('waiting', 'running')
       and (lease_until is null or lease_until <= statement_timestamp()) returning ${columns}`,
    [merchantId, leaseMs],
  );
}

/** Stores the progress of an audit and renews the lease. */
export async function saveAuditProgress(
  db: Database,
  merchantId: string,
  auditId: string,
  doneCount: number,
  leaseMs: number,
): Promise<void> {
  await db.run(
    `update audit set done_count = $3,
       lease_until = statement_timestamp() + $4 * interval '1 millisecond'
     where merchant_id = $1 and audit_id = $2 and state = 'running'`,
    [merchantId, auditId, doneCount, leaseMs],
  );
}

/** Stores the result of an audit, which ends it. */
export async function saveAuditResult(
  db: Database,
  merchantId: string,
  auditId: string,
  result: AuditResult,
): Promise<void> {
  await db.run(
    `update audit set state = 'done', ended_at = statement_timestamp(), lease_until = null,
       done_count = $3, total_count = $3, order_count = $4, attempt_count = $5,
       difference_count = $6, differences = $7::json
     where merchant_id = $1 and audit_id = $2 and state = 'running'`,
    [
      merchantId,
      auditId,
      result.doneCount,
      result.orderCount,
      result.attemptCount,
      result.differenceCount,
      JSON.stringify(result.differences),
    ],
  );
}

/** Counts a failure. The audit waits for another attempt. */
export async function retryAuditLater(
  db: Database,
  merchantId: string,
  auditId: string,
  retryMs: number,
): Promise<void> {
  await db.run(
    `update audit set failures = failures + 1, state = 'waiting',
       lease_until = statement_timestamp() + $3 * interval '1 millisecond'
     where merchant_id = $1 and audit_id = $2 and state = 'running'`,
    [merchantId, auditId, retryMs],
  );
}

/** Counts the last failure and ends the audit with the reason. */
export async function endFailedAudit(
  db: Database,
  merchantId: string,
  auditId: string,
  reason: string,
): Promise<void> {
  await db.run(
    `update audit set failures = failures + 1, state = 'failed', failure_reason = $3,
       ended_at = statement_timestamp(), lease_until = null
     where merchant_id = $1 and audit_id = $2 and state = 'running'`,
    [merchantId, auditId, reason],
  );
}

/** Returns the auto orders that these items belong to, by item oid. */
export async function findOwnersOfItems(
  db: Database,
  merchantId: string,
  itemOids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await db.rows<{ auto_order_item_oid: number; auto_order_oid: number }>(
    `select auto_order_item_oid, auto_order_oid from auto_order_item
     where merchant_id = $1 and auto_order_item_oid = any($2::int[])`,
    [merchantId, itemOids],
  );
  return new Map(rows.map((row) => [row.auto_order_item_oid, row.auto_order_oid]));
}
