import type { Context } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { findingOf } from './auditFinding.ts';
import { type Audit, getAudit, type ReadCaptures } from './auditOperations.ts';
import {
  type AuditResult,
  type AuditRun,
  endFailedAudit,
  findOwnersOfItems,
  merchantsToAudit,
  retryAuditLater,
  saveAuditProgress,
  saveAuditResult,
  takeAudit,
} from './auditRunStore.ts';

const leaseMs = 60_000;
const retryMs = 5_000;
const failuresMax = 3;

/**
 * Runs the audits that clients requested. If a process stops, another one runs its audit again. An
 * audit only reads, so two processes may safely run the same one.
 */
export function auditWorker(rounds: MerchantRounds, readCaptures: ReadCaptures): Worker {
  const each = eachMerchant(rounds.log, 'audits');
  return {
    name: 'audits',
    async runOnce() {
      return each(await merchantsToAudit(rounds.db), async (merchantId) => {
        const run = await takeAudit(rounds.db, merchantId, leaseMs);
        if (run === undefined) return 0;
        await audit(await rounds.contextFor(merchantId), run, readCaptures);
        return 1;
      });
    },
  };
}

async function audit(context: Context, run: AuditRun, readCaptures: ReadCaptures): Promise<void> {
  const { merchantId } = context.merchant;
  const { auditId } = run;
  try {
    const found = await getAudit(context, readCaptures, (done) =>
      saveAuditProgress(context.db, merchantId, auditId, done, leaseMs),
    );
    await saveAuditResult(context.db, merchantId, auditId, await resultOf(context, found));
  } catch (error) {
    context.log.error({ err: error, merchantId, auditId }, 'an audit failed');
    const isLast = run.failures + 1 >= failuresMax;
    if (isLast) await endFailedAudit(context.db, merchantId, auditId, reason);
    else await retryAuditLater(context.db, merchantId, auditId, retryMs);
  }
}

const reason =
  `Something failed ${failuresMax} times while the books were read; the log of the server says ` +
  'what. Request another audit.';

async function resultOf({ db, merchant }: Context, found: Audit): Promise<AuditResult> {
  const items = found.differences
    .filter(({ objectType }) => objectType === 'auto order item')
    .map(({ objectId }) => Number(objectId));
  const owners = await findOwnersOfItems(db, merchant.merchantId, [...new Set(items)]);
  return {
    doneCount: found.autoOrderCount,
    orderCount: found.orderCount,
    attemptCount: found.attemptCount,
    differenceCount: found.differenceCount,
    differences: found.differences.map((difference) => findingOf(difference, owners)),
  };
}
