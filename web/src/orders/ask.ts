import type { Order } from '@perennial/contract/order.ts';
import { type OrderActionId, type OrderFacts, waitingParcels } from './actions.ts';
import { chargedIn, paymentWords } from './order.ts';

/** One field of the dialog of an action. */
export interface AskField {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly isNumber?: boolean;
}

/** The text of an action's dialog. */
export interface Ask {
  readonly title: string;
  /** The consequences in complete sentences. */
  readonly words: readonly string[];
  /** The label of the button. Names the amount, if there is one. */
  readonly button: string;
  readonly fields: readonly AskField[];
  /** True if the action moves money, sends a mail, or cannot be undone. */
  readonly isFinal: boolean;
}

const final = 'This cannot be undone.';

/** Formats an amount in a currency, or in the merchant's: `$12.50`. */
export type WriteAmount = (amount: number, currency: string | undefined) => string;

/** Returns the question of an action about an order. */
export function askOf(action: OrderActionId, facts: OrderFacts, write: WriteAmount): Ask {
  const asks: Readonly<Record<OrderActionId, () => Ask>> = {
    charge: () => charge(facts, write),
    paid: () => markPaid(facts, write),
    ship: () => ship(facts),
    release: () => ({
      ...plain('Release the order', 'Release'),
      words: [
        `Moves it to ${facts.stages.released_to_stage ?? 'where it was held'}.`,
        'The auto order that it started is billed again.',
      ],
    }),
    refund: () => plain('Refund', 'Refund'),
    hold: () => ({
      ...plain('Hold the order', 'Hold'),
      words: ['It does not ship until it is released.', ...autoOrderStops(facts)],
    }),
    cancel: () => cancel(facts, write),
    reject: () => reject(facts),
    duplicate: () => ({
      ...plain('Duplicate the order', 'Duplicate'),
      words: [
        'Makes a new unpaid order with the same lines, addresses and card, in Accounts Receivable.',
        'Nothing is charged, and no auto order starts.',
      ],
    }),
    replace: () => replacement(facts),
    receipt: () => mail('Send the receipt again', 'Sends the receipt', facts),
    'shipment-mail': () =>
      mail('Send the shipment mail again', 'Sends the mail about its shipments', facts),
    adjust: () => adjust(facts, write),
    affiliate: () => affiliate(facts),
    'block-refunds': () => ({
      ...plain('Block refunds', 'Block refunds'),
      words: ['Refunds of this order are refused until they are allowed again.'],
      fields: [
        {
          key: 'reason',
          label: 'Reason',
          value: '',
          hint: 'Shown with the refusal. May be empty.',
        },
      ],
    }),
    'allow-refunds': () => allowRefunds(facts),
    'withdraw-refund': () => withdrawal(facts, write),
    delete: () => remove(facts),
  };
  return asks[action]();
}

const plain = (title: string, button: string): Ask => ({
  title,
  button,
  words: [],
  fields: [],
  isFinal: false,
});

function charge({ order, stages }: OrderFacts, write: WriteAmount): Ask {
  const amount = write(stages.owed ?? 0, stages.owed_currency_code);
  return {
    ...plain('Charge the card now', `Charge ${amount}`),
    words: [`Charges ${amount} to ${cardOf(order)}, all that is owed.`, final],
    isFinal: true,
  };
}

function withdrawal({ refundable }: OrderFacts, write: WriteAmount): Ask {
  const { gateway = '', amount = 0, currency_code: currency } = refundable.stranded_refund ?? {};
  return {
    ...plain('Withdraw the refund', `Withdraw ${write(amount, currency)}`),
    words: [
      `A refund of ${write(amount, currency)} was requested at ${gateway}, which the settings no ` +
        'longer name, so its outcome is not known.',
      `Check the pages of ${gateway} first: this records that it did not give the money back.`,
      'The order stays as it is and can be refunded again. If the money was given back, record a ' +
        'refund as made outside instead.',
      final,
    ],
    isFinal: true,
  };
}

/** The card of an order; a card known only by its token has no digits to show. */
const cardOf = (order: Order): string =>
  order.payment?.credit_card?.card_number ? paymentWords(order) : 'the card of the order';

