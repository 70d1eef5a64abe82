import type { Currency } from '@perennial/contract/common.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { dayOf, moneyText, monthOf } from './mailText.ts';
import type {
  CustomerNotice,
  CustomerNoticeKind,
  NoticeFacts,
  NoticeItem,
  ShownRefund,
} from './notice.ts';

/** The content of a mail, before it is rendered as text or HTML. */
export interface Letter {
  readonly subject: string;
  readonly blocks: readonly Block[];
}

/** A part of the text of a mail. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly entries: readonly string[] }
  /** Labels with amounts. The last row is the sum. */
  | {
      readonly kind: 'amounts';
      readonly rows: readonly (readonly [label: string, amount: string])[];
    }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

/** The inputs of a letter to a customer. */
export interface LetterParts {
  readonly merchant: Pick<Merchant, 'name' | 'timeZone'>;
  readonly notice: CustomerNotice;
  /** The order of a mail about an order. */
  readonly order?: Order | undefined;
  /**
   * The page on which the customer can enter another card. Absent: the mail is about no auto order.
   */
  readonly updateBillingUrl?: string | undefined;
  /**
   * The address of the form that cancels the auto order of a receipt. Absent: the customer cannot
   * cancel it.
   */
  readonly cancelUrl?: string | undefined;
  /** A token that proves that the reader owns the address. Absent: the mail verifies no address. */
  readonly verificationToken?: string | undefined;
}

/**
 * Composes a mail to a customer in plain words: what happened, its consequences, and what the
 * customer can do.
 */
export function letterOf(parts: LetterParts): Letter {
  const { subject, blocks } = letters[parts.notice.kind](parts);
  const greeting = paragraph(`Hello${nameOf(parts) === undefined ? '' : ` ${nameOf(parts)}`},`);
  const reference = parts.notice.facts.autoOrderCode;
  const ending = paragraph(
    `${parts.merchant.name}${reference === undefined ? '' : `\nYour subscription: ${reference}`}`,
  );
  return { subject, blocks: [greeting, ...blocks, ending] };
}

const letters: Record<CustomerNoticeKind, (parts: LetterParts) => Letter> = {
  preshipment: ({ merchant, notice: { facts }, updateBillingUrl }) => ({
    subject: `Your next order from ${merchant.name} ships soon`,
    blocks: [
      paragraph('Your next order is on its way to you soon:'),
      itemsBlock(facts.items, merchant.timeZone),
      ...(facts.isInvoiced === true
        ? [paragraph('You pay for it as agreed; no card is charged.')]
        : [
            paragraph(
              facts.card === undefined
                ? 'We will charge it before it ships.'
                : `We will charge your ${facts.card} before it ships.`,
            ),
            ...link('Use another card', updateBillingUrl),
          ]),
    ],
  }),
  declined_card: ({ merchant, notice: { facts }, updateBillingUrl }) => ({
    subject: `Your card was declined: your order from ${merchant.name} is on hold`,
    blocks: [
      paragraph(declinedText(facts)),
      paragraph('Your subscription is not canceled; this order is only on hold.'),
      ...(facts.nextAttempt === undefined
        ? []
        : [paragraph(`We will try again on ${dayOf(facts.nextAttempt, merchant.timeZone)}.`)]),
      paragraph('If the card has changed, please enter the new one:'),
      ...link('Update your card', updateBillingUrl),
    ],
  }),
  confirm_payment: ({ merchant, notice: { facts }, updateBillingUrl }) => ({
    subject: `Please confirm your payment to ${merchant.name}`,
    blocks: [
      paragraph(
        `Your bank wants you to confirm ${confirmedAmount(facts)} before your next order can ship. ` +
          'It takes a minute, on a page of your bank:',
      ),
      ...link('Confirm the payment', updateBillingUrl),
      ...(facts.payment === undefined
        ? []
        : [paragraph(`Please do so by ${dayOf(facts.payment.until, merchant.timeZone)}.`)]),
      paragraph('Nothing is charged before you confirm it. You can also enter another card there.'),
    ],
  }),
  card_expiring: ({ merchant, notice: { facts }, updateBillingUrl }) => ({
    subject: `Your card for ${merchant.name} expires soon`,
    blocks: [
      paragraph(
        `Your ${facts.card ?? 'card'} expires at the end of ${monthOf(facts.expiresMonth)}. ` +
          'So that your next orders can ship, please enter a card that is valid for longer:',
      ),
      ...link('Update your card', updateBillingUrl),
      paragraph('If your bank keeps the card valid, you need not do anything.'),
    ],
  }),
  canceled: ({ merchant, notice: { facts } }) => ({
    subject: `Your subscription with ${merchant.name} is canceled`,
    blocks: [
      paragraph(
        facts.isAfterDeclines
          ? 'We could not charge your card, so your subscription is now canceled. These will not ship any more:'
          : 'Your subscription is canceled. These will not ship any more:',
      ),
      itemsBlock(undated(facts.items), merchant.timeZone),
      paragraph('You will not be charged again.'),
    ],
  }),
  disabled: ({ merchant, notice: { facts }, updateBillingUrl }) => ({
    subject: `Your subscription with ${merchant.name} has stopped`,
    blocks: [
      paragraph(
        facts.isAfterDeclines
          ? 'We could not charge your card, so your subscription has stopped. Nothing more ' +
              'ships until there is a card that we can charge:'
          : 'Your subscription has stopped. Nothing more ships for now:',
      ),
      itemsBlock(undated(facts.items), merchant.timeZone),
      ...(facts.isAfterDeclines
        ? [
            paragraph('To continue, please enter another card:'),
            ...link('Update your card', updateBillingUrl),
          ]
        : []),
    ],
  }),
  receipt: receiptLetter,
  order_receipt: receiptLetter,
  shipment: shipmentLetter,
  refund: refundLetter,
  verify_email: ({ merchant, verificationToken }) => ({
    subject: `Please confirm your email address for ${merchant.name}`,
    blocks: [
      paragraph('Please enter this code on the page that wants it. It is valid for 24 hours:'),
      paragraph(verificationToken ?? ''),
      paragraph('If you did not request it, ignore this mail: without the code nothing changes.'),
    ],
  }),
};

