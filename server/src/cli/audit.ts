import { type Audit, auditMerchant } from '../books/auditOperations.ts';
import { readConfig } from '../config.ts';
import { checkLog, listLogs } from '../platform/auditLog/auditLog.ts';
import { installationLog } from '../platform/auditLog/entry.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { listMerchants } from '../platform/tenancy/merchantStore.ts';
import { type Command, Obstacle, readArgs, table } from './command.ts';
import { openStore } from './openStore.ts';

/** `audit`: recomputes the books and reports every difference. */
export const auditCommand: Command = {
  usage: 'audit [--log] [--merchant <id>]',
  summary: 'Recomputes every counter, date and total from orders and charges',
  help: [
    '  --merchant  audits this merchant; default: every merchant of this database',
    '  --log       checks instead that no entry of the audit log was changed, removed or inserted',
    '',
    'Reads one snapshot of the database; the server may run or not. Prints every difference ' +
      'between the stored values and those that',
    'follow from orders and charges (the first thousand), and exits 1 when there is one.',
  ].join('\n'),

  async run(args) {
    const { values } = readArgs(args, {
      merchant: { type: 'string' },
      log: { type: 'boolean' },
    });
    const store = await openStore(readConfig(process.env), openLog('warn'));
    try {
      const found = values.log
        ? await checkLogs(store.db, values.merchant)
        : await auditAll(store.db, await named(store.db, values.merchant));
      if (found > 0) process.exitCode = 1;
    } finally {
      await store.close();
    }
  },
};

async function named(db: Database, merchantId: string | undefined): Promise<Merchant[]> {
  const merchants = await listMerchants(db);
  const chosen =
    merchantId === undefined
      ? merchants
      : merchants.filter((merchant) => merchant.merchantId === merchantId);
  if (merchantId !== undefined && chosen.length === 0)
    throw new Obstacle(`there is no merchant ${merchantId}; see: perennial merchant list`);
  return chosen;
}

/** Checks the chains of the audit log and returns the number of broken ones. */
async function checkLogs(db: Database, merchantId: string | undefined): Promise<number> {
  const logs = merchantId === undefined ? await listLogs(db) : [merchantId];
  if (logs.length === 0) console.log('The audit log is empty.');
  let broken = 0;
  for (const log of logs) {
    const { count, removed, fault } = await checkLog(db, log);
    const name = log === installationLog ? 'installation' : log;
    if (fault) broken++;
    const older = removed === 0 ? '' : `; ${removed} older ones were removed`;
    console.log(
      fault
        ? `${name}: ${count} entries are intact; entry ${fault.entryNumber} ${fault.what}`
        : `${name}: all ${count} entries are intact${older}`,
    );
  }
  return broken;
}

async function auditAll(db: Database, merchants: readonly Merchant[]): Promise<number> {
  let differences = 0;
  for (const merchant of merchants) {
    const audit = await auditMerchant(db, merchant);
    console.log(reportOf(merchant.merchantId, audit));
    differences += audit.differenceCount;
  }
  return differences;
}

function reportOf(merchantId: string, audit: Audit): string {
  const count = (number: number, what: string) => `${number.toLocaleString('en')} ${what}`;
  const looked = [
    count(audit.autoOrderCount, 'auto orders'),
    count(audit.orderCount, 'orders'),
    count(audit.attemptCount, 'charges'),
  ].join(', ');
  const noun = audit.differenceCount === 1 ? 'difference' : 'differences';
  const head = `${merchantId}: ${looked}: ${count(audit.differenceCount, noun)}`;
  if (audit.differenceCount === 0) return head;
  const rows = audit.differences.map(({ objectType, objectId, field, stored, recomputed }) => [
    `${objectType} ${objectId}`,
    field,
    stored,
    recomputed,
  ]);
  return `${head}\n${table([['what', 'field', 'stored', 'recomputed'], ...rows])}`;
}
