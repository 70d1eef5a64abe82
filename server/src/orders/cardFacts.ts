import { maskedCardNumber } from '../kernel/cardNumbers.ts';
import type { ChargedCard } from './charge.ts';
import type { OrderRecord } from './order.ts';

/**
 * Returns an order with the gateway's facts about its card: type, last four digits and expiration.
 * Fields without a fact from the gateway stay as they are.
 */
export function withCardFacts(order: OrderRecord, facts: ChargedCard | undefined): OrderRecord {
  const card = cardFields(facts);
  if (Object.keys(card).length === 0) return order;
  const { document } = order;
  const payment = {
    ...document.payment,
    credit_card: { ...document.payment?.credit_card, ...card },
  };
  return { ...order, document: { ...document, payment } };
}

/** Returns the gateway's facts about a card, as fields of an order's card. */
export function cardFields({ type, lastFour, expiration }: ChargedCard = {}) {
  return {
    ...(type === undefined ? {} : { card_type: type }),
    ...(lastFour === undefined
      ? {}
      : { card_number: maskedCardNumber(lastFour), card_number_truncated: true }),
    ...(expiration === undefined
      ? {}
      : {
          card_expiration_month: expiration.month,
          card_expiration_year: expiration.year,
        }),
  };
}
