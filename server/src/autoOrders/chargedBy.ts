import { hash } from 'node:crypto';

/*
 * Which kind of gateway charged the card of an auto order first. A token of one kind of gateway is nothing, or another
 * person's card, to a gateway of another kind, so a set-up that lost its gateway must not charge through the next best.
 */

/** The kind of gateway that captured a charge, and a mark of the card: the memory ends with the card. */
export interface ChargedBy {
  readonly kind: string;
  /** The beginning of a hash of the card's token. */
  readonly cardMark: string;
}

export function chargedBy(kind: string, cardToken: string): ChargedBy {
  return { kind, cardMark: markOf(cardToken) };
}

/** The kind of gateway that charged this very card before; undefined for a card that was never charged. */
export function kindThatCharged(
  remembered: ChargedBy | undefined,
  cardToken: string,
): string | undefined {
  return remembered?.cardMark === markOf(cardToken) ? remembered.kind : undefined;
}

// The migration that fills the column for older records makes the same mark.
const markOf = (cardToken: string): string => hash('sha256', cardToken, 'hex').slice(0, 16);