function markPaid({ order, stages }: OrderFacts, write: WriteAmount): Ask {
  const amount = write(stages.owed ?? 0, stages.owed_currency_code);
  const ships = (stages.parcels ?? []).length > 0;
  return {
    ...plain('Mark the order as paid', `Record ${amount} as paid`),
    words: [
      `Records that ${amount} came in another way, for example by a check. No card is charged.`,
      ...(order.auto_order ? ['Its auto order continues.'] : []),
      final,
    ],
    fields: [
      {
        key: 'stage',
        label: 'And then',
        value: ships ? 'Shipping Department' : 'Completed Order',
        choices: [
          { value: 'Shipping Department', label: 'It ships: Shipping Department' },
          { value: 'Completed Order', label: 'It is complete: Completed Order' },
        ],
      },
    ],
    isFinal: true,
  };
}

function ship({ order, stages }: OrderFacts): Ask {
  const waiting = waitingParcels(stages);
  const nameOf = (index: number) => {
    const line = (order.items ?? []).find((each) => each.item_index === index);
    return `${line?.quantity ?? 1} × ${line?.merchant_item_id ?? index}`;
  };
  return {
    ...plain('Ship', 'Record the shipment'),
    words: [
      'Records that these lines were shipped, and sends the customer a mail about it.',
      final,
    ],
    fields: [
      {
        key: 'center',
        label: 'Shipped from',
        value: waiting[0]?.distribution_center_code ?? '',
        choices: waiting.map(({ distribution_center_code: code = '', waiting_indexes = [] }) => ({
          value: code,
          label: `${code}: ${waiting_indexes.map(nameOf).join(', ')}`,
        })),
      },
      {
        key: 'tracking',
        label: 'Tracking numbers',
        value: '',
        hint: 'Several are separated by commas. May be empty.',
      },
    ],
    isFinal: true,
  };
}

function autoOrderStops({ order }: OrderFacts): string[] {
  const { auto_order: autoOrder, order_id: id } = order;
  if (autoOrder === undefined) return [];
  return autoOrder.original_order_id === id
    ? [`Auto order ${autoOrder.auto_order_code ?? ''} is not billed meanwhile.`]
    : [];
}

function cancel(facts: OrderFacts, write: WriteAmount): Ask {
  const { order } = facts;
  const { auto_order: autoOrder, order_id: id, payment } = order;
  const { total, total_refunded: refunded } = order.summary ?? {};
  const left = write((total?.value ?? 0) - (refunded?.value ?? 0), chargedIn(order));
  const isPaid = payment?.payment_dts !== undefined;
  const code = autoOrder?.auto_order_code ?? '';
  return {
    ...plain('Cancel the order', isPaid ? `Refund ${left} and cancel` : 'Cancel'),
    words: [
      isPaid
        ? `Gives ${left} back to ${cardOf(order)}${creditLeft(order, write)}, then rejects the order.`
        : 'Rejects the order. It is not paid, so nothing is given back.',
      ...(autoOrder === undefined
        ? []
        : autoOrder.original_order_id === id
          ? [`Cancels auto order ${code} as well.`]
          : [`Auto order ${code} continues.`]),
      final,
    ],
    isFinal: true,
  };
}

/** The store credit that a cancelation gives back, if the order used some. */
function creditLeft(order: Order, write: WriteAmount): string {
  const { internal_gift_certificate_amount: used, internal_gift_certificate_refunded: back } =
    order.summary ?? {};
  const left = (used?.value ?? 0) - (back?.value ?? 0);
  return left > 0 ? ` and ${write(left, chargedIn(order))} as store credit` : '';
}

function reject(facts: OrderFacts): Ask {
  const isPaid = facts.order.payment?.payment_dts !== undefined;
  return {
    ...plain('Reject the order', 'Reject'),
    words: [
      'Moves it to Rejected: it does not ship.',
      ...autoOrderStops(facts),
      ...(isPaid
        ? ['Nothing is refunded. To give the money back, cancel or refund it.', final]
        : []),
    ],
    isFinal: isPaid,
  };
}

