import { createHash } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';

/** Returns a new secret for an authenticator app in base32: 160 random bits (RFC 4226, section 4). */
export const newSecret = (ids: IdFactory): string => Secret.fromHex(ids.secret(20)).base32;

/** Returns the link that an authenticator app reads, usually from a QR code. */
export const setupUri = (secret: string, merchantId: string, login: string): string =>
  totpOf(secret, `${merchantId}:${login}`).toString();

const totpOf = (secret: string, label: string): TOTP =>
  new TOTP({ issuer: 'Perennial', label, secret: Secret.fromBase32(secret), period: stepSeconds });

const stepSeconds = 30;

/**
 * Returns the half-minute of a code; undefined when the code is wrong. The previous and the next
 * code count too, because clocks differ.
 */
export function stepOf(secret: string, code: string, now: Temporal.Instant): number | undefined {
  const digits = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return undefined;
  const timestamp = now.epochMilliseconds;
  const delta = totpOf(secret, '').validate({ token: digits, timestamp, window: 1 });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / stepSeconds) + delta;
}

/** The number of recovery codes of a user. */
const recoveryCodes = 10;

/** Returns new recovery codes, each of 112 random bits in four groups. */
export const newRecoveryCodes = (ids: IdFactory): string[] =>
  Array.from({ length: recoveryCodes }, () => ids.secret(14).match(/.{7}/g)!.join('-'));

/**
 * Returns the hash under which a recovery code is stored; undefined when the text cannot be a code.
 */
export function recoveryHash(code: string): Buffer | undefined {
  const digits = code.toLowerCase().replaceAll(/[\s-]/g, '');
  return /^[0-9a-f]{28}$/.test(digits) ? createHash('sha256').update(digits).digest() : undefined;
}
