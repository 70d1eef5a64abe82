import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bug } from '../kernel/assert.ts';
import { ForeignDatabaseError } from './foreignDatabase.ts';
import type { Database } from './storage/database.ts';

/**
 * Encrypts secrets that we must be able to use again (passwords of receivers, signing keys), so
 * that they cannot be read in the database.
 */
export interface Seal {
  seal(text: string): Buffer;
  /** Throws when it was sealed with another key or has been changed. */
  open(sealed: Buffer): string;
}

const algorithm = 'aes-256-gcm';
const [ivBytes, tagBytes] = [12, 16];

/** AES-256 in GCM mode; each text has a different initialisation vector. */
export function sealWith(key: Buffer): Seal {
  return {
    seal(text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes));
      decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
      try {
        return Buffer.concat([
          decipher.update(sealed.subarray(ivBytes + tagBytes)),
          decipher.final(),
        ]).toString('utf8');
      } catch (cause) {
        throw new Bug('a sealed secret cannot be opened with this key', { cause });
      }
    },
  };
}

/**
 * The installation's key: from the setting (any text of 32 characters or more), or from a file in
 * the data folder that is created at the first start. Throws when the database was sealed with
 * another key, because secrets would otherwise be lost silently.
 */
export async function openSeal(
  db: Database,
  dataDir: string,
  setting: string | undefined,
): Promise<Seal> {
  const key =
    setting === undefined ? await keyFile(dataDir) : createHash('sha256').update(setting).digest();
  const fingerprint = createHash('sha256').update('fingerprint').update(key).digest('hex');
  const known = await db.row<{ fingerprint: string }>(
    `insert into installation (only_one, seal_fingerprint) values (true, $1)
     on conflict (only_one) do update set only_one = true
       returning seal_fingerprint as fingerprint`,
    [fingerprint],
  );
  if (known!.fingerprint !== fingerprint) {
    throw new ForeignDatabaseError(
      `the database's secrets are sealed with another key; set SECRET_KEY to the one it was ` +
        `started with first, or bring back ${join(dataDir, keyFileName)}`,
    );
  }
  return sealWith(key);
}

const keyFileName = 'secret.key';

async function keyFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, keyFileName);
  await mkdir(dataDir, { recursive: true });
  // The first process creates it; every process reads it back.
  await writeFile(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return Buffer.from((await readFile(path, 'utf8')).trim(), 'hex');
}
