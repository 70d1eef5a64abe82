import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isReached } from '../kernel/moments.ts';
import type { Actor, Context } from '../platform/context.ts';
import { formOf } from '../platform/http/forms.ts';
import {
  isTooOften,
  type LimitedPage,
  messagePage,
  type PrivatePage,
  sendPrivatePage as send,
  tooManyPage,
} from '../platform/http/privatePage.ts';
import type { Seal } from '../platform/seal.ts';
import { readCancelLink, readMagicLink } from './accessOperations.ts';
import { type Cancelation, cancelPage, cancelPagePolicy } from './cancelPage.ts';
import { customerPage, customerPagePolicy, type OwnAutoOrder } from './customerPage.ts';
import { readEmail } from './store.ts';

/** The parts that the customer's page needs from other features. */
export interface CustomerPageParts extends LimitedPage {
  readonly seal: Seal;
  /** Returns undefined for an unknown merchant. */
  findContext(merchantId: string): Promise<Context | undefined>;
  /** Returns the auto orders of a profile. */
  readAutoOrders(context: Context, customerOid: number): Promise<readonly OwnAutoOrder[]>;
  /** Returns an auto order that its customer may cancel, or undefined. */
  readCancelation(context: Context, owned: OwnedAutoOrder): Promise<Cancelation | undefined>;
  /** Cancels such an auto order for its customer. */
  cancel(context: Context, owned: OwnedAutoOrder, reason: string | undefined): Promise<void>;
}

/** An auto order by its code: one of a profile, or the one that the link in a receipt cancels. */
export interface OwnedAutoOrder {
  readonly customerOid?: number;
  readonly code: string;
}

const formLimitBytes = 10_000;

/**
 * Serves the page that a magic link opens, and the form that cancels an auto order, which that page
 * or a link in a receipt opens. The link is the only proof of identity. Only a sent form changes
 * something, because programs that check mails open every link. Every response forbids caching,
 * framing, referrers and scripts.
 */
export function addCustomerPage(server: FastifyInstance, parts: CustomerPageParts): void {
  server.get<{ Params: { token: string } }>('/customer/:token', async (request, reply) => {
    if (await isTooOften(parts, request, reply)) return send(reply, tooManyPage);
    const { token } = request.params;
    const opened = await openLink(parts, token);
    return send(reply, 'html' in opened ? opened : await ownPage(parts, opened, token));
  });
  addCancelForm<{ token: string; code: string }>(
    server,
    parts,
    '/customer/:token/cancel/:code',
    async ({ token, code }) => {
      const opened = await openLink(parts, token);
      if ('html' in opened) return opened;
      return { context: opened.context, owned: { customerOid: opened.customerOid, code } };
    },
  );
  addCancelForm<{ token: string }>(server, parts, '/customer/cancel/:token', ({ token }) =>
    openCancelLink(parts, token),
  );
}

/** The auto order of a link. */
interface OpenedAutoOrder {
  readonly context: Context;
  readonly owned: OwnedAutoOrder;
}

/** Adds the form that cancels an auto order at a path. `open` reads the parameters of the path. */
function addCancelForm<Params extends object>(
  server: FastifyInstance,
  parts: CustomerPageParts,
  path: string,
  open: (params: Params) => Promise<OpenedAutoOrder | PrivatePage>,
): void {
  const served =
    (page: (opened: OpenedAutoOrder, request: FastifyRequest) => Promise<PrivatePage>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      if (await isTooOften(parts, request, reply)) return send(reply, tooManyPage);
      const opened = await open(request.params as Params);
      return send(reply, 'html' in opened ? opened : await page(opened, request));
    };
  const form = served((opened) => formPage(parts, opened));
  const sent = served((opened, request) => canceledPage(parts, opened, request));
  server.get(path, form);
  server.post(path, { bodyLimit: formLimitBytes }, sent);
}

interface OpenedLink {
  readonly context: Context;
  readonly customerOid: number;
  readonly email: string;
}

/** Opens a link. Returns an error page if the link is invalid. */
async function openLink(
  parts: CustomerPageParts,
  token: string,
): Promise<OpenedLink | PrivatePage> {
  const link = readMagicLink(parts.seal, token);
  const context = link && (await parts.findContext(link.merchantId));
  if (!link || !context) return brokenLink;
  const { merchant, db, now } = context;
  if (isReached(link.expiresAt, now)) return expired(merchant.name);
  const email = await readEmail(db, merchant.merchantId, link.customerOid);
  if (email === undefined)
    return gone('This profile is gone', `Ask ${merchant.name} about your subscriptions.`);
  const actor: Actor = { kind: 'customer', name: email, permissions: new Set() };
  return { context: { ...context, actor }, customerOid: link.customerOid, email };
}

/** Opens a link of a receipt. Returns an error page if the link is invalid. */
async function openCancelLink(
  parts: CustomerPageParts,
  token: string,
): Promise<OpenedAutoOrder | PrivatePage> {
  const link = readCancelLink(parts.seal, token);
  const context = link && (await parts.findContext(link.merchantId));
  if (!link || !context) return brokenLink;
  if (isReached(link.expiresAt, context.now)) return expired(context.merchant.name);
  const actor: Actor = { kind: 'customer', name: 'Customer', permissions: new Set() };
  return { context: { ...context, actor }, owned: { code: link.autoOrderCode } };
}

const brokenLink = messagePage(
  404,
  'This link does not work',
  'A part of it may be missing. Open the whole link again.',
);

const expired = (merchantName: string): PrivatePage =>
  gone('This link has expired', `Ask ${merchantName} for a new one.`);

async function ownPage(
  { readAutoOrders }: CustomerPageParts,
  { context, customerOid, email }: OpenedLink,
  token: string,
): Promise<PrivatePage> {
  const autoOrders = await readAutoOrders(context, customerOid);
  const html = customerPage(context.merchant.name, email, autoOrders, token);
  return { status: 200, html, policy: customerPagePolicy };
}

async function formPage(
  { readCancelation }: CustomerPageParts,
  { context, owned }: OpenedAutoOrder,
): Promise<PrivatePage> {
  const { name } = context.merchant;
  const cancelation = await readCancelation(context, owned);
  if (cancelation === undefined) return nothingToCancel(name);
  return { status: 200, html: cancelPage(name, cancelation), policy: cancelPagePolicy };
}

async function canceledPage(
  parts: CustomerPageParts,
  { context, owned }: OpenedAutoOrder,
  request: FastifyRequest,
): Promise<PrivatePage> {
  const cancelation = await parts.readCancelation(context, owned);
  if (cancelation === undefined) return nothingToCancel(context.merchant.name);
  const chosen = formOf(request).get('reason');
  const reason = cancelation.reasons.find((each) => each.reason === chosen)?.reason;
  await parts.cancel(context, owned, reason);
  const words =
    cancelation.fee === undefined
      ? 'Nothing more will be charged.'
      : `It ends after one more charge of ${cancelation.fee}.`;
  return messagePage(200, 'Your subscription is canceled', words);
}

const nothingToCancel = (merchantName: string): PrivatePage =>
  gone(
    'There is nothing to cancel here',
    `The subscription has ended, or only ${merchantName} can cancel it: please ask there.`,
  );

const gone = (title: string, message: string): PrivatePage => messagePage(410, title, message);
