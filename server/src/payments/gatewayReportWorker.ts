import type { Logger } from 'pino';
import { type Context, inTransaction } from '../platform/context.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import type { ArrivedReport, GatewayReport } from './gatewayReport.ts';
import {
  type ClaimedReport,
  claimReport,
  finishReport,
  isRecorded,
  keepReport,
  merchantsWithReports,
  postponeReport,
} from './gatewayReportStore.ts';

/** The functions of other features that recording reports needs. */
export interface ReportParts {
  readonly db: Database;
  readonly log: Logger;
  contextFor(merchantId: string): Promise<Context>;
  /** Records a report on its order, once; `later` while the order or its payment is not stored. */
  record(context: Context, report: GatewayReport): Promise<'recorded' | 'later'>;
  /** Lets people know of a report that is given up, in the caller's transaction. */
  raiseUnmatched(context: Context, report: GatewayReport): Promise<void>;
}

const batchSize = 50;
const leaseSeconds = 60;
const firstRetrySeconds = 5;
const retrySecondsMax = 3600;
// The attempts are spread over about three days. By then, the charge is settled or it is not in
// this database.
const attemptsMax = 80;

/**
 * Records what gateways did by themselves. Reports that cannot be recorded yet are retried; one
 * that no charge matches becomes a task after days.
 */
export function gatewayReportWorker(parts: ReportParts): Worker {
  const each = eachMerchant(parts.log, 'gateway reports');
  return {
    name: 'gateway reports',
    async runOnce() {
      return each(await merchantsWithReports(parts.db), (merchantId) =>
        recordWaiting(parts, merchantId),
      );
    },
  };
}

/**
 * Stores a report, so that it is not lost, and records it at once if that is possible. Returns
 * whether it is recorded.
 */
export async function hearReport(parts: ReportParts, arrived: ArrivedReport): Promise<boolean> {
  await keepReport(parts.db, arrived);
  await recordWaiting(parts, arrived.merchantId);
  return isRecorded(parts.db, arrived);
}

async function recordWaiting(parts: ReportParts, merchantId: string): Promise<number> {
  let count = 0;
  for (; count < batchSize; count++) {
    const claimed = await claimReport(parts.db, merchantId, leaseSeconds);
    if (claimed === undefined) break;
    await recordOne(parts, merchantId, claimed);
  }
  return count;
}

async function recordOne(
  parts: ReportParts,
  merchantId: string,
  claimed: ClaimedReport,
): Promise<void> {
  const { reportId, report, attempts } = claimed;
  const outcome = await tried(parts, merchantId, claimed);
  if (outcome === 'recorded') return finishReport(parts.db, merchantId, claimed, 'recorded');
  if (attempts < attemptsMax)
    return postponeReport(parts.db, merchantId, claimed, retrySeconds(attempts));
  parts.log.error(
    { merchantId, reportId, chargeReference: report.chargeReference },
    'a gateway reported a charge that no order has; the report is not tried again',
  );
  await inTransaction(await parts.contextFor(merchantId), async (context) => {
    await finishReport(context.db, merchantId, claimed, 'unmatched');
    await parts.raiseUnmatched(context, report);
  });
}

async function tried(
  parts: ReportParts,
  merchantId: string,
  { reportId, report }: ClaimedReport,
): Promise<'recorded' | 'later'> {
  try {
    return await parts.record(await parts.contextFor(merchantId), report);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    parts.log.error({ err: error, merchantId, reportId }, 'a gateway report cannot be recorded');
    return 'later';
  }
}

/** The wait doubles after each attempt. */
const retrySeconds = (attempts: number): number =>
  Math.min(retrySecondsMax, firstRetrySeconds * 2 ** Math.min(attempts - 1, 20));
