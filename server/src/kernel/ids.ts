import { createHash, randomBytes, randomUUID } from 'node:crypto';

/**
 * Makes the ids that the database does not count. It is passed as a parameter, so that a seed or a
 * test can make the same ids again.
 */
export interface IdFactory {
  /** Ten upper-case letters and digits (auto_order reference, auto_order_code). */
  autoOrderCode(): string;
  /** A random UUID: request ids, tasks, files. */
  uuid(): string;
  /** `bytes` random bytes as lower-case hex: keys and secrets. */
  secret(bytes: number): string;
  /**
   * A number from 0 up to but not including 1. It spreads work that must not happen all at once.
   */
  fraction(): number;
}

const codeAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const codeLength = 10;

/**
 * Creates the factory for real use. Ids and secrets come from the operating system's random
 * numbers. A fraction protects nothing, so it comes from a cheaper source.
 */
export const randomIds: IdFactory = {
  autoOrderCode: () => codeFrom(randomBytes(codeLength * 2)),
  uuid: () => randomUUID(),
  secret: (bytes) => randomBytes(bytes).toString('hex'),
  fraction: () => Math.random(),
};

/**
 * Creates a factory whose ids depend only on `seed`: the same seed makes the same demo data. It
 * must not be used for secret keys.
 */
export function seededIds(seed: string): IdFactory {
  let count = 0;
  const next = () => createHash('sha512').update(`${seed}:${count++}`).digest();
  return {
    autoOrderCode: () => codeFrom(next()),
    uuid: () => uuidFrom(next()),
    secret: (bytes) => next().subarray(0, bytes).toString('hex'),
    fraction: () => next().readUInt32BE(0) / 2 ** 32,
  };
}

function codeFrom(bytes: Uint8Array): string {
  let code = '';
  for (let i = 0; i < codeLength; i++) {
    const word = (bytes[2 * i]! << 8) | bytes[2 * i + 1]!;
    code += codeAlphabet[word % codeAlphabet.length];
  }
  return code;
}

function uuidFrom(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  const version = `4${hex.slice(13, 16)}`;
  const variant = `${'89ab'[bytes[8]! & 3]!}${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`;
}

/** Whether a text has the form of a UUID, in upper or lower case. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
