import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type CheckedFile, checksumOf, save } from '../../platform/backup/checkedFiles.ts';
import type { RowsTable } from '../../platform/tenancy/rowsStore.ts';
import { Obstacle } from '../command.ts';

/** A file of an exported merchant: its path in the folder, and what its check needs. */
export interface MovedFile extends CheckedFile {
  readonly path: string;
}

/** A table of an exported merchant: a row of JSON a line. */
export interface MovedTable extends RowsTable {
  readonly rows: number;
  readonly file: MovedFile;
}

/** What the folder of an exported merchant holds. It is written last. */
export interface MovedMerchant {
  readonly format: 'perennial merchant 1';
  readonly merchantId: string;
  /** ISO 8601 in UTC. */
  readonly exportedAt: string;
  /** Whether the installation that it comes from stopped charging it. */
  readonly isMoved: boolean;
  readonly migrations: readonly string[];
  /** Of the key that seals its secrets. */
  readonly sealFingerprint?: string | undefined;
  /** How often the installation that it comes from was restored, plus one. */
  readonly epoch: number;
  readonly tables: readonly MovedTable[];
  /** Its attachments, by their names in the store of files. */
  readonly attachments: readonly MovedFile[];
}

const manifestName = 'merchant.json';

/** Makes the folder of an export. A folder that holds anything is refused. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new Obstacle(`${folder} is not empty; name a folder that does not exist yet`);
  for (const inner of ['tables', 'attachments']) await mkdir(join(folder, inner), { mode: 0o700 });
}

/** Ends an export: only a folder with a manifest is imported. */
export async function writeManifest(folder: string, manifest: MovedMerchant): Promise<void> {
  const path = join(folder, manifestName);
  await writeFile(`${path}.new`, `${JSON.stringify(manifest, null, 1)}\n`, {
    mode: 0o600,
    flush: true,
  });
  await rename(`${path}.new`, path);
}

/** Reads the manifest of a folder, and checks every file that it names. */
export async function readChecked(folder: string): Promise<MovedMerchant> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new Obstacle(
      `${folder} has no ${manifestName}: it is not an export, or one that did not end; ` +
        'run perennial export again',
    );
  const manifest = parsed(text);
  if (manifest?.format !== 'perennial merchant 1')
    throw new Obstacle(`${join(folder, manifestName)} is damaged; run perennial export again`);
  const files = [...manifest.tables.map(({ file }) => file), ...manifest.attachments];
  for (const file of files)
    if ((await sha256Of(join(folder, file.path))) !== file.sha256)
      throw new Obstacle(
        `${join(folder, file.path)} is damaged or missing; run perennial export again`,
      );
  return manifest;
}

function parsed(text: string): MovedMerchant | undefined {
  try {
    return JSON.parse(text) as MovedMerchant;
  } catch {
    return undefined;
  }
}

/** Writes chunks to a new file that only its owner reads. */
export async function writeChecked(
  folder: string,
  path: string,
  chunks: AsyncIterable<string | Buffer>,
): Promise<MovedFile> {
  const source = Readable.from(chunks, { objectMode: true });
  return { path, ...(await save(source, join(folder, path), () => {})) };
}

/** The checksum of a file; undefined when it cannot be read. */
const sha256Of = (path: string): Promise<string | undefined> =>
  checksumOf(path, () => {}).then(
    ({ sha256 }) => sha256,
    () => undefined,
  );
