import type { Temporal } from 'temporal-polyfill';

/** A registered application, which users of any merchant may let act for them (UltraCart's API pages, authorized applications). */
export interface Application {
  readonly clientId: string;
  readonly name: string;
  /** For the one who is asked to allow it. */
  readonly description: string;
  readonly redirectUris: readonly string[];
  /** Fixed: published clients send no scope when they authorize. */
  readonly permissions: readonly string[];
  readonly secretHash?: Buffer;
  /** What devices call it by; absent: not for devices. */
  readonly deviceScope?: string;
  readonly createdAt: Temporal.Instant;
  readonly disabledAt?: Temporal.Instant;
}

/** As what webhooks, rate limits and histories know an application. */
export const applicationIdOf = (clientId: string): string => applicationIdPrefix + clientId;

/** The application in such an id; undefined for a key's. */
export const clientIdOf = (applicationId = ''): string | undefined =>
  applicationId.startsWith(applicationIdPrefix)
    ? applicationId.slice(applicationIdPrefix.length)
    : undefined;

const applicationIdPrefix = 'oauth:';

/** What is wrong with an address to come back to, or undefined: https, plain http on this machine alone, or a scheme of an app's own. */
export function redirectUriFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'is no absolute URL';
  if (text.includes('#')) return 'has a fragment';
  if (url.username !== '' || url.password !== '') return 'holds a name or a password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:')
    return ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname) ? undefined : 'is not https';
  // A dot keeps away javascript:, data: and the like, and collisions between apps (RFC 8252, section 7.1).
  return url.protocol.includes('.')
    ? undefined
    : 'has a scheme that is neither https nor a reversed domain name';
}
