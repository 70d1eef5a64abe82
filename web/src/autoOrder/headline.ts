import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { Shown } from './shown.ts';

/**
 * Describes the state of an auto order in one or two sentences: what happens next, or why nothing
 * does.
 */
export function headlineOf(row: AutoOrderRow, order: AutoOrder, shown: Shown): string {
  switch (row.state) {
    case 'active':
      return `${nextWords(row, shown)}.`;
    case 'retrying':
      return retryingWords(row, shown);
    case 'paused':
      return 'Nothing ships until it is resumed.';
    case 'in_doubt':
      return 'A charge has no answer yet. The gateway is asked again; nothing is charged twice.';
    case 'parked':
      return 'It cannot be billed until its fault is fixed.';
    case 'completed':
      return 'Every planned shipment was made. Nothing more will ship.';
    case 'canceled':
      return ended('Canceled', order.canceled_dts, order.cancel_reason, shown);
    case 'disabled':
      return ended('Disabled', order.disabled_dts, order.failure_reason, shown);
    case 'merged':
      return `Merged${on(order.merged_dts, shown)} into another auto order. Its items ship there.`;
    default:
      return '';
  }
}

function ended(how: string, at: string | undefined, reason: string | undefined, shown: Shown) {
  return `${how}${on(at, shown)}${because(reason)}. Nothing more will ship.`;
}

/** `Ships Tue 3 Mar, $42.10 to VISA ••4242`. */
function nextWords(row: AutoOrderRow, shown: Shown): string {
  if (row.next_shipment_dts === undefined) return 'Nothing is scheduled';
  const total = row.next_total;
  const money = total === undefined ? '' : `, ${shown.money(total, row.currency_code)}`;
  return `Ships ${shown.day(row.next_shipment_dts)}${money}${toCard(row)}`;
}

function retryingWords(row: AutoOrderRow, shown: Shown): string {
  const times = row.credit_card_attempt ?? 1;
  const declined = `Declined ${timesWords(times)}${because(row.failure_reason)}.`;
  if (row.next_attempt_dts === undefined) return declined;
  const money = row.next_total === undefined ? '' : shown.money(row.next_total, row.currency_code);
  const what = money === '' ? 'It is tried again' : `${money} is tried again`;
  const last = times + 1 === row.credit_card_attempts_max ? ', for the last time' : '';
  return `${declined} ${what} on ${shown.minute(row.next_attempt_dts)}${withCard(row)}${last}.`;
}

const timesWords = (count: number): string =>
  count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;

/** `VISA ••4242`; undefined without a card. */
export function cardWords(card: AutoOrderRow['card']): string | undefined {
  if (!card?.last_four) return undefined;
  return `${card.card_type ?? 'Card'} ••${card.last_four}`;
}

const toCard = ({ card }: AutoOrderRow): string =>
  cardWords(card) ? ` to ${cardWords(card)}` : '';
const withCard = ({ card }: AutoOrderRow): string =>
  cardWords(card) ? ` with ${cardWords(card)}` : '';

const on = (iso: string | undefined, shown: Shown): string =>
  iso === undefined ? '' : ` on ${shown.day(iso)}`;

/** The first line of a reason is its summary. */
function because(reason: string | undefined): string {
  const line = reason?.split('\n')[0]?.trim().replace(/\.$/, '');
  return line ? `: ${line}` : '';
}
