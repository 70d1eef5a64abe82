import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Config, readConfig, sealSettings } from '../config.ts';
import { raiseEpoch } from '../platform/continuityStore.ts';
import { alignStamps } from '../platform/events/stamps.ts';
import { resealResponses } from '../platform/http/idempotentStore.ts';
import { openLog } from '../platform/log.ts';
import { openSeal, type Seal, sealForMoved } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import { readMigrations } from '../platform/storage/migrate.ts';
import { holdSection } from '../platform/tenancy/hold.ts';
import { findMerchant, saveSettingsSection } from '../platform/tenancy/merchantStore.ts';
import {
  continueNumbers,
  insertRows,
  listRowsTables,
  type RowsTable,
} from '../platform/tenancy/rowsStore.ts';
import { resealFactors } from '../staff/secondFactorStore.ts';
import { resealWebhooks } from '../webhooks/resealStore.ts';
import { type Command, needed, Obstacle, readArgs, UsageError } from './command.ts';
import { type MovedMerchant, type MovedTable, readChecked } from './moving/folder.ts';
import { openStore } from './openStore.ts';
import { showProgress } from './progress.ts';
import { recordCommand } from './record.ts';

/** `import`: a merchant that another installation exported. */
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
    const { values, positionals } = readArgs(args, { 'secret-key-file': { type: 'string' } });
    const folder = needed(positionals[0], 'the folder');
    if (positionals.length > 1) throw new UsageError('give one folder');
    const config = readConfig(process.env);
    const manifest = await readChecked(folder);
    const store = await openStore(config, openLog('warn'));
    try {
      await refuseOtherRelease(manifest);
      await openSeal(store.db, sealSettings(config));
      const seal = await sealOf(manifest, config, values['secret-key-file']);
      await copyAttachments(manifest, config, folder);
      await importMerchant(store.db, manifest, folder, seal);
      await alignStamps(store.db);
      console.log(reportOf(manifest));
    } finally {
      await store.close();
    }
  },
};

async function refuseOtherRelease({ migrations }: MovedMerchant): Promise<void> {
  const ours = (await readMigrations()).map(({ name }) => name);
  if (ours.join() !== migrations.join())
    throw new Obstacle(
      'the export comes from another release; install the same release there and here, then ' +
        'export again',
    );
}

/** A merchant without secrets of ours (the other server never started) needs no key. */
async function sealOf(
  { sealFingerprint }: MovedMerchant,
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
  { merchantId, attachments }: MovedMerchant,
  config: Config,
  folder: string,
): Promise<void> {
  if (attachments.length === 0) return;
  if (config.s3)
    throw new Obstacle(
      `the export holds ${attachments.length} attachments, and this installation keeps them in a ` +
        'bucket: import it without S3_BUCKET, then copy DATA_DIR/files into the bucket',
    );
  const target = join(config.dataDir, 'files', merchantId);
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const { path } of attachments)
    await copyFile(join(folder, path), join(target, basename(path)));
}

/** Adds the merchant on hold, all of it or nothing. */
function importMerchant(
  db: Database,
  manifest: MovedMerchant,
  folder: string,
  seal: Seal | undefined,
): Promise<void> {
  const { merchantId, exportedAt, epoch, isMoved } = manifest;
  return db.transaction(async (tx) => {
    if (await findMerchant(tx, merchantId))
      throw new Obstacle(
        `there is a merchant ${merchantId} already; an import never overwrites one`,
      );
    await importRows(tx, manifest, folder);
    await saveSettingsSection(tx, merchantId, holdSection, 'arrived');
    if (seal) {
      await resealWebhooks(tx, merchantId, seal);
      await resealFactors(tx, merchantId, seal);
      await resealResponses(tx, merchantId, seal);
    }
    await raiseEpoch(tx, epoch);
    const object = { objectType: 'merchant', objectId: merchantId };
    await recordCommand(
      tx,
      { act: 'import', ...object, after: { exportedAt, isMoved, hold: 'arrived' } },
      merchantId,
    );
  });
}

const rowsAtOnce = 500;

async function importRows(tx: Database, manifest: MovedMerchant, folder: string): Promise<void> {
  const { merchantId } = manifest;
  const known = new Map((await listRowsTables(tx)).map((table) => [table.name, table]));
  const tables = manifest.tables.map((moved) => ({ moved, ours: tableOf(known, moved) }));
  const progress = showProgress(
    'rows',
    tables.reduce((sum, { moved }) => sum + moved.rows, 0),
  );
  let done = 0;
  for (const { moved, ours } of tables) {
    for await (const rows of batchesOf(join(folder, moved.file.path))) {
      await insertRows(tx, merchantId, ours, rows);
      progress.update((done += rows.length));
    }
    await continueNumbers(tx, merchantId, ours);
  }
  progress.finish();
}

/** Names from the folder never become part of a statement. */
function tableOf(known: ReadonlyMap<string, RowsTable>, { name }: MovedTable): RowsTable {
  const table = known.get(name);
  if (table) return table;
  throw new Obstacle(`the export has a table ${name}, which this release does not have`);
}

async function* batchesOf(path: string): AsyncGenerator<string[]> {
  let batch: string[] = [];
  let rest = '';
  // By line feeds alone: a line may contain what other readers take for the end of one.
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (batch.push(line) < rowsAtOnce) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

const reportOf = ({ merchantId, isMoved }: MovedMerchant): string =>
  [
    `${merchantId} was added, on hold: nothing is charged, and neither mails nor webhooks are sent.`,
    isMoved
      ? 'Where it comes from it is on hold, too.'
      : 'Where it comes from it is still charged. Stop that first: export it there with --move, and ' +
        'import that export instead.',
    `Its applications and keys are unchanged; OAuth applications need new rights. ` +
      `To charge it here: perennial merchant resume --id ${merchantId}`,
  ].join('\n');
