import type { FastifyInstance } from 'fastify';
import { Temporal } from 'temporal-polyfill';
import type { Context } from '../platform/context.ts';
import type { Seal } from '../platform/seal.ts';
import { readMagicLink } from './accessOperations.ts';
import { customerPage, customerPagePolicy, linkPage, type OwnAutoOrder } from './customerPage.ts';
import { readEmail } from './store.ts';

/** What the customer's page needs from other features. */
export interface CustomerPageParts {
  readonly seal: Seal;
  /** Returns undefined for an unknown merchant. */
  findContext(merchantId: string): Promise<Context | undefined>;
  /** The auto orders of a profile. */
  readAutoOrders(context: Context, customerOid: number): Promise<readonly OwnAutoOrder[]>;
}

/**
 * Serves the page that a magic link opens. The link is the only proof of identity, and the page
 * changes nothing. Every response forbids caching, framing, referrers and scripts.
 */
export function addCustomerPage(server: FastifyInstance, parts: CustomerPageParts): void {
  server.get<{ Params: { token: string } }>('/customer/:token', async (request, reply) => {
    const { status, html } = await pageOf(parts, request.params.token);
    return reply
      .code(status)
      .header('Content-Security-Policy', customerPagePolicy)
      .header('Cache-Control', 'no-store')
      .header('Referrer-Policy', 'no-referrer')
      .header('X-Content-Type-Options', 'nosniff')
      .header('X-Robots-Tag', 'noindex')
      .type('text/html; charset=utf-8')
      .send(html);
  });
}

interface Page {
  readonly status: number;
  readonly html: string;
}

async function pageOf(parts: CustomerPageParts, token: string): Promise<Page> {
  const link = readMagicLink(parts.seal, token);
  const context = link && (await parts.findContext(link.merchantId));
  if (!link || !context)
    return {
      status: 404,
      html: linkPage(
        'This link does not work',
        'A part of it may be missing. Open the whole link again.',
      ),
    };
  const { merchant, db, now } = context;
  if (Temporal.Instant.compare(now, link.expiresAt) >= 0)
    return gone('This link has expired', `Ask ${merchant.name} for a new one.`);
  const email = await readEmail(db, merchant.merchantId, link.customerOid);
  if (email === undefined)
    return gone('This profile is gone', `Ask ${merchant.name} about your subscriptions.`);
  const autoOrders = await parts.readAutoOrders(context, link.customerOid);
  return { status: 200, html: customerPage(merchant.name, email, autoOrders) };
}

const gone = (title: string, message: string): Page => ({
  status: 410,
  html: linkPage(title, message),
});
