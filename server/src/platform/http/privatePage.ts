import type { FastifyReply, FastifyRequest } from 'fastify';
import { escapeHtml } from '../../kernel/html.ts';
import { pageFrame } from '../../kernel/pageFrame.ts';
import type { RateLimiter } from './rateLimiter.ts';
import { addressSubject } from './request.ts';

/** A page for one person, opened by a link: the HTML of a `PageFrame` with its policy. */
export interface PrivatePage {
  readonly status: number;
  readonly html: string;
  /** Its Content-Security-Policy. */
  readonly policy: string;
}

/**
 * Sends a page for one person. Search engines must not list it; `securityHeaders.ts` forbids
 * caching and referrers, as for every response.
 */
export const sendPrivatePage = (
  reply: FastifyReply,
  { status, html, policy }: PrivatePage,
): FastifyReply =>
  reply
    .code(status)
    .header('Content-Security-Policy', policy)
    .header('X-Robots-Tag', 'noindex')
    .type('text/html; charset=utf-8')
    .send(html);

/** The dependencies that limit the requests of a page without a log-in. */
export interface LimitedPage {
  readonly limiter: Pick<RateLimiter, 'admit'>;
}

/**
 * Counts a request for a linked page against the limits of its address. Sets the response's status
 * if they are exceeded.
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

/** Renders a page without content: it says why there is none and what to do instead. */
export const messagePage = (status: number, title: string, message: string): PrivatePage => ({
  status,
  html: frame.page(title, `\n<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(message)}</p>`),
  policy: frame.policy(),
});

const frame = pageFrame('');

/** The page for an address that exceeds its limits. */
export const tooManyPage = messagePage(
  429,
  'Please try again later',
  'There were too many requests from your network.',
);
