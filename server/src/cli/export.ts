import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { useOneSnapshot } from '../books/auditStore.ts';
import { type Config, readConfig } from '../config.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { readContinuity } from '../platform/continuityStore.ts';
import { openLog } from '../platform/log.ts';
import { readSealFingerprint } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import { readMigrations } from '../platform/storage/migrate.ts';
import { holdSection } from '../platform/tenancy/hold.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { findMerchant, saveSettingsSection } from '../platform/tenancy/merchantStore.ts';
import { listRowsTables, readRows } from '../platform/tenancy/rowsStore.ts';
import { readHealth } from '../screens/healthReader.ts';
import { type Command, needed, Obstacle, readArgs, UsageError } from './command.ts';
import {
  type MovedFile,
  type MovedMerchant,
  type MovedTable,
  makeFolder,
  writeChecked,
  writeManifest,
} from './moving/folder.ts';
import { openStore } from './openStore.ts';
import { showProgress } from './progress.ts';
import { recordCommand } from './record.ts';

/** `export`: one merchant as a folder, for another installation. */
export const exportCommand: Command = {
  usage: 'export --merchant <id> [--move] <folder>',
  summary: 'Copies one merchant into a folder, for another installation',
  help: [
    'Writes every row of the merchant, at one moment, and its attachments from DATA_DIR/files. The',
    'folder contains customer data; secrets in it are sealed with the SECRET_KEY of this installation.',
    '',
    '  --move  puts the merchant on hold here first: nothing is charged, and neither mails nor webhooks',
    '          are sent, until perennial merchant resume. Without it both installations would charge.',
    '',
    'Works while a server runs. Sessions and rights of OAuth applications stay behind.',
  ].join('\n'),

  async run(args) {
    const { values, positionals } = readArgs(args, {
      merchant: { type: 'string' },
      move: { type: 'boolean', default: false },
    });
    const merchantId = needed(values.merchant, '--merchant');
    const folder = needed(positionals[0], 'the folder');
    if (positionals.length > 1) throw new UsageError('give one folder');
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      const merchant = await findMerchant(store.db, merchantId);
      if (!merchant)
        throw new Obstacle(`there is no merchant ${merchantId}; see: perennial merchant list`);
      await makeFolder(folder);
      if (values.move) await hold(store.db, merchant);
      const manifest = await exportMerchant(store.db, config, merchantId, folder, values.move);
      console.log(reportOf(manifest, folder, config));
    } finally {
      await store.close();
    }
  },
};

// Servers remember a merchant for a second, and a batch of charges that they began ends later.
const rememberedMs = 3000;
const waitMsMax = 120_000;

/** Stops all charges of a merchant, and waits until those that were sent have ended. */
async function hold(db: Database, { merchantId, clock }: Merchant): Promise<void> {
  await db.transaction(async (tx) => {
    await saveSettingsSection(tx, merchantId, holdSection, 'moved');
    const object = { objectType: 'merchant', objectId: merchantId };
    await recordCommand(
      tx,
      { act: 'export --move', ...object, after: { hold: 'moved' } },
      merchantId,
    );
  });
  const endMs = systemClock.monotonicMs() + waitMsMax;
  for (;;) {
    await systemClock.sleep(rememberedMs);
    const now = readClock(clock, systemClock.now());
    const { open_charges, open_refunds } = await readHealth(db, merchantId, now);
    if (open_charges + open_refunds === 0) return;
    if (systemClock.monotonicMs() > endMs)
      throw new Obstacle(
        `${open_charges} charges and ${open_refunds} refunds of ${merchantId} have not ended. It ` +
          'stays on hold: let a server run until the gateways have decided, then export it again ' +
          `into a new folder; or run perennial merchant resume --id ${merchantId}`,
      );
  }
}

/** Writes the merchant's rows of one snapshot, its attachments, and then the manifest. */
async function exportMerchant(
  db: Database,
  config: Config,
  merchantId: string,
  folder: string,
  isMoved: boolean,
): Promise<MovedMerchant> {
  const exportedAt = systemClock.now().toString();
  const { epoch } = await readContinuity(db);
  const sealFingerprint = await readSealFingerprint(db);
  const tables = await exportRows(db, merchantId, folder);
  const attachments = await exportAttachments(config, merchantId, folder);
  const migrations = (await readMigrations()).map(({ name }) => name);
  const manifest: MovedMerchant = {
    format: 'perennial merchant 1',
    merchantId,
    exportedAt,
    isMoved,
    migrations,
    sealFingerprint,
    epoch,
    tables,
    attachments,
  };
  await writeManifest(folder, manifest);
  const object = { objectType: 'merchant', objectId: merchantId };
  await db.transaction((tx) =>
    recordCommand(tx, { act: 'export', ...object, after: { isMoved } }, merchantId),
  );
  return manifest;
}

function exportRows(db: Database, merchantId: string, folder: string): Promise<MovedTable[]> {
  return db.transaction(async (tx) => {
    await useOneSnapshot(tx);
    const tables = await listRowsTables(tx);
    const progress = showProgress('tables', tables.length);
    const moved: MovedTable[] = [];
    for (const table of tables) {
      let rows = 0;
      async function* lines(): AsyncGenerator<string> {
        for await (const batch of readRows(tx, merchantId, table)) {
          rows += batch.length;
          yield `${batch.join('\n')}\n`;
        }
      }
      const file = await writeChecked(folder, `tables/${table.name}.jsonl`, lines());
      moved.push({ ...table, rows, file });
      progress.update(moved.length);
    }
    progress.finish();
    return moved;
  });
}

async function exportAttachments(
  config: Config,
  merchantId: string,
  folder: string,
): Promise<MovedFile[]> {
  if (config.s3) return [];
  const source = join(config.dataDir, 'files', merchantId);
  const names = await readdir(source).catch(() => []);
  const moved: MovedFile[] = [];
  for (const name of names)
    moved.push(
      await writeChecked(folder, `attachments/${name}`, createReadStream(join(source, name))),
    );
  return moved;
}

function reportOf(
  { merchantId, tables, attachments, isMoved }: MovedMerchant,
  folder: string,
  config: Config,
): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const lines = [
    `${merchantId}: ${rows.toLocaleString('en')} rows and ` +
      `${attachments.length.toLocaleString('en')} attachments are in ${folder}.`,
  ];
  if (config.s3)
    lines.push(
      `Its attachments stay in the bucket: copy what begins with ${merchantId}/ yourself.`,
    );
  lines.push(
    isMoved
      ? `It is on hold here. There: perennial import ${folder}, then perennial merchant resume --id ${merchantId}`
      : 'It is still charged here. To move it, export it again with --move.',
  );
  return lines.join('\n');
}
