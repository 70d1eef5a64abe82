import type { Order } from '@perennial/contract/order.ts';
import { lastFourOf } from '../kernel/cardNumbers.ts';
import type { Context } from '../platform/context.ts';
import { cardFields } from './cardFacts.ts';
import type { ChargedCard } from './charge.ts';

/** Returns the gateway's facts about the card behind a token. `app/` provides it. */
export type DescribeCard = (
  context: Context,
  cardToken: string,
) => Promise<ChargedCard | undefined>;

/** Returns the gateway's facts about the card whose token an order contains. */
export async function givenCard(
  context: Context,
  { payment }: Order,
  { describeCard }: { readonly describeCard?: DescribeCard },
): Promise<ChargedCard | undefined> {
  const token = payment?.credit_card?.card_number_token;
  return token ? describeCard?.(context, token) : undefined;
}

/**
 * Returns a change of an order that runs later. It contains the gateway's facts about its card, but
 * not the masked number that its client sent. {@link askedBefore} reads them again.
 */
export function withOnlyKnownCard(order: Order, card: ChargedCard | undefined): Order {
  const { credit_card } = order.payment ?? {};
  if (!credit_card) return order;
  const { card_number: _, card_number_truncated: _1, ...given } = credit_card;
  return withKnownCard({ ...order, payment: { ...order.payment, credit_card: given } }, card);
}

/** Returns the last four digits that the gateway gave before a change was queued, if it gave any. */
export function askedBefore({ payment }: Order): ChargedCard | undefined {
  const lastFour = lastFourOf(payment?.credit_card?.card_number ?? '');
  return lastFour === undefined ? undefined : { lastFour };
}

/** Returns the order with the gateway's facts about its card in place of the client's values. */
export function withKnownCard(order: Order, card: ChargedCard | undefined): Order {
  if (card === undefined) return order;
  const credit_card = { ...order.payment?.credit_card, ...cardFields(card) };
  return { ...order, payment: { ...order.payment, credit_card } };
}
