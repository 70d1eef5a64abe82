import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The headers of every response whose route sets no others: browsers accept only the declared type,
 * and do not store, frame or run the response.
 */
const whereAbsent = Object.entries({
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
});

const yearSeconds = 31_536_000;

/**
 * Adds the headers that protect browsers to a response (RFC 6797, OWASP ASVS 5.0 V3.4). Where
 * people reach this server by https alone, browsers are told to remember that for a year.
 */
export function protect(request: FastifyRequest, reply: FastifyReply, isHttpsOnly: boolean): void {
  for (const [name, value] of whereAbsent) if (!reply.hasHeader(name)) reply.header(name, value);
  if (isHttpsOnly || request.protocol === 'https')
    reply.header('Strict-Transport-Security', `max-age=${yearSeconds}`);
}

/** The same as lines of HTTP, for responses that are written past Fastify. */
export const securityLines: readonly string[] = whereAbsent.map(
  ([name, value]) => `${name}: ${value}`,
);
