import ipaddr from 'ipaddr.js';
import { failure, type Outcome, success } from '../kernel/outcome.ts';

/**
 * Returns whether a host is this machine, so that nothing sent there crosses a network. A path is
 * the folder of a unix socket.
 */
export function isThisMachine(host: string): boolean {
  const name = host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (name === '' || name.startsWith('/')) return true;
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/**
 * Returns whether a connection to this host may be unencrypted: `plainHosts` is the setting
 * `PLAIN_HOSTS`, in which `*` means every host.
 */
export const mayBePlain = (host: string, plainHosts: readonly string[]): boolean =>
  isThisMachine(host) || plainHosts.includes('*') || plainHosts.includes(host.toLowerCase());

/**
 * Returns the URL of PostgreSQL in the form that the driver expects. A URL to another machine that
 * says nothing about encryption gets `sslmode=verify-full`: the driver then encrypts, checks the
 * certificate and the name in it, and never falls back. Fails with a reason when the URL asks for
 * less.
 */
export function databaseUrl(
  given: string,
  plainHosts: readonly string[],
  defaultHost = '',
): Outcome<string, string> {
  const url = new URL(given);
  const query = url.searchParams;
  const host = query.get('host') ?? (decodeURIComponent(url.hostname) || defaultHost);
  if (mayBePlain(host, plainHosts)) return success(given);
  const [mode, ssl] = [query.get('sslmode'), query.get('ssl')];
  const isLibpq = query.get('uselibpqcompat') === 'true';
  // Other values mean less encryption in libpq but verify-full in the driver.
  const isVerified =
    mode === 'verify-full' ||
    (mode === 'verify-ca' && query.has('sslrootcert')) ||
    (mode === 'require' && !isLibpq);
  if (isVerified) return success(given);
  if (mode !== null || (ssl !== null && ssl !== 'true' && ssl !== '1'))
    return failure(
      `the connection to ${host} would not be encrypted and checked; give ?sslmode=verify-full ` +
        '(and &sslrootcert=FILE for your own authority), or name the host in PLAIN_HOSTS',
    );
  query.set('sslmode', 'verify-full');
  return success(url.href);
}

/** Parameters of an SMTP URL that make nodemailer encrypt less, each with the fault to report. */
const weakMail: readonly (readonly [name: string, isWeak: (value: string) => boolean])[] = [
  ['ignoreTLS', (value) => value !== 'false'],
  ['opportunisticTLS', (value) => value !== 'false'],
  ['requireTLS', (value) => value === 'false'],
  ['tls.rejectUnauthorized', (value) => value !== 'true'],
];

/** Returns why the connection to this SMTP server would lack encryption or a certificate check. */
export function mailUrlFault(url: URL, plainHosts: readonly string[]): string | undefined {
  if (mayBePlain(url.hostname, plainHosts)) return undefined;
  const weak = weakMail.find(([name, isWeak]) =>
    url.searchParams.getAll(name).some((value) => isWeak(value)),
  );
  return (
    weak &&
    `${weak[0]} would send mails to ${url.hostname} without a checked certificate; ` +
      'leave it out, or name the host in PLAIN_HOSTS'
  );
}

/** Returns why an http address may not be used; https is always allowed. */
export function httpUrlFault(url: URL, plainHosts: readonly string[]): string | undefined {
  if (url.protocol !== 'http:' || mayBePlain(url.hostname, plainHosts)) return undefined;
  return (
    `the connection to ${url.hostname} would not be encrypted; ` +
    'give an https address, or name the host in PLAIN_HOSTS'
  );
}
