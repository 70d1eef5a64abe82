import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Places } from '../platform/backup/fileCopies.ts';

/**
 * The contents of a backup besides the database, by name in the backup. Files in a bucket stay
 * there. The marker is left out: it must not be as old as the backup (docs/adr/0046-restores.md).
 */
export const backupPlaces = ({ dataDir, s3, smtp }: Config, withKey: boolean): Places => ({
  ...(s3 === undefined && { files: join(dataDir, 'files') }),
  ...(smtp === undefined && { mail: join(dataDir, 'mail') }),
  simulator: join(dataDir, 'simulator.jsonl'),
  ...(withKey && { key: join(dataDir, 'secret.key') }),
});

/** The folder of a merchant's attachments; undefined when they are in a bucket. */
export const attachmentPlaces = ({ dataDir, s3 }: Config, merchantId: string): Places =>
  s3 === undefined ? { attachments: join(dataDir, 'files', merchantId) } : {};
