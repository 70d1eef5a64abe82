import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { sentenceCase } from '../kit/filters.ts';
import type { Tone } from '../kit/tone.ts';

/** A customer's name, else the company, else the email. */
export function nameOf(customer: AutoOrderRow['customer']): string {
  const { first_name = '', last_name = '', company = '', email = '' } = customer ?? {};
  return `${first_name} ${last_name}`.trim() || company || email || 'No name';
}

/** Lists the items that ship next: `2 × TEA, HONEY`. Items that no longer ship are left out. */
export function itemsWords(items: AutoOrderRow['items'] = []): string {
  const words = items
    .filter(({ next_item_id }) => next_item_id !== undefined)
    .map(({ next_item_id, quantity = 1 }) =>
      quantity === 1 ? next_item_id : `${quantity} × ${next_item_id}`,
    );
  return words.length > 0 ? words.join(', ') : '–';
}

/**
 * The date of the next shipment. A stopped auto order keeps its last date in the record, but ships
 * no more.
 */
export const nextShipmentOf = ({ status, next_shipment_dts: at }: AutoOrderRow) =>
  status === 'active' ? at : undefined;

/** How much attention a state needs. */
export function toneOf(state: AutoOrderRow['state']): Tone {
  switch (state) {
    case 'active':
      return 'good';
    case 'retrying':
    case 'in_doubt':
      return 'warn';
    case 'parked':
      return 'bad';
    case 'paused':
      return 'note';
    default:
      return 'quiet';
  }
}

/**
 * The state of an auto order in words. For a retried card, with the number of declines and the
 * allowed attempts: `Retrying 2/3`.
 */
export function stateWords(row: StateOf): string {
  const { state, credit_card_attempt: declines = 0, credit_card_attempts_max: all } = row;
  const words = sentenceCase(state ?? '');
  if (state !== 'retrying' || declines === 0) return words;
  return all === undefined ? `${words} ${declines}` : `${words} ${declines}/${all}`;
}

/** The fields of a row that determine its state. */
type StateOf = Pick<AutoOrderRow, 'state' | 'credit_card_attempt' | 'credit_card_attempts_max'>;

/** When a card expires, as it is printed on it: `05/27`. */
export function expiryWords({ card }: AutoOrderRow): string {
  const { card_expiration_month: month, card_expiration_year: year } = card ?? {};
  if (month === undefined || year === undefined) return '–';
  return `${String(month).padStart(2, '0')}/${String(year % 100).padStart(2, '0')}`;
}

/** The frequency; items with a fixed schedule have none. */
export const frequencyWords = ({ frequency, items = [] }: AutoOrderRow): string =>
  frequency ?? (items.length === 0 ? '–' : 'By steps');
