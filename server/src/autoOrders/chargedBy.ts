import { hash } from 'node:crypto';

/*
 * Which kind of gateway charged the card of an auto order first. A token of one kind of gateway
 * means nothing to another kind, or means another person's card there. So a configuration that lost
 * its gateway must not charge through the next one.
 */

/**
 * The kind of gateway that captured a charge, and a fingerprint of the card: with another card it
 * no longer applies.
 */
export interface ChargedBy {
  readonly kind: string;
  /** The first 16 hex digits of the SHA-256 of the card's token. */
  readonly cardMark: string;
}

/** Returns which kind of gateway charged which card. */
export function chargedBy(kind: string, cardToken: string): ChargedBy {
  return { kind, cardMark: markOf(cardToken) };
}

/**
 * The kind of gateway that charged this card before; undefined for a card that was never charged.
 */
export function kindThatCharged(
  remembered: ChargedBy | undefined,
  cardToken: string,
): string | undefined {
  return remembered?.cardMark === markOf(cardToken) ? remembered.kind : undefined;
}

// The migration that fills the column for older records computes the same value.
const markOf = (cardToken: string): string => hash('sha256', cardToken, 'hex').slice(0, 16);
