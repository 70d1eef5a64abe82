import { createHash } from 'node:crypto';
import { type Permission, permissionResources } from '@perennial/contract/operations.ts';
import ipaddr from 'ipaddr.js';
import { Temporal } from 'temporal-polyfill';
import { failure, type Outcome, success } from '../kernel/outcome.ts';

/** A simple key as it is stored: its hash, never the key. */
export interface ApiKey {
  readonly keyId: number;
  readonly merchantId: string;
  readonly name: string;
  /** The first characters of the key, by which people recognise it. */
  readonly prefix: string;
  readonly permissions: readonly string[];
  /** The addresses or CIDR ranges from which the key may be used. Empty: any. */
  readonly allowedIps: readonly string[];
  /** The user that the key acts for: `me` of the workflow reference. */
  readonly userId?: number;
  readonly createdAt: Temporal.Instant;
  readonly revokedAt?: Temporal.Instant;
  /** From then on the key is refused. Absent: it does not expire. */
  readonly expiresAt?: Temporal.Instant;
  /** When the secret was last replaced. */
  readonly rotatedAt?: Temporal.Instant;
  /** The last recorded use, with its address. Uses are recorded once a minute. */
  readonly lastUsedAt?: Temporal.Instant;
  readonly lastUsedAddress?: string;
  /** Until then, the secret before the last rotation is accepted. */
  readonly previousUntil?: Temporal.Instant;
  /** When that secret was last used. */
  readonly previousUsedAt?: Temporal.Instant;
}

/** Why a key is refused now. */
export type KeyEnd = 'revoked' | 'expired' | 'replaced';

/**
 * Returns why a key is refused at `now`, or undefined when it is valid. `isPrevious`: the caller
 * sent the secret before the last rotation.
 */
export function endOf(
  key: ApiKey,
  isPrevious: boolean,
  now: () => Temporal.Instant,
): KeyEnd | undefined {
  if (key.revokedAt) return 'revoked';
  if (key.expiresAt && isReached(key.expiresAt, now())) return 'expired';
  const until = isPrevious ? key.previousUntil : undefined;
  return until && isReached(until, now()) ? 'replaced' : undefined;
}

const isReached = (end: Temporal.Instant, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(end, now) <= 0;

/** How long the secret before a rotation can be accepted at most. */
export const keepOldHoursMax = 24 * 90;
/** How long it is accepted by default. */
export const keepOldHoursDefault = 24;

/** Keys are 256 random bits, so one round of SHA-256 protects them as well as a slow hash would. */
export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** 64 lower-case hex characters, the same as UltraCart's keys. */
export const keyBytes = 32;
/** Returns the first characters of a key, which lists show. */
export const prefixOf = (key: string): string => key.slice(0, 8);

/** All permissions: to read and to write each resource. */
export const allPermissions: readonly Permission[] = permissionResources.flatMap(
  (resource) => [`${resource}_read`, `${resource}_write`] as const,
);

/**
 * Parses names of permissions, or `all`, or `read` for all read permissions. Fails with the first
 * unknown name.
 */
export function parsePermissions(names: readonly string[]): Outcome<Permission[], string> {
  const meant = names.flatMap((name): readonly string[] =>
    name === 'all'
      ? allPermissions
      : name === 'read'
        ? allPermissions.filter((each) => each.endsWith('_read'))
        : [name],
  );
  const unknown = meant.find((name) => !allPermissions.some((each) => each === name));
  return unknown === undefined ? success([...new Set(meant)] as Permission[]) : failure(unknown);
}

/** Parses addresses and CIDR ranges of IPv4 and IPv6. Fails with the first that is neither. */
export function parseAllowedIps(texts: readonly string[]): Outcome<string[], string> {
  const wrong = texts.find(
    (text) =>
      !ipaddr.IPv4.isValidFourPartDecimal(text) &&
      !ipaddr.IPv6.isValid(text) &&
      !ipaddr.isValidCIDR(text),
  );
  return wrong === undefined ? success([...texts]) : failure(wrong);
}

/**
 * Returns whether the key may be used from `address`. An IPv4 address that is written as IPv6
 * (::ffff:10.0.0.1) counts as the IPv4 address.
 */
export function isAllowedFrom(
  { allowedIps }: Pick<ApiKey, 'allowedIps'>,
  address: string,
): boolean {
  if (allowedIps.length === 0) return true;
  if (!ipaddr.isValid(address)) return false;
  const from = ipaddr.process(address);
  return allowedIps.some((range) => isInRange(from, range));
}

function isInRange(address: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
  const [network, bits] = range.includes('/')
    ? ipaddr.parseCIDR(range)
    : [ipaddr.process(range), undefined];
  if (network.kind() !== address.kind()) return false;
  return address.match(network, bits ?? (network.kind() === 'ipv4' ? 32 : 128));
}
