import { hash } from 'node:crypto';

/*
 * The kind of gateway that charged the card of an auto order first. A token of one kind of gateway
 * has no meaning for another kind, or belongs to another person's card there. So an installation
 * that lost a gateway must not charge through the next one.
 */

/**
 * The kind of gateway that captured a charge, and a fingerprint of the card. It does not apply to
 * another card.
 */
export interface ChargedBy {
  readonly kind: string;
  /** The first 16 hex digits of the SHA-256 of the card's token. */
  readonly cardMark: string;
}

/** Returns the kind of gateway that charged a card, with the card's fingerprint. */
export function chargedBy(kind: string, cardToken: string): ChargedBy {
  return { kind, cardMark: markOf(cardToken) };
}

/**
 * Returns the kind of gateway that charged this card before; undefined if the card was never
 * charged.
 */
export function kindThatCharged(
  remembered: ChargedBy | undefined,
  cardToken: string,
): string | undefined {
  return remembered?.cardMark === markOf(cardToken) ? remembered.kind : undefined;
}

// The migration that fills the column for older records computes the same value.
const markOf = (cardToken: string): string => hash('sha256', cardToken, 'hex').slice(0, 16);
