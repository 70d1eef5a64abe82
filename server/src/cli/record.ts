import { hostname, userInfo } from 'node:os';
import { appendEntry } from '../platform/auditLog/auditLog.ts';
import { type AuditAct, installationLog } from '../platform/auditLog/entry.ts';
import type { Database } from '../platform/storage/database.ts';

/**
 * Records in the log what a command did, in the transaction of `tx`. The account and the machine
 * are those on which it ran. Without a merchant it concerns the whole installation.
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
