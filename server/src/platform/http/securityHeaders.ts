import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The headers of every response, unless its route sets others: browsers accept only the declared
 * type, and do not store, frame or run the response.
 */
const whereAbsent = Object.entries({
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
});

const yearSeconds = 31_536_000;

/**
 * Adds the headers that protect browsers to a response (RFC 6797, OWASP ASVS 5.0 V3.4). If people
 * reach this server only by https, browsers are told to use https for a year.
 */
export function protect(request: FastifyRequest, reply: FastifyReply, isHttpsOnly: boolean): void {
  for (const [name, value] of whereAbsent) if (!reply.hasHeader(name)) reply.header(name, value);
  if (isHttpsOnly || request.protocol === 'https')
    reply.header('Strict-Transport-Security', `max-age=${yearSeconds}`);
}

/** The same as lines of HTTP, for responses that bypass Fastify. */
export const securityLines: readonly string[] = whereAbsent.map(
  ([name, value]) => `${name}: ${value}`,
);
