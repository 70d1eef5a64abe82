import { type Config, readConfig } from '../config.ts';
import { readMoment, readOrigin } from '../platform/backup/catalogue.ts';
import { copyFiles, type Places } from '../platform/backup/fileCopies.ts';
import { finish, type MerchantManifest, makeFolder } from '../platform/backup/manifest.ts';
import { writeMerchantRows } from '../platform/backup/merchantRows.ts';
import { openRowStream } from '../platform/backup/rowStream.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { databaseName, readContinuity } from '../platform/continuityStore.ts';
import { openLog } from '../platform/log.ts';
import { readSealFingerprint } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import { holdSection } from '../platform/tenancy/hold.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { findMerchant, saveSettingsSection } from '../platform/tenancy/merchantStore.ts';
import { readHealth } from '../screens/healthReader.ts';
import { withoutStack } from './backup.ts';
import { attachmentPlaces } from './backupPlaces.ts';
import { type Command, needed, Obstacle, readArgs } from './command.ts';
import { openStore, type Store } from './openStore.ts';
import { type Progress, showProgress } from './progress.ts';
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
    'Works while a server runs. Sessions and the grants of OAuth applications are not copied.',
  ].join('\n'),

  async run(args) {
    const { values, positionals } = readArgs(
      args,
      {
        merchant: { type: 'string' },
        move: { type: 'boolean', default: false },
      },
      ['folder'],
    );
    const merchantId = needed(values.merchant, '--merchant');
    const folder = needed(positionals[0], 'the folder');
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    let isHeld = false;
    try {
      const merchant = await findMerchant(store.db, merchantId);
      if (!merchant)
        throw new Obstacle(`there is no merchant ${merchantId}; see: perennial merchant list`);
      await withoutStack(makeFolder(folder));
      if (values.move) {
        await hold(store.db, merchant);
        isHeld = true;
        await chargesEnded(store.db, merchant);
      }
      const places = attachmentPlaces(config, merchantId);
      const manifest = await exportMerchant(store, places, merchantId, folder, values.move);
      console.log(reportOf(manifest, folder, config));
    } catch (error) {
      if (isHeld) console.error(`the export failed, and ${staysOnHold(merchantId)}`);
      throw error;
    } finally {
      await store.close();
    }
  },
};

// Servers cache a merchant for a second, and batches of charges that they have begun end later.
const rememberedMs = 3000;
const waitMsMax = 120_000;

const staysOnHold = (merchantId: string) =>
  `${merchantId} stays on hold here: nothing is charged or sent. Run the export again with a new ` +
  `folder, or end the hold with perennial merchant resume --id ${merchantId}`;

/**
 * Stops all charges of a merchant. Prints that at once, because this process may end without
 * another message.
 */
async function hold(db: Database, { merchantId }: Merchant): Promise<void> {
  await db.transaction(async (tx) => {
    await saveSettingsSection(tx, merchantId, holdSection, 'moved');
    const object = { objectType: 'merchant', objectId: merchantId };
    await recordCommand(
      tx,
      { act: 'export --move', ...object, after: { hold: 'moved' } },
      merchantId,
    );
  });
  console.error(
    `${merchantId} is on hold here from now on; if this export does not end, ` +
      `perennial merchant resume --id ${merchantId} ends the hold`,
  );
}

/** Waits until the charges that were sent before the hold have ended. */
async function chargesEnded(db: Database, { merchantId, clock }: Merchant): Promise<void> {
  const endMs = systemClock.monotonicMs() + waitMsMax;
  let isTold = false;
  for (;;) {
    await systemClock.sleep(rememberedMs);
    const now = readClock(clock, systemClock.now());
    const { open_charges, open_refunds } = await readHealth(db, merchantId, now);
    if (open_charges + open_refunds === 0) return;
    if (!isTold)
      console.error(
        `waiting until ${open_charges} charges and ${open_refunds} refunds that were sent have ended`,
      );
    isTold = true;
    if (systemClock.monotonicMs() > endMs)
      throw new Obstacle(
        `${open_charges} charges and ${open_refunds} refunds of ${merchantId} have not ended; let a ` +
          'server run until the gateways have decided, before you export it again',
      );
  }
}

/** Writes the merchant's rows of one snapshot, its attachments, and then the manifest. */
async function exportMerchant(
  { db, connection }: Store,
  places: Places,
  merchantId: string,
  folder: string,
  isMoved: boolean,
): Promise<MerchantManifest> {
  const rows = await openRowStream(connection);
  try {
    await rows.command('begin isolation level repeatable read, read only');
    let progress: Progress | undefined;
    const onTable = (done: number, total: number) => {
      progress ??= showProgress('tables', total);
      progress.update(done);
    };
    const manifest: MerchantManifest = {
      ...(await readOrigin(rows.db, await databaseName(rows.db))),
      kind: 'merchant',
      merchantId,
      isMoved,
      takenAt: await readMoment(rows.db),
      epoch: (await readContinuity(rows.db)).epoch,
      sealFingerprint: await readSealFingerprint(rows.db),
      tables: await writeMerchantRows(rows, merchantId, folder, onTable),
      files: await copyFiles(folder, places),
    };
    progress?.finish();
    await finish(folder, manifest);
    const object = { objectType: 'merchant', objectId: merchantId };
    await db.transaction((tx) =>
      recordCommand(tx, { act: 'export', ...object, after: { isMoved } }, merchantId),
    );
    return manifest;
  } finally {
    await rows.close();
  }
}

function reportOf(
  { merchantId, tables, files, isMoved }: MerchantManifest,
  folder: string,
  config: Config,
): string {
  const rows = tables.reduce((sum, table) => sum + table.base.rows, 0);
  const lines = [
    `${merchantId}: ${rows.toLocaleString('en')} rows and ` +
      `${files.length.toLocaleString('en')} attachments are in ${folder}.`,
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
