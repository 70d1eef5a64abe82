import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import type { ArrivedReport, GatewayReport } from './gatewayReport.ts';

/** Stores a report. A report that arrived before does not change. */
export async function keepReport(
  db: Database,
  { merchantId, gatewayKind, reportId, report }: ArrivedReport,
): Promise<void> {
  await db.run(
    `insert into gateway_report (merchant_id, gateway_kind, report_id, report, next_try_at)
     values ($1, $2, $3, $4::jsonb, statement_timestamp()) on conflict do nothing`,
    [merchantId, gatewayKind, reportId, JSON.stringify(report)],
  );
}

/** A report that was claimed. */
export interface ClaimedReport {
  readonly gatewayKind: string;
  readonly reportId: string;
  readonly report: GatewayReport;
  /** The number of attempts, including this one. */
  readonly attempts: number;
}

/**
 * Claims the oldest waiting report. It is retried when the lease ends, unless it is finished
 * before.
 */
export async function claimReport(
  db: Database,
  merchantId: string,
  leaseSeconds: number,
): Promise<ClaimedReport | undefined> {
  return db.row<ClaimedReport>(
    `update gateway_report g set attempts = least(g.attempts + 1, 30000),
       next_try_at = statement_timestamp() + make_interval(secs => $2)
     where g.merchant_id = $1 and (g.gateway_kind, g.report_id) = (
       select gateway_kind, report_id from gateway_report
       where merchant_id = $1 and next_try_at <= statement_timestamp()
       order by next_try_at limit 1 for update skip locked)
     returning gateway_kind as "gatewayKind", report_id as "reportId", report, attempts`,
    [merchantId, leaseSeconds],
  );
}

/** Sets when a report is tried next. */
export async function postponeReport(
  db: Database,
  merchantId: string,
  { gatewayKind, reportId }: ClaimedReport,
  seconds: number,
): Promise<void> {
  await db.run(
    `update gateway_report set next_try_at = statement_timestamp() + make_interval(secs => $4)
     where merchant_id = $1 and gateway_kind = $2 and report_id = $3`,
    [merchantId, gatewayKind, reportId, seconds],
  );
}

/** Ends a report that was recorded, or that matches none of our charges. */
export async function finishReport(
  db: Database,
  merchantId: string,
  { gatewayKind, reportId }: ClaimedReport,
  outcome: 'recorded' | 'unmatched',
): Promise<void> {
  await db.run(
    `update gateway_report set next_try_at = null, outcome = $4
     where merchant_id = $1 and gateway_kind = $2 and report_id = $3`,
    [merchantId, gatewayKind, reportId, outcome],
  );
}

/** Whether a report was recorded on its order. */
export async function isRecorded(
  db: Database,
  { merchantId, gatewayKind, reportId }: ArrivedReport,
): Promise<boolean> {
  const row = await db.row<{ outcome: string | null }>(
    `select outcome from gateway_report
     where merchant_id = $1 and gateway_kind = $2 and report_id = $3`,
    [merchantId, gatewayKind, reportId],
  );
  return row?.outcome === 'recorded';
}

/** Returns the merchants with waiting reports. */
export async function merchantsWithReports(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} exists (select from gateway_report g where ${only('g')}
       g.merchant_id = m.merchant_id
       and g.next_try_at <= statement_timestamp()) order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}
