import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import type { Actor, Context } from '../platform/context.ts';
import { payload } from '../platform/http/answer.ts';
import { formOf } from '../platform/http/forms.ts';
import { Refusal, refuse } from '../platform/http/refusal.ts';
import type { Routes } from '../platform/http/routes.ts';
import type { Database } from '../platform/storage/database.ts';
import { type EnteredCard, readCardForm } from './billingForm.ts';
import { makeBillingLink, readBillingLink } from './billingLinkStore.ts';
import {
  contentSecurityPolicy,
  formPage,
  messagePage,
  type Subscription,
  savedPage,
} from './billingPage.ts';

/** What the page needs from other features. */
export interface BillingPageParts {
  readonly db: Database;
  contextFor(merchantId: string): Promise<Context>;
  /** Returns the auto order with the expansions of {@link subscriptionExpand}. */
  readAutoOrder(context: Context, autoOrderOid: number): Promise<AutoOrder | undefined>;
  /**
   * Saves the card as `PUT /{oid}/payment` does. Throws a refusal when the merchant does not take
   * the card.
   */
  updateCard(context: Context, autoOrderOid: number, card: EnteredCard): Promise<void>;
}

/** The parts of the auto order that the card page shows. */
export const subscriptionExpand: ReadonlySet<string> = new Set([
  'items',
  'original_order',
  'original_order.item',
  'original_order.payment',
]);

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
 * Serves the page on which a customer enters a new card. The link is the only proof of identity.
 * There is no cookie, so another site cannot abuse a session. Every response forbids caching,
 * framing, referrers and scripts.
 */
export function addBillingPage(server: FastifyInstance, parts: BillingPageParts): void {
  server.get<{ Params: { token: string } }>('/billing/:token', async (request, reply) => {
    const opened = await open(parts, request.params.token);
    return send(
      reply,
      opened.kind === 'page'
        ? opened
        : { status: 200, html: formPage(opened.subscription, today(opened.context).year) },
    );
  });
  server.post<{ Params: { token: string } }>(
    '/billing/:token',
    { bodyLimit: formLimitBytes },
    async (request, reply) => {
      const opened = await open(parts, request.params.token);
      if (opened.kind === 'page') return send(reply, opened);
      return send(reply, await save(parts, opened, formOf(request)));
    },
  );
}

interface Page {
  readonly status: number;
  readonly html: string;
}

interface OpenedLink {
  readonly kind: 'opened';
  readonly context: Context;
  readonly autoOrderOid: number;
  readonly subscription: Subscription;
}

async function open(
  parts: BillingPageParts,
  token: string,
): Promise<OpenedLink | ({ readonly kind: 'page' } & Page)> {
  const link = await readBillingLink(parts.db, token);
  if (!link)
    return unusable(
      404,
      'This link does not work',
      'A part of it may be missing. Open it again from the mail.',
    );
  const context = { ...(await parts.contextFor(link.merchantId)), actor: customer };
  if (Temporal.Instant.compare(context.now, link.expiresAt) >= 0) {
    return unusable(410, 'This link has expired', `Ask ${context.merchant.name} for a new one.`);
  }
  const autoOrder = await parts.readAutoOrder(context, link.autoOrderOid);
  const subscription = autoOrder && subscriptionOf(autoOrder, context.merchant.name);
  if (!subscription || subscription.hasEnded) {
    return unusable(
      410,
      'This subscription has ended',
      `Nothing will be charged any more. To start again, place a new order with ${context.merchant.name}.`,
    );
  }
  return { kind: 'opened', context, autoOrderOid: link.autoOrderOid, subscription };
}

async function save(
  parts: BillingPageParts,
  { context, autoOrderOid, subscription }: OpenedLink,
  fields: URLSearchParams,
): Promise<Page> {
  const { year, month } = today(context);
  const card = readCardForm(fields, { year, month });
  if (!card.ok) return { status: 400, html: formPage(subscription, year, card.reason, fields) };
  try {
    await parts.updateCard(context, autoOrderOid, card.value);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      status: 400,
      html: formPage(subscription, year, { card_token: error.message }, fields),
    };
  }
  return { status: 200, html: savedPage(subscription) };
}

const customer: Actor = { kind: 'customer', name: 'Customer', permissions: new Set() };

const today = ({ now, merchant }: Context): Temporal.PlainDate =>
  now.toZonedDateTimeISO(merchant.timeZone).toPlainDate();

const unusable = (status: number, title: string, message: string) =>
  ({ kind: 'page', status, html: messagePage(title, message) }) as const;

function subscriptionOf(autoOrder: AutoOrder, merchantName: string): Subscription {
  const order = autoOrder.original_order;
  const card = order?.payment?.credit_card;
  const lastFour = card?.card_number?.slice(-4);
  const describe = (itemId: string) =>
    order?.items?.find((line) => fold(line.merchant_item_id ?? '') === fold(itemId))?.description ||
    itemId;
  return {
    merchantName,
    autoOrderCode: autoOrder.auto_order_code ?? '',
    itemDescriptions: (autoOrder.items ?? []).map((item) =>
      describe(item.next_item_id ?? item.original_item_id ?? ''),
    ),
    card: lastFour ? `${card?.card_type ?? 'card'} ending in ${lastFour}` : undefined,
    // A disabled auto order continues with a new card.
    hasEnded:
      autoOrder.status === 'canceled' ||
      autoOrder.status === 'merged' ||
      autoOrder.completed === true,
  };
}

function send(reply: FastifyReply, { status, html }: Page): FastifyReply {
  return reply
    .code(status)
    .header('Content-Security-Policy', contentSecurityPolicy)
    .header('Cache-Control', 'no-store')
    .header('Referrer-Policy', 'no-referrer')
    .header('X-Content-Type-Options', 'nosniff')
    .header('X-Robots-Tag', 'noindex')
    .type('text/html; charset=utf-8')
    .send(html);
}
