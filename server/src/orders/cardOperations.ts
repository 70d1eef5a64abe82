import type { Order } from '@perennial/contract/order.ts';
import type { Context } from '../platform/context.ts';
import { cardFields } from './cardFacts.ts';
import type { ChargedCard } from './charge.ts';

/** Returns what the gateway knows of the card behind a token. `app/` provides it. */
export type DescribeCard = (
  context: Context,
  cardToken: string,
) => Promise<ChargedCard | undefined>;

/** Returns what the gateway knows of the card that an order gives by token. */
export async function givenCard(
  context: Context,
  { payment }: Order,
  { describeCard }: { readonly describeCard?: DescribeCard },
): Promise<ChargedCard | undefined> {
  const token = payment?.credit_card?.card_number_token;
  return token ? describeCard?.(context, token) : undefined;
}

/** Returns the order with what the gateway knows of its card in place of what its client says. */
export function withKnownCard(order: Order, card: ChargedCard | undefined): Order {
  if (card === undefined) return order;
  const credit_card = { ...order.payment?.credit_card, ...cardFields(card) };
  return { ...order, payment: { ...order.payment, credit_card } };
}
