import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RateLimiter } from './rateLimiter.ts';
import { addressSubject } from './request.ts';

/** What a page without a log-in needs to limit its requests. */
export interface LimitedPage {
  readonly limiter: Pick<RateLimiter, 'admit'>;
}

/**
 * Counts a request for a page that a link opens against the limits of its address. Sets the
 * response's status if they are exceeded.
 */
export async function isTooOften(
  { limiter }: LimitedPage,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const excess = await limiter.admit([addressSubject(request)]);
  if (excess) reply.code(429).header('Retry-After', excess.retryAfterSeconds);
  return excess !== undefined;
}
