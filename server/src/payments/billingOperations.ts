import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import { fromMinor, minor } from '../kernel/money.ts';
import { failure, type Outcome } from '../kernel/outcome.ts';
import type { Actor, Context } from '../platform/context.ts';
import { messagePage, type PrivatePage } from '../platform/http/privatePage.ts';
import { Refusal } from '../platform/http/refusal.ts';
import type { Database } from '../platform/storage/database.ts';
import { type EnteredCard, type FormFaults, readCardForm } from './billingForm.ts';
import { readBillingLink } from './billingLinkStore.ts';
import {
  bankPage,
  type CardEntry,
  formPage,
  paidPage,
  type ShownSubscription,
  savedPage,
} from './billingPage.ts';
import type { CardForm, CardForms, CardSubject, PaymentToConfirm } from './cardForm.ts';
import { mustBeConfirmed } from './simulatorCards.ts';

/** The functions of other features that the page needs. */
export interface BillingPageParts {
  readonly db: Database;
  contextFor(merchantId: string): Promise<Context>;
  /** Returns the auto order with the expansions of {@link subscriptionExpand}. */
  readAutoOrder(context: Context, autoOrderOid: number): Promise<AutoOrder | undefined>;
  /** Returns the card that pays for the auto order, and its owner. */
  readPayer(
    context: Context,
    originalOrderId: string,
  ): Promise<{ readonly cardToken?: string | undefined; readonly email?: string | undefined }>;
  /**
   * Saves the card as `PUT /{oid}/payment` does. Throws a refusal if the merchant does not accept
   * the card.
   */
  updateCard(context: Context, autoOrderOid: number, card: EnteredCard): Promise<void>;
  /** Returns the payment that waits for the customer, if there is one. */
  findWaiting(context: Context, autoOrderOid: number): Promise<WaitingPayment | undefined>;
  /** Queries the gateway about a payment now. Returns whether it was paid. */
  settleNow(context: Context, autoOrderOid: number, payment: WaitingPayment): Promise<boolean>;
  readonly forms: CardForms;
}

/** A payment that waits for its customer, with its rebill. */
export interface WaitingPayment extends PaymentToConfirm {
  readonly rebillNumber: number;
  readonly key: string;
}

/** The parts of the auto order that the card page shows. */
export const subscriptionExpand: ReadonlySet<string> = new Set([
  'items',
  'original_order',
  'original_order.item',
  'original_order.payment',
]);

/** A link that opens the page of an auto order. */
export interface OpenedLink {
  readonly kind: 'opened';
  readonly context: Context;
  readonly autoOrderOid: number;
  readonly originalOrderId: string;
  readonly subscription: ShownSubscription;
}

/** Opens a link. Returns an error page if the link is invalid. */
export async function openLink(
  parts: BillingPageParts,
  token: string,
): Promise<OpenedLink | ({ readonly kind: 'page' } & PrivatePage)> {
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
  const { autoOrderOid } = link;
  const originalOrderId = autoOrder.original_order_id ?? '';
  return { kind: 'opened', context, autoOrderOid, originalOrderId, subscription };
}

/** Shows the form, with the faults of the last one that was sent. */
export async function showForm(
  parts: BillingPageParts,
  { context, autoOrderOid, subscription }: OpenedLink,
  faults: FormFaults = {},
  chosen?: URLSearchParams,
): Promise<PrivatePage> {
  const form = parts.forms.entryOf(context);
  const payment = await parts.findWaiting(context, autoOrderOid);
  const confirming = payment && parts.forms.confirming(context, payment.gatewayCode);
  const confirmation = payment && (await confirming?.confirmation(payment));
  const page = formPage(
    {
      subscription,
      thisYear: today(context).year,
      entry: entryOf(form, context),
      payment: payment && {
        amount: wordsOf(payment),
        ...(confirmation === undefined ? {} : { confirmation }),
      },
    },
    faults,
    chosen,
  );
  return { ...page, status: Object.keys(faults).length > 0 ? 400 : 200 };
}

const entryOf = (
  form: CardForm | 'token' | undefined,
  { merchant }: Context,
): CardEntry | undefined =>
  form === undefined || form === 'token'
    ? form && { kind: 'token' }
    : { kind: 'gateway', browser: form.browser, currency: merchant.currency };

/** Starts the entry of a card in the gateway's own form; undefined if there is none. */
export async function beginCard(
  { forms, readPayer }: BillingPageParts,
  opened: OpenedLink,
): Promise<{ readonly clientSecret: string } | undefined> {
  const form = forms.entryOf(opened.context);
  if (form === undefined || form === 'token') return undefined;
  const payer = await readPayer(opened.context, opened.originalOrderId);
  return form.begin({ ...subjectOf(opened), ...payer });
}