function receiptLetter({ merchant, order, cancelUrl }: LetterParts): Letter {
  return {
    subject: `Your receipt from ${merchant.name}: order ${order?.order_id ?? ''}`.trimEnd(),
    blocks: [
      paragraph(`Thank you for your order${named(order)}. This is what we charged:`),
      { kind: 'amounts', rows: receiptRows(order) },
      ...link('Cancel your subscription', cancelUrl),
    ],
  };
}

function refundLetter({ merchant, order, notice: { facts } }: LetterParts): Letter {
  const { money, credit } = refundWords(facts) ?? {};
  const of = ` your order${named(order)}`;
  const isMoney = money !== undefined || credit === undefined;
  const paidBack = [
    paragraph(`We refunded${money === undefined ? '' : ` ${money} of`}${of}.`),
    paragraph('Your bank may need some days to show it.'),
  ];
  const added = `We added ${credit} to your store credit${isMoney ? '' : ` for${of}`}.`;
  return {
    subject: `Your refund from ${merchant.name}${ofOrder(order)}`,
    blocks: [
      ...(isMoney ? paidBack : []),
      ...(credit === undefined ? [] : [paragraph(`${added} You can use it for your next order.`)]),
    ],
  };
}

/**
 * Describes what a refund gave back. A mail that was stored by an earlier release has only the
 * amount.
 */
export function refundWords({ refund }: NoticeFacts): ShownRefund | undefined {
  if (refund === undefined) return undefined;
  const money = moneyText(refund.amount, refund.currency);
  return refund.shown ?? { money, all: money };
}

function shipmentLetter(parts: LetterParts): Letter {
  const { merchant, order, notice } = parts;
  const { trackingNumbers, isComplete } = notice.facts;
  const tracking = trackingBlock(trackingNumbers);
  return {
    subject: `Your order from ${merchant.name} has shipped${ofOrder(order)}`,
    blocks: [
      paragraph(
        `${isComplete === false ? 'This part of your' : 'Your'} order${named(order)} is on its way ` +
          'to you:',
      ),
      shippedItems(parts),
      ...(tracking === undefined ? [] : [paragraph('Tracking numbers:'), tracking]),
      ...(isComplete === false ? [paragraph('The rest of your order ships separately.')] : []),
    ],
  };
}

