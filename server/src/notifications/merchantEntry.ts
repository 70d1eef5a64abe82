import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { dayOf, moneyText, textOrNone } from './mailText.ts';

/** Returns the line of a mail to the merchant that describes an event of one auto order. */
export function merchantEntry(
  { objectId, data = {} }: RecordedEvent,
  autoOrder: AutoOrder | undefined,
  timeZone: string,
): string {
  const who = customerOf(autoOrder);
  const why =
    textOrNone(data['fault']) ?? textOrNone(data['reason']) ?? textOrNone(autoOrder?.cancel_reason);
  const next = textOrNone(data['next_attempt']);
  return [
    `Auto order ${autoOrder?.auto_order_code ?? objectId}`,
    who && ` of ${who}`,
    why && `: ${why}`,
    next && `; next attempt on ${dayOf(next, timeZone)}`,
    data['final'] === true && '; this was the last attempt',
  ]
    .filter(Boolean)
    .join('');
}

/** Returns the line of a mail about an order whose retry of Accounts Receivable has ended. */
export function receivableEntry({ objectId, data = {} }: RecordedEvent): string {
  const { amount_minor: amount, currency, retry_day: day, reject_reason: reason } = data;
  const money =
    typeof amount === 'number' && typeof currency === 'string' ? moneyText(amount, currency) : '';
  return day === undefined
    ? `Order ${objectId}${money && ` of ${money}`}${reason ? `: ${reason}` : ''}`
    : `Order ${objectId}: ${money}, on day ${day}`;
}

function customerOf(autoOrder: AutoOrder | undefined): string {
  const { billing } = autoOrder?.original_order ?? {};
  const name = [billing?.first_name, billing?.last_name].filter(Boolean).join(' ');
  return [name, billing?.email].filter(Boolean).join(', ');
}
