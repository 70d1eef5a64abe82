import { isAbsolute, join } from 'node:path';
import { isMerchantId } from '../tenancy/merchant.ts';
import { fileChecksum } from './checkedFiles.ts';
import {
  type BackupFile,
  FolderError,
  filesOf,
  type Manifest,
  type MerchantManifest,
  readManifest,
  readUnfinished,
} from './manifest.ts';

/** Called with the number of bytes done and the total. */
export type OnProgress = (done: number, total: number) => void;

/**
 * Reads the manifest of a backup and every file that it names. Fails when the backup was not
 * finished, or when a file is missing or has changed.
 */
export async function checkBackup(folder: string, onProgress: OnProgress): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new FolderError(
      (await readUnfinished(folder)) === undefined
        ? `${folder} holds no backup: it has no manifest.json`
        : `the backup in ${folder} was not finished; continue it with: perennial backup ${folder}`,
    );
  if (manifest.kind !== 'database')
    throw new FolderError(
      `${folder} holds only the merchant ${manifest.merchantId}; add it with: ` +
        `perennial import ${folder}`,
    );
  await checkFiles(folder, filesOf(manifest), onProgress);
  return manifest;
}

/** Like {@link checkBackup}, for the folder of an exported merchant. */
export async function checkExport(
  folder: string,
  onProgress: OnProgress,
): Promise<MerchantManifest> {
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new FolderError(
      `${folder} has no manifest.json: it is not an export of this release, or it is ` +
        'incomplete; run perennial export again',
    );
  if (manifest.kind !== 'merchant')
    throw new FolderError(
      `${folder} holds the backup of a database; put it into an empty one with: ` +
        `perennial restore ${folder}`,
    );
  // The id is part of the path of attachments, so it must be valid.
  if (!isMerchantId(manifest.merchantId))
    throw new FolderError(`the manifest in ${folder} names no valid merchant; use another folder`);
  await checkFiles(folder, filesOf(manifest), onProgress);
  return manifest;
}

async function checkFiles(
  folder: string,
  files: readonly BackupFile[],
  onProgress: OnProgress,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, bytes, sha256 } of files) {
    // The folder may come from another machine, so its paths must not lead outside it.
    if (isAbsolute(path) || path.split('/').includes('..'))
      throw new FolderError(`${path} is not a path in the folder; use another folder`);
    const found = await fileChecksum(join(folder, path), (more) =>
      onProgress((done += more), total),
    ).catch((error: Error) => {
      throw new FolderError(`${path} cannot be read (${error.message}); use another folder`);
    });
    if (found.bytes !== bytes || found.sha256 !== sha256)
      throw new FolderError(
        `${path} is damaged: it has ${found.bytes} bytes with another checksum than the manifest's; ` +
          'nothing was changed; use another folder',
      );
  }
}
