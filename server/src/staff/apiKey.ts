import { createHash } from 'node:crypto';
import type { Temporal } from 'temporal-polyfill';

/** A simple key as it is stored: its hash, never itself. */
export interface ApiKey {
  readonly keyId: number;
  readonly merchantId: string;
  readonly name: string;
  /** The key's first characters, to recognise it by. */
  readonly prefix: string;
  readonly permissions: readonly string[];
  /** Addresses or CIDR ranges it may come from; empty: anywhere. */
  readonly allowedIps: readonly string[];
  /** The person the key stands for: `me` of the workflow reference. */
  readonly userId?: number;
  readonly createdAt: Temporal.Instant;
  readonly revokedAt?: Temporal.Instant;
}

/** Keys are 256 random bits, so one round of SHA-256 guards them as well as a slow hash would. */
export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** 64 lower-case hex characters, as UltraCart's keys are. */
export const keyBytes = 32;
export const prefixOf = (key: string): string => key.slice(0, 8);
