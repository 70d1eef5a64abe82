import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bug } from '../kernel/assert.ts';
import { ForeignDatabaseError } from './foreignDatabase.ts';
import { makeFolders } from './makeFolders.ts';
import type { Database } from './storage/database.ts';

/**
 * Encrypts secrets that we must be able to use again (passwords of receivers, signing keys), so
 * that they cannot be read in the database.
 */
export interface Seal {
  seal(text: string): Buffer;
  /** Throws when the text was sealed with another key or has been changed. */
  open(sealed: Buffer): string;
  /** Returns the same secret, sealed with the current key. */
  reseal(sealed: Buffer): Buffer;
}

const algorithm = 'aes-256-gcm';
const [ivBytes, tagBytes] = [12, 16];

/**
 * Seals with AES-256 in GCM mode; each text has a different initialisation vector. `before` only
 * opens: it is the installation's previous key, or its next one.
 */
export function sealWith(key: Buffer, before?: Buffer): Seal {
  const open = (sealed: Buffer): string => {
    const text = opened(sealed, key) ?? (before && opened(sealed, before));
    if (text !== undefined) return text;
    throw new Bug('a sealed secret cannot be opened with this key');
  };
  return {
    seal: (text) => sealed(text, key),
    open,
    reseal: (old) => sealed(open(old), key),
  };
}

function sealed(text: string, key: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Undefined when the text was sealed with another key or has been changed. */
function opened(sealed: Buffer, key: Buffer): string | undefined {
  try {
    // Without this length, a tag that was cut to four bytes would be accepted.
    const whole = { authTagLength: tagBytes };
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), whole);
    decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([
      decipher.update(sealed.subarray(ivBytes + tagBytes)),
      decipher.final(),
    ]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** The keys of an installation from its settings. */
export interface SealSettings {
  readonly dataDir: string;
  /** Any text of 32 characters or more. Absent: the file in `dataDir`. */
  readonly key?: string | undefined;
  /**
   * Another key, for texts that `key` does not open. Absent: the file in `dataDir`, if there is
   * one.
   */
  readonly before?: string | undefined;
}

/**
 * Opens the seal of the installation. The file in the data folder is created at the first start
 * without a setting. Throws when the database was sealed with none of the keys, because secrets
 * would otherwise be lost silently.
 */
export async function openSeal(db: Database, settings: SealSettings): Promise<Seal> {
  const { key, before } = await keysOf(settings);
  const known = await db.row<{ fingerprint: string }>(
    `insert into installation (only_one, seal_fingerprint) values (true, $1)
     on conflict (only_one) do update set only_one = true
       returning seal_fingerprint as fingerprint`,
    [fingerprintOf(key)],
  );
  const fits = [key, before].some(
    (each) => each !== undefined && fingerprintOf(each) === known!.fingerprint,
  );
  if (!fits) {
    throw new ForeignDatabaseError(
      `the database's secrets are sealed with another key; set SECRET_KEY to the one it was ` +
        `started with first, or bring back ${join(settings.dataDir, keyFileName)}`,
    );
  }
  return sealWith(key, before);
}

/**
 * Makes the first key of the settings the installation's key; everything must already be sealed
 * with it. Returns false when it was the key before.
 */
export async function adoptSealKey(tx: Database, settings: SealSettings): Promise<boolean> {
  const { key } = await keysOf(settings);
  const changed = await tx.run(
    'update installation set seal_fingerprint = $1 where only_one and seal_fingerprint <> $1',
    [fingerprintOf(key)],
  );
  return changed === 1;
}

/**
 * Returns the fingerprint of the key that seals the database's secrets; undefined before the first
 * start.
 */
export async function readSealFingerprint(db: Database): Promise<string | undefined> {
  const row = await db.row<{ fingerprint: string }>(
    'select seal_fingerprint as fingerprint from installation where only_one',
  );
  return row?.fingerprint;
}

/**
 * Returns the seal of the installation, extended to open secrets that another installation sealed
 * with the key of that fingerprint. `text` is that key (a SECRET_KEY, or the content of a
 * `secret.key`). Undefined when neither key has the fingerprint.
 */
export async function sealForMoved(
  settings: SealSettings,
  fingerprint: string,
  text?: string,
): Promise<Seal | undefined> {
  const { key } = await keysOf(settings);
  if (fingerprintOf(key) === fingerprint) return sealWith(key);
  const candidates = text === undefined ? [] : [hash(text.trim()), keyIn(text)];
  const theirs = candidates.find((each) => fingerprintOf(each) === fingerprint);
  return theirs && sealWith(key, theirs);
}

async function keysOf({ dataDir, key, before }: SealSettings) {
  if (key === undefined)
    return { key: await keyFile(dataDir), before: before === undefined ? undefined : hash(before) };
  return {
    key: hash(key),
    before: before === undefined ? await readKeyFile(dataDir) : hash(before),
  };
}

/**
 * Returns whether the text is 32 random bytes in base64 or hexadecimal, and not a phrase that a
 * person chose.
 */
export function isRandomKey(text: string): boolean {
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : Buffer.from(text, 'base64');
  const isEncoded = /^([0-9a-f]{64}|[\w+/-]{43}=?)$/i.test(text);
  // Of 32 random bytes, about 30 have different values.
  return isEncoded && bytes.length === 32 && new Set(bytes).size >= 20;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

const fingerprintOf = (key: Buffer): string =>
  createHash('sha256').update('fingerprint').update(key).digest('hex');

const keyFileName = 'secret.key';

async function keyFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, keyFileName);
  makeFolders(dataDir, 0o700);
  // The first process creates it; every process reads it back.
  await writeFile(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return keyIn(await readFile(path, 'utf8'));
}

async function readKeyFile(dataDir: string): Promise<Buffer | undefined> {
  const text = await readFile(join(dataDir, keyFileName), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : keyIn(text);
}

const keyIn = (text: string): Buffer => Buffer.from(text.trim(), 'hex');
