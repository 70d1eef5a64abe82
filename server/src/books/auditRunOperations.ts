import { required } from '../kernel/assert.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Page } from '../platform/http/routes.ts';
import {
  type AuditRun,
  findAudit,
  findOpenAudit,
  insertAudit,
  listAudits,
} from './auditRunStore.ts';

/** An audit that was requested. */
export interface RequestedAudit {
  readonly run: AuditRun;
  /** Whether another audit of the merchant was already open. Then that one is returned. */
  readonly wasOpen: boolean;
}

/**
 * Requests an audit of the caller's merchant, which a worker does. A merchant has one open audit at
 * a time; if there is one, returns it.
 */
export async function requestAudit(context: Context): Promise<RequestedAudit> {
  const { db, ids, merchant } = context;
  const { merchantId } = merchant;
  for (let tries = 0; tries < triesMax; tries++) {
    const auditId = ids.uuid();
    if (await insertAudit(db, merchantId, auditId)) {
      const run = required(await findAudit(db, merchantId, auditId), `audit ${auditId}`);
      return { run, wasOpen: false };
    }
    const open = await findOpenAudit(db, merchantId);
    if (open !== undefined) return { run: open, wasOpen: true };
    // The open audit ended between the two statements.
  }
  return refuse('state_conflict', {
    reason: 'Other audits of this merchant began and ended at the same moment',
    fix: 'Send the request again',
  });
}

const triesMax = 5;

/** Returns an audit with its differences. Refuses an id that the merchant does not have. */
export async function readAudit({ db, merchant }: Context, auditId: string): Promise<AuditRun> {
  return (
    (await findAudit(db, merchant.merchantId, auditId)) ??
    refuse('not_found', { what: 'audit', id: auditId })
  );
}

/** Lists a page of audits without their differences, newest first. */
export async function readAudits(
  { db, merchant }: Context,
  page: Page,
): Promise<{ readonly runs: readonly AuditRun[]; readonly hasMore: boolean }> {
  const found = await listAudits(db, merchant.merchantId, page);
  return { runs: found.slice(0, page.limit), hasMore: found.length > page.limit };
}
