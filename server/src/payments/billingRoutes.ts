import type { FastifyInstance } from 'fastify';
import { payload } from '../platform/http/answer.ts';
import { formOf } from '../platform/http/forms.ts';
import {
  isTooOften,
  type LimitedPage,
  messagePage,
  type PrivatePage,
  sendPrivatePage as send,
  tooManyPage,
} from '../platform/http/privatePage.ts';
import { cardSubjectPrefix } from '../platform/http/rateLimiter.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Routes } from '../platform/http/routes.ts';
import { makeBillingLink } from './billingLinkStore.ts';
import {
  answerForm,
  type BillingPageParts,
  beginCard,
  type OpenedLink,
  openLink,
  showForm,
} from './billingOperations.ts';
import { FormUnavailable } from './cardForm.ts';

const formLimitBytes = 10_000;

/** Handles `GET /{oid}/update_billing_url`: returns a new link to the page. */
export function billingRoutes(readAutoOrder: BillingPageParts['readAutoOrder']) {
  return {
    async getAutoOrderUpdateBillingUrl(context, { params: { auto_order_oid: oid } }) {
      if (!(await readAutoOrder(context, oid)))
        refuse('not_found', { what: 'auto order', id: oid });
      return payload(await makeBillingLink(context.db, context.merchant.merchantId, oid));
    },
  } satisfies Routes;
}

/**
 * Serves the page on which a customer enters a new card or confirms a payment. The link is the only
 * proof of identity. There is no cookie, so another site cannot abuse a session. Every response
 * forbids caching, framing and referrers. The only allowed script is that of the gateway's own
 * form.
 */
export function addBillingPage(
  server: FastifyInstance,
  parts: BillingPageParts & LimitedPage,
): void {
  server.get<{ Params: { token: string } }>('/billing/:token', async (request, reply) => {
    if (await isTooOften(parts, request, reply)) return send(reply, tooManyPage);
    const opened = await openLink(parts, request.params.token);
    if (opened.kind === 'page') return send(reply, opened);
    return send(reply, await orUnavailable(() => showForm(parts, opened)));
  });
  server.post<{ Params: { token: string } }>(
    '/billing/:token',
    { bodyLimit: formLimitBytes },
    async (request, reply) => {
      if (await isTooOften(parts, request, reply)) return send(reply, tooManyPage);
      const opened = await openLink(parts, request.params.token);
      if (opened.kind === 'page') return send(reply, opened);
      const fields = formOf(request);
      return send(reply, await orUnavailable(() => answerForm(parts, opened, fields)));
    },
  );
  // The script of the page calls this endpoint after the customer has filled in the gateway's form.
  server.post<{ Params: { token: string } }>('/billing/:token/card', async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    if (await isTooOften(parts, request, reply)) return reply.send({});
    const opened = await openLink(parts, request.params.token);
    if (opened.kind === 'page') return reply.code(409).send({});
    const excess = await parts.limiter.admit([formSubject(opened)]);
    if (excess) return reply.code(429).header('Retry-After', excess.retryAfterSeconds).send({});
    const begun = await beginCard(parts, opened);
    return begun === undefined
      ? reply.code(409).send({})
      : reply.send({ client_secret: begun.clientSecret });
  });
}

/**
 * Returns the subject of the rate limit. Each start creates a record at the gateway, and a program
 * that tests stolen cards needs many of them.
 */
const formSubject = ({ context, autoOrderOid }: OpenedLink): string =>
  `${cardSubjectPrefix}${context.merchant.merchantId} ${autoOrderOid}`;

/**
 * Renders a page, or an error page if the gateway does not respond. In that case nothing was
 * changed.
 */
async function orUnavailable(render: () => Promise<PrivatePage>): Promise<PrivatePage> {
  try {
    return await render();
  } catch (error) {
    if (!(error instanceof FormUnavailable)) throw error;
    return messagePage(503, 'Please try again later', 'The bank cannot be reached at the moment.');
  }
}
