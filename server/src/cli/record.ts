import { hostname, userInfo } from 'node:os';
import type { AccountNews } from '../notifications/accountMailOperations.ts';
import { appendEntry } from '../platform/auditLog/auditLog.ts';
import { type AuditAct, installationLog } from '../platform/auditLog/entry.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import type { Database } from '../platform/storage/database.ts';

/**
 * Records the action of a command in the audit log, in the transaction of `tx`, with the account
 * and the machine that ran it. Without a merchant it concerns the whole installation.
 */
export function recordCommand(
  tx: Database,
  act: AuditAct,
  merchantId: string = installationLog,
): Promise<void> {
  return appendEntry(
    tx,
    merchantId,
    { kind: 'command', name: userInfo().username, address: hostname() },
    act,
  );
}

/** Describes a command's change in the account of a user, for the mail to that user. */
export const newsOfCommand = (change: AccountNews['change'], detail?: string): AccountNews => ({
  change,
  detail,
  by: `a command of the account ${userInfo().username} on the server`,
  at: systemClock.now(),
});
