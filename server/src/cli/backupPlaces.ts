import { join } from 'node:path';
import type { Config } from '../config.ts';

/**
 * What a backup holds besides the database, by its name in a backup. Files in a bucket stay there. The marker
 * is left out: it must not be as old as the backup (docs/adr/0046-restores.md).
 */
export const backupPlaces = (
  { dataDir, s3, smtpUrl }: Config,
  withKey: boolean,
): Readonly<Record<string, string>> => ({
  ...(s3 === undefined && { files: join(dataDir, 'files') }),
  ...(smtpUrl === undefined && { mail: join(dataDir, 'mail') }),
  simulator: join(dataDir, 'simulator.jsonl'),
  ...(withKey && { key: join(dataDir, 'secret.key') }),
});
