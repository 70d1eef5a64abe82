import ipaddr from 'ipaddr.js';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';

/** The rules for where a merchant's webhooks may be sent. */
export interface DestinationPolicy {
  /**
   * Lets developers receive on their own machines. True only if the installation allows it and the
   * merchant's clock is a test clock.
   */
  readonly allowLoopback: boolean;
  /**
   * The hosts that the installation allows; `*.shop.example` allows all names below it. Absent or
   * empty: any.
   */
  readonly hosts?: readonly string[] | undefined;
}

/**
 * Returns where webhooks of this merchant may be sent. Its settings and its clock decide only if
 * the installation allows loopback, because a merchant must not reach services on the server's
 * machine.
 */
export function destinationPolicy(
  { settings, clock }: Merchant,
  isLoopbackAllowed: boolean,
  hosts?: readonly string[],
): DestinationPolicy {
  const section = settings['webhooks'] as { allow_loopback?: boolean } | undefined;
  return {
    allowLoopback: isLoopbackAllowed && clock.kind !== 'real' && section?.allow_loopback === true,
    hosts,
  };
}

/**
 * Checks whether `url` may be saved as a destination: http or https, no credentials, and no host
 * that is an internal address in any notation. Plain http is allowed only for loopback, and only if
 * the policy allows loopback. A host name says nothing about its address, so the sender checks each
 * address again with {@link mayConnect} when it connects.
 */
export function checkDestination(url: string, policy: DestinationPolicy): Outcome<URL, string> {
  if (!URL.canParse(url)) return failure('is not a URL');
  // The parser converts every notation of an IPv4 address (decimal, octal, hexadecimal, short) to
  // dotted decimals.
  const parsed = new URL(url);
  const host = hostOf(parsed);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    return failure('is neither http nor https');
  if (parsed.username !== '' || parsed.password !== '')
    return failure('holds a user name or password; use the basic credentials of the webhook');
  if (ipaddr.isValid(host) && !mayConnect(host, policy))
    return failure('leads to an internal address');
  const isLocalName = /(^|\.)localhost\.?$/i.test(host);
  if (isLocalName && !policy.allowLoopback) return failure('leads to an internal address');
  const isLocal = isLocalName || (ipaddr.isValid(host) && isLoopback(host));
  if (parsed.protocol === 'http:' && !isLocal) return failure('is not encrypted; use https');
  if (!isListed(host, policy)) return failure('leads to a host that WEBHOOK_HOSTS does not name');
  return success(parsed);
}

/** Returns whether the installation allows the host, which the URL's parser wrote in lower case. */
const isListed = (host: string, { hosts = [] }: DestinationPolicy): boolean =>
  hosts.length === 0 ||
  hosts.some((each) => (each.startsWith('*.') ? host.endsWith(each.slice(1)) : host === each));

/**
 * Checks whether the sender may connect to this address: a public one, or loopback if the policy
 * allows it.
 */
export function mayConnect(address: string, policy: DestinationPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  return isPublic(ipaddr.process(address)) || (policy.allowLoopback && isLoopback(address));
}

/** Returns the host without the brackets of IPv6 and without the dot that ends a full name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

// The range of global unicast addresses. ipaddr.js names the ranges inside it that lead elsewhere
// (6to4, Teredo, documentation, ...).
const globalUnicast = ipaddr.parseCIDR('2000::/3');

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}

function isLoopback(address: string): boolean {
  return ipaddr.process(address).range() === 'loopback';
}
