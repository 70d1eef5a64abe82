import type { Temporal } from 'temporal-polyfill';

/**
 * A registered application. Users of any merchant may let it act for them (UltraCart's API pages,
 * authorized applications).
 */
export interface Application {
  readonly clientId: string;
  readonly name: string;
  /** The name that a user sees when asked to allow the application. */
  readonly description: string;
  readonly redirectUris: readonly string[];
  /** The permissions are fixed, because published clients send no scope when they authorize. */
  readonly permissions: readonly string[];
  readonly kind: ApplicationKind;
  readonly secretHash?: Buffer;
  /** The scope with which devices name it. Absent: devices cannot use it. */
  readonly deviceScope?: string;
  readonly createdAt: Temporal.Instant;
  readonly disabledAt?: Temporal.Instant;
}

/**
 * The kinds of applications, by the proof that they send to the token endpoint (RFC 6749, section
 * 2.1).
 */
export const applicationKinds = ['confidential', 'public', 'compatible'] as const;
/**
 * `confidential`: the secret. `public`: a proof that it started the authorization (PKCE).
 * `compatible`: nothing, as in the clients that UltraCart publishes, but a secret that is sent must
 * be right.
 */
export type ApplicationKind = (typeof applicationKinds)[number];

/** The id with which webhooks, rate limits and histories refer to an application. */
export const applicationIdOf = (clientId: string): string => applicationIdPrefix + clientId;

/** Returns the application's client id from such an id; undefined for the id of a key. */
export const clientIdOf = (applicationId = ''): string | undefined =>
  applicationId.startsWith(applicationIdPrefix)
    ? applicationId.slice(applicationIdPrefix.length)
    : undefined;

const applicationIdPrefix = 'oauth:';

/**
 * Returns what is wrong with a redirect address, or undefined. Allowed are https, plain http on the
 * user's own machine, and an app's private scheme.
 */
export function redirectUriFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'is not an absolute URL';
  if (text.includes('#')) return 'has a fragment';
  if (url.username !== '' || url.password !== '') return 'holds a name or a password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:')
    return ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname) ? undefined : 'is not https';
  // Requiring a dot excludes javascript:, data: and the like, and collisions between apps (RFC
  // 8252, section 7.1).
  return url.protocol.includes('.')
    ? undefined
    : 'has a scheme that is neither https nor a reversed domain name';
}