/** Handles a form that was sent: a new card, or the confirmation of a payment. */
export async function answerForm(
  parts: BillingPageParts,
  opened: OpenedLink,
  fields: URLSearchParams,
): Promise<PrivatePage> {
  switch (fields.get('step')) {
    case 'ask bank':
      return askBank(parts, opened);
    case 'confirmed':
      return confirmed(parts, opened, fields);
    default:
      return save(parts, opened, fields);
  }
}

/** Shows the page on which the simulator's bank asks about a payment. */
async function askBank(parts: BillingPageParts, opened: OpenedLink): Promise<PrivatePage> {
  const { context, autoOrderOid } = opened;
  const payment = await parts.findWaiting(context, autoOrderOid);
  if (payment === undefined) return showForm(parts, opened);
  const question = `Do you pay ${wordsOf(payment)} to ${context.merchant.name}?`;
  return { ...bankPage(question, { step: 'confirmed' }), status: 200 };
}

/**
 * Handles the customer's report that the bank has confirmed the payment. Only the gateway's answer
 * decides.
 */
async function confirmed(
  parts: BillingPageParts,
  opened: OpenedLink,
  fields: URLSearchParams,
): Promise<PrivatePage> {
  const { context, autoOrderOid, subscription } = opened;
  const payment = await parts.findWaiting(context, autoOrderOid);
  if (payment === undefined) return showForm(parts, opened);
  const isSimulated = parts.forms.confirming(context, payment.gatewayCode) === undefined;
  if (isSimulated && fields.get('bank') === 'yes')
    await parts.forms.confirmAtSimulator(context.merchant.merchantId, payment.reference);
  return (await parts.settleNow(context, autoOrderOid, payment))
    ? { ...paidPage(subscription, wordsOf(payment)), status: 200 }
    : showForm(parts, opened, { card: 'The bank did not confirm the payment.' });
}

async function save(
  parts: BillingPageParts,
  opened: OpenedLink,
  fields: URLSearchParams,
): Promise<PrivatePage> {
  const { context, autoOrderOid, subscription } = opened;
  const form = parts.forms.entryOf(context);
  if (form === undefined) return showForm(parts, opened);
  if (form === 'token' && fields.get('bank') === null && asksBank(fields))
    return {
      ...bankPage(`Do you add this card for ${context.merchant.name}?`, kept(fields)),
      status: 200,
    };
  const card =
    form === 'token'
      ? readToken(fields, context)
      : await form.finish(subjectOf(opened), fields.get('setup_intent') ?? '');
  if (!card.ok) return showForm(parts, opened, card.reason, fields);
  try {
    await parts.updateCard(context, autoOrderOid, card.value);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const field = form === 'token' ? 'card_token' : 'card';
    return showForm(parts, opened, { [field]: error.message }, fields);
  }
  return { ...savedPage(subscription), status: 200 };
}

function readToken(fields: URLSearchParams, context: Context): Outcome<EnteredCard, FormFaults> {
  const card = readCardForm(fields, today(context));
  return card.ok && asksBank(fields) && fields.get('bank') !== 'yes'
    ? failure({
        card_token: 'The bank did not confirm this card. Try again, or enter another one.',
      })
    : card;
}

/** Whether the simulator's bank asks the customer before it accepts a card. */
const asksBank = (fields: URLSearchParams): boolean =>
  mustBeConfirmed((fields.get('card_token') ?? '').trim());

const kept = (fields: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    ['card_token', 'expiration_month', 'expiration_year'].map((name) => [
      name,
      fields.get(name) ?? '',
    ]),
  );

const subjectOf = ({ context, autoOrderOid }: OpenedLink): CardSubject => ({
  merchantId: context.merchant.merchantId,
  autoOrderOid,
});

const wordsOf = ({ amount, currency }: WaitingPayment): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(
    fromMinor(minor(amount), currency),
  );

const customer: Actor = { kind: 'customer', name: 'Customer', permissions: new Set() };

const today = ({ now, merchant }: Context): Temporal.PlainDate =>
  now.toZonedDateTimeISO(merchant.timeZone).toPlainDate();

const unusable = (status: number, title: string, message: string) =>
  ({ kind: 'page', ...messagePage(status, title, message) }) as const;

function subscriptionOf(autoOrder: AutoOrder, merchantName: string): ShownSubscription {
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
