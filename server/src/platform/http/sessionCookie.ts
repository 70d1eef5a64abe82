/**
 * The cookie of a session. The prefix `__Host-` makes browsers refuse it without `Secure`, from
 * other hosts, and over plain http, so another site cannot set it. A server without https needs a
 * name without the prefix.
 */
const names = { https: '__Host-perennial', http: 'perennial' } as const;

/**
 * Returns the session's credential in a `Cookie` header. On a server with https, a cookie sent over
 * plain http does not count: another machine on the network could have set it.
 */
export function sessionOfCookie(header: string, isSecure: boolean): string | undefined {
  return valueIn(header, names.https) ?? (isSecure ? undefined : valueIn(header, names.http));
}

/** Returns whether a `Cookie` header may contain a session. */
export const mayHoldSession = (header: string | undefined): boolean =>
  header !== undefined && header.includes(`${names.http}=`);

/** Returns the `Set-Cookie` header that gives a browser its session. */
export const sessionCookie = (credential: string, isSecure: boolean): string =>
  isSecure
    ? `${names.https}=${credential}; Secure; ${guards}`
    : `${names.http}=${credential}; ${guards}`;

const guards = 'HttpOnly; SameSite=Strict; Path=/';

/** Returns the `Set-Cookie` headers that remove a browser's session, under either name. */
export const endedCookies: readonly string[] = [
  `${names.https}=; Max-Age=0; Secure; ${guards}`,
  `${names.http}=; Max-Age=0; ${guards}`,
];

function valueIn(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const [given, value] = part.trim().split('=', 2);
    if (given === name && value) return value;
  }
  return undefined;
}