function adjust({ order }: OrderFacts, write: WriteAmount): Ask {
  const total = write(order.summary?.total?.value ?? 0, chargedIn(order));
  return {
    ...plain('Lower the total', 'Lower the total'),
    words: [
      `The total is ${total}. Each line gets a discount in proportion, and the tax follows; ` +
        'shipping stays as it is.',
      'It cannot be raised again.',
    ],
    fields: [
      {
        key: 'total',
        label: `New total in ${chargedIn(order) ?? 'the currency of the merchant'}`,
        value: '',
        hint: 'Digits with a point, for example 12.50.',
      },
    ],
    isFinal: true,
  };
}

function affiliate({ order }: OrderFacts): Ask {
  const { affiliate_oid: now, sub_id: sub } = order.affiliates?.[0] ?? {};
  return {
    ...plain('Assign to an affiliate', 'Assign'),
    words: [
      now === undefined
        ? 'The order has no affiliate.'
        : `The order has the affiliate ${now}, who is replaced.`,
      'Later rebills of its auto order have the same affiliate.',
    ],
    fields: [
      {
        key: 'affiliate',
        label: 'Affiliate',
        value: now === undefined ? '' : String(now),
        hint: 'The number of the affiliate.',
        isNumber: true,
      },
      { key: 'sub', label: 'Sub id', value: sub ?? '', hint: 'May be empty.' },
    ],
  };
}

function allowRefunds({ stages: { refund_block: block } }: OrderFacts): Ask {
  const by = block?.set_by ?? 'An unknown user';
  return {
    ...plain('Allow refunds', 'Allow refunds'),
    words: [
      `${by} blocked refunds of this order${block?.reason ? `: ${block.reason}` : ''}.`,
      'The order can be refunded again.',
    ],
  };
}

const remove = ({ order }: OrderFacts): Ask => ({
  ...plain('Delete the order', 'Delete'),
  words: [
    `Order ${order.order_id ?? ''} disappears from every list and count. None of it was paid.`,
    final,
  ],
  isFinal: true,
});

function replacement({ order: { items = [] } }: OrderFacts): Ask {
  return {
    ...plain('Send a replacement', 'Make the replacement'),
    words: [
      'Creates a new order that costs nothing and ships at once to the same address. ' +
        'No auto order starts.',
      final,
    ],
    fields: items.map((line, index) => ({
      key: `quantity ${index}`,
      label: `Quantity of ${line.merchant_item_id ?? ''}`,
      value: '0',
      hint: `Ordered: ${line.quantity ?? 1}`,
      isNumber: true,
    })),
    isFinal: true,
  };
}

function mail(title: string, words: string, { order }: OrderFacts): Ask {
  const email = order.billing?.email;
  return {
    ...plain(title, 'Send'),
    words: [
      email ? `${words} to ${email} once more.` : 'The order has no email address.',
      'A mail cannot be taken back.',
    ],
    isFinal: true,
  };
}

/** The lines of a replacement, or a sentence about the fault in them. */
export function readReplacement(
  { order: { items = [] } }: OrderFacts,
  texts: Readonly<Record<string, string>>,
): { readonly merchant_item_id: string; readonly quantity: number }[] | { readonly fault: string } {
  const lines: { merchant_item_id: string; quantity: number }[] = [];
  for (const [index, { merchant_item_id: id = '' }] of items.entries()) {
    const text = (texts[`quantity ${index}`] ?? '').trim() || '0';
    if (!/^\d+$/.test(text)) return { fault: `${id}: “${text}” is not a valid quantity.` };
    if (Number(text) > 0) lines.push({ merchant_item_id: id, quantity: Number(text) });
  }
  return lines.length > 0
    ? lines
    : { fault: 'Enter the quantity of each line that is sent again.' };
}

/** The typed affiliate, or a sentence about the fault in it. */
export function readAffiliate(
  texts: Readonly<Record<string, string>>,
): { readonly oid: number; readonly subId: string } | { readonly fault: string } {
  const text = (texts['affiliate'] ?? '').trim();
  if (!/^[1-9]\d{0,8}$/.test(text))
    return { fault: `“${text}” is not the number of an affiliate. Enter digits.` };
  return { oid: Number(text), subId: (texts['sub'] ?? '').trim() };
}

/** `1Z1, 1Z2` as a list, each number once. */
export const trackingNumbers = (text = ''): string[] => [
  ...new Set(text.split(/[\s,;]+/).filter(Boolean)),
];
