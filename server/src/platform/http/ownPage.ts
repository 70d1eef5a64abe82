import { consoleHeader } from '@perennial/contract/operations.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { refuse } from './refusal.ts';

/**
 * Returns whether people reach this server by https: the request says so, or it came to PUBLIC_URL
 * and that is https (a proxy in front ends the encryption).
 */
export function isSecure(request: FastifyRequest, publicUrl: string): boolean {
  if (request.protocol === 'https') return true;
  const { protocol, host, origin } = URL.parse(publicUrl) ?? {};
  return protocol === 'https:' && (request.host === host || request.headers.origin === origin);
}

/**
 * Refuses a change that another site could have caused. The browser sends the session's cookie
 * automatically, so a change needs three proofs that a page of this server made it: the browser's
 * statement of the origin, a header that no form can send, and a body that no form can send.
 */
export function checkOwnPage(
  request: FastifyRequest,
  publicUrl: string,
  isChange = request.method !== 'GET' && request.method !== 'HEAD',
): void {
  if (!isChange) return;
  checkOrigin(request, publicUrl);
  if (request.headers[consoleHeader.name.toLowerCase()] !== consoleHeader.value)
    refuse('foreign_request', {
      reason: `without the header ${consoleHeader.name}`,
      fix: `Send ${consoleHeader.name}: ${consoleHeader.value}`,
    });
  if (hasBody(request)) checkJson(request);
}

/**
 * Refuses a log-in that another site could have caused: it would let a user work in that site's
 * account. Programs other than browsers send neither header and are accepted.
 */
export function checkLogInPage(request: FastifyRequest, publicUrl: string): void {
  const { origin } = request.headers;
  if (request.headers['sec-fetch-site'] !== undefined || origin !== undefined)
    checkOrigin(request, publicUrl);
  checkJson(request);
  checkHost(request, publicUrl);
}

/** Keeps a response to a session out of caches and away from other sites' pages. */
export function keepPrivate(reply: FastifyReply): void {
  reply.header('Cache-Control', 'no-store').header('Cross-Origin-Resource-Policy', 'same-origin');
}

/** Uses `Sec-Fetch-Site` where the browser sends it (a script cannot set it), else `Origin`. */
function checkOrigin(request: FastifyRequest, publicUrl: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isOwn =
    site === undefined
      ? origin !== undefined && isOwnOrigin(origin, request, publicUrl)
      : site === 'same-origin';
  if (!isOwn)
    refuse('foreign_request', {
      reason: 'by a page of another site, or without saying which page sent it',
      fix: 'Send Sec-Fetch-Site: same-origin, or an Origin of this server',
    });
}

/** Returns whether an `Origin` is that of this server. */
export function isOwnOrigin(origin: string, request: FastifyRequest, publicUrl: string): boolean {
  return (
    origin === `${request.protocol}://${request.host}` || origin === URL.parse(publicUrl)?.origin
  );
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined ||
  (headers['content-length'] ?? '0') !== '0' ||
  headers['content-type'] !== undefined;

/** Forms can send three types of content, and JSON is none of them. */
function checkJson({ headers: { 'content-type': type = '' } }: FastifyRequest): void {
  if (!/^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type))
    refuse('wrong_content_type', { given: type || 'none', expected: 'application/json' });
}

/**
 * Refuses host names that other parties point to this server in their DNS, because their pages
 * could pass for ours. IP addresses are safe, because DNS cannot change them.
 */
function checkHost(request: FastifyRequest, publicUrl: string): void {
  const { hostname, host } = request;
  const name = hostname.replace(/^\[|\]$/g, '');
  const isOwn =
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    isAddressOf(request, name) ||
    host === URL.parse(publicUrl)?.host;
  if (!isOwn) refuse('foreign_host', { host, expected: publicUrl });
}

/**
 * Returns whether the host is a loopback address, or the address at which the connection arrived.
 */
function isAddressOf({ socket }: FastifyRequest, name: string): boolean {
  if (!ipaddr.isValid(name)) return false;
  const address = ipaddr.process(name);
  if (address.range() === 'loopback') return true;
  const local = socket.localAddress;
  return (
    local !== undefined &&
    ipaddr.isValid(local) &&
    ipaddr.process(local).toString() === address.toString()
  );
}