/** Lists the tracking numbers of a shipment, or returns undefined for none. */
export const trackingBlock = (numbers: readonly string[] | undefined): Block | undefined =>
  numbers === undefined || numbers.length === 0 ? undefined : { kind: 'list', entries: numbers };

const named = (order: Order | undefined): string =>
  order?.order_id === undefined ? '' : ` ${order.order_id}`;
const ofOrder = (order: Order | undefined): string =>
  order?.order_id === undefined ? '' : `: order ${order.order_id}`;

/** Lists the lines of the order that were shipped, or all lines if the shipment names none. */
export function shippedItems({ order, notice: { facts } }: LetterParts): Block {
  const indexes = facts.itemIndexes ?? [];
  const all = order?.items ?? [];
  const shipped = all.filter((line, place) => indexes.includes(line.item_index ?? place + 1));
  return {
    kind: 'list',
    entries: (shipped.length === 0 ? all : shipped).map((line) =>
      itemText({
        description: line.description || line.merchant_item_id || '',
        quantity: line.quantity ?? 1,
      }),
    ),
  };
}

/** Returns the rows of a receipt. The last row is the total. */
export function receiptRows(order: Order | undefined): [string, string][] {
  const lines = (order?.items ?? []).map((item): [string, string | undefined] => [
    itemText({
      description: item.description || item.merchant_item_id || '',
      quantity: item.quantity ?? 1,
    }),
    item.total_cost_with_discount?.localized_formatted ?? item.cost?.localized_formatted,
  ]);
  const { summary = {}, gift = {} } = order ?? {};
  const rows: [string, string | undefined][] = [
    ...lines,
    ...rowUnlessZero('Shipping', summary.shipping_handling_total),
    ...rowUnlessZero('Discount on shipping', summary.shipping_handling_total_discount),
    ...rowUnlessZero('Gift charge', gift.gift_charge),
    ...rowUnlessZero('Gift wrap', gift.gift_wrap_cost),
    ...rowUnlessZero('Tax', summary.tax),
    ...rowUnlessZero('Paid with store credit', summary.internal_gift_certificate_amount),
    ['Total', summary.total?.localized_formatted],
  ];
  return rows.map(([label, amount]) => [label, amount ?? '']);
}

const rowUnlessZero = (
  label: string,
  amount: Currency | undefined,
): [string, string | undefined][] =>
  (amount?.value ?? 0) === 0 ? [] : [[label, amount?.localized_formatted]];

/** Returns how the customer is addressed. */
export function nameOf({ notice: { facts }, order }: LetterParts): string | undefined {
  return (
    facts.name ??
    ([order?.billing?.first_name, order?.billing?.last_name].filter(Boolean).join(' ') || undefined)
  );
}

function declinedText({ card, declineReason }: NoticeFacts): string {
  const which = card === undefined ? 'your card' : `your ${card}`;
  return `The bank declined the charge to ${which}${declineReason === undefined ? '' : ` (${declineReason})`}.`;
}

function confirmedAmount({ payment, card }: NoticeFacts): string {
  const amount = payment === undefined ? 'a payment' : moneyText(payment.amount, payment.currency);
  return card === undefined ? amount : `${amount} with your ${card}`;
}

/** Returns a paragraph. */
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
const link = (label: string, url: string | undefined): Block[] =>
  url === undefined ? [] : [{ kind: 'link', label, url }];

/** Lists items with their shipping days. */
export function itemsBlock(items: readonly NoticeItem[] | undefined, timeZone: string): Block {
  return {
    kind: 'list',
    entries: (items ?? []).map(
      (item) =>
        `${itemText(item)}${item.ships === undefined ? '' : `, on ${dayOf(item.ships, timeZone)}`}`,
    ),
  };
}

const itemText = ({ description, quantity }: NoticeItem): string =>
  quantity === 1 ? description : `${quantity} × ${description}`;

const undated = (items: readonly NoticeItem[] | undefined): NoticeItem[] =>
  (items ?? []).map((item) => ({ ...item, ships: undefined }));
