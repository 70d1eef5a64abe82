import ipaddr from 'ipaddr.js';
import { failure, type Outcome, success } from '../kernel/outcome.ts';

/** What a merchant's webhooks may be sent to. */
export interface DestinationPolicy {
  /** Lets a developer receive on the own machine; only ever for a merchant whose clock is a test clock. */
  readonly allowLoopback: boolean;
}

/**
 * Whether `url` may be saved as a destination: http or https, no credentials, no host that is an internal address in any notation.
 * Plain http is only for loopback, where that is allowed. A name says nothing about its address: {@link mayConnect} is asked
 * again for each address when the connection is made.
 */
export function checkDestination(url: string, policy: DestinationPolicy): Outcome<URL, string> {
  if (!URL.canParse(url)) return failure('is not a URL');
  // The parser turns every notation of an IPv4 address (decimal, octal, hexadecimal, short) into dots and decimals.
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
  return success(parsed);
}

/** Whether a connection may be made to this address: one that is public, or loopback where that is allowed. */
export function mayConnect(address: string, policy: DestinationPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  return isPublic(ipaddr.process(address)) || (policy.allowLoopback && isLoopback(address));
}

/** The host without the brackets of IPv6 and the dot that ends a full name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

// All that is given out as global unicast; ipaddr.js names the ranges inside it that lead elsewhere (6to4, Teredo, documentation, ...).
const globalUnicast = ipaddr.parseCIDR('2000::/3');

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}

function isLoopback(address: string): boolean {
  return ipaddr.process(address).range() === 'loopback';
}
