import { readFile } from 'node:fs/promises';
import { type Config, readConfig, sealSettings } from '../config.ts';
import { readOrigin } from '../platform/backup/catalogue.ts';
import { checkExport } from '../platform/backup/checkFolder.ts';
import { restoreFiles } from '../platform/backup/fileCopies.ts';
import type { MerchantManifest } from '../platform/backup/manifest.ts';
import { addMerchantRows } from '../platform/backup/merchantRows.ts';
import { openRowStream, type RowStream } from '../platform/backup/rowStream.ts';
import { raiseEpoch } from '../platform/continuityStore.ts';
import { alignStamps } from '../platform/events/stamps.ts';
import { resealResponses } from '../platform/http/idempotentStore.ts';
import { openLog } from '../platform/log.ts';
import { openSeal, type Seal, sealForMoved } from '../platform/seal.ts';
import type { Connection } from '../platform/storage/connection.ts';
import type { Database } from '../platform/storage/database.ts';
import { holdSection } from '../platform/tenancy/hold.ts';
import { findMerchant, saveSettingsSection } from '../platform/tenancy/merchantStore.ts';
import { resealFactors } from '../staff/secondFactorStore.ts';
import { resealWebhooks } from '../webhooks/resealStore.ts';
import { showProgressOf, withoutStack } from './backup.ts';
import { attachmentPlaces } from './backupPlaces.ts';
import { type Command, needed, Obstacle, readArgs } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/** `import`: adds a merchant that another installation exported. */
export const importCommand: Command = {
  usage: 'import [--secret-key-file <file>] <folder>',
  summary: 'Adds a merchant that another installation exported',
  help: [
    'Checks the folder, then adds the merchant in one transaction, with its ids. It arrives on hold:',
    'nothing is charged, and neither mails nor webhooks are sent, until perennial merchant resume.',
    '',
    '  --secret-key-file  contains the SECRET_KEY of the other installation, or is its secret.key;',
    '                     needed where the two differ',
    '',
    'Both installations must have the same release. PostgreSQL may be of another version.',
  ].join('\n'),

  async run(args) {
    const { values, positionals } = readArgs(args, { 'secret-key-file': { type: 'string' } }, [
      'folder',
    ]);
    const folder = needed(positionals[0], 'the folder');
    const config = readConfig(process.env);
    const checking = showProgressOf('checked');
    const manifest = await withoutStack(checkExport(folder, checking.update));
    checking.finish();
    const store = await openStore(config, openLog('warn'));
    try {
      await refuseOtherRelease(manifest, store.db);
      await refuseKnown(manifest, store.db);
      await openSeal(store.db, sealSettings(config));
      const seal = await sealOf(manifest, config, values['secret-key-file']);
      await copyAttachments(manifest, config, folder);
      await withoutStack(importMerchant(store.connection, manifest, folder, seal));
      await alignStamps(store.db);
      console.log(reportOf(manifest));
    } finally {
      await store.close();
    }
  },
};

async function refuseOtherRelease({ migrations }: MerchantManifest, db: Database): Promise<void> {
  const ours = await readOrigin(db, '');
  if (JSON.stringify(ours.migrations) !== JSON.stringify(migrations))
    throw new Obstacle(
      'the export comes from another release; install the same release there and here, then ' +
        'export again',
    );
}

async function refuseKnown({ merchantId }: MerchantManifest, db: Database): Promise<void> {
  if (await findMerchant(db, merchantId))
    throw new Obstacle(`there is a merchant ${merchantId} already; an import never overwrites one`);
}

/** A merchant without sealed secrets needs no key. That is so if the other server never started. */
async function sealOf(
  { sealFingerprint }: MerchantManifest,
  config: Config,
  keyFile: string | undefined,
): Promise<Seal | undefined> {
  if (sealFingerprint === undefined) return undefined;
  const text = keyFile === undefined ? undefined : await readKey(keyFile);
  const seal = await sealForMoved(sealSettings(config), sealFingerprint, text);
  if (seal) return seal;
  throw new Obstacle(
    keyFile === undefined
      ? 'the secrets of the export are sealed with another SECRET_KEY; name a file that contains ' +
          'it: --secret-key-file'
      : `${keyFile} does not contain the key that sealed the secrets of the export`,
  );
}

const readKey = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch(() => {
    throw new Obstacle(`${path} cannot be read; --secret-key-file names a readable file`);
  });

/** Copies the attachments before the rows that name them. */
async function copyAttachments(
  manifest: MerchantManifest,
  config: Config,
  folder: string,
): Promise<void> {
  const { files, merchantId } = manifest;
  if (files.length > 0 && config.s3)
    throw new Obstacle(
      `the export contains ${files.length} attachments, and this installation keeps them in a ` +
        'bucket: import it without S3_BUCKET, then copy DATA_DIR/files into the bucket',
    );
  await restoreFiles(folder, manifest, attachmentPlaces(config, merchantId));
}

/** Adds the merchant on hold, completely or not at all. */
async function importMerchant(
  connection: Connection,
  manifest: MerchantManifest,
  folder: string,
  seal: Seal | undefined,
): Promise<void> {
  const { merchantId, takenAt, isMoved } = manifest;
  const rows = await openRowStream(connection);
  try {
    await rows.command('begin');
    await addMerchant(rows, manifest, folder);
    await settle(rows.db, manifest, seal);
    await recordCommand(
      rows.db,
      {
        act: 'import',
        objectType: 'merchant',
        objectId: merchantId,
        after: { takenAt, isMoved, hold: 'arrived' },
      },
      merchantId,
    );
    await rows.command('commit');
  } finally {
    await rows.close();
  }
}

async function addMerchant(
  rows: RowStream,
  manifest: MerchantManifest,
  folder: string,
): Promise<void> {
  const { tables } = manifest;
  await refuseKnown(manifest, rows.db);
  const progress = showProgressOf('rows');
  const total = tables.reduce((sum, { base }) => sum + base.bytes, 0);
  let done = 0;
  await addMerchantRows(rows, manifest, folder, (bytes) => progress.update((done += bytes), total));
  progress.finish();
}

/** Holds the merchant, and seals its secrets with the key of this installation. */
async function settle(
  tx: Database,
  { merchantId, epoch }: MerchantManifest,
  seal: Seal | undefined,
): Promise<void> {
  await saveSettingsSection(tx, merchantId, holdSection, 'arrived');
  if (seal) {
    await resealWebhooks(tx, merchantId, seal);
    await resealFactors(tx, merchantId, seal);
    await resealResponses(tx, merchantId, seal);
  }
  await raiseEpoch(tx, epoch);
}

const reportOf = ({ merchantId, isMoved }: MerchantManifest): string =>
  [
    `${merchantId} was added, on hold: nothing is charged, and neither mails nor webhooks are sent.`,
    isMoved
      ? 'Where it comes from it is on hold, too.'
      : 'Where it comes from it is still charged. Stop that first: export it there with --move, and ' +
        'import that export instead.',
    `Its applications and keys are unchanged; OAuth applications need new rights. ` +
      `To charge it here: perennial merchant resume --id ${merchantId}`,
  ].join('\n');
