import type { OrderPayment } from '@perennial/contract/orderPayment.ts';
import { lastFourOf, maskedCardNumber } from '../kernel/cardNumbers.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';

/** How an order is paid; what the client left unsaid follows from the details it sent. */
export function paymentMethodOf(
  payment: OrderPayment | undefined,
): NonNullable<OrderPayment['payment_method']> {
  if (payment?.payment_method) return payment.payment_method;
  if (payment?.credit_card) return 'Credit Card';
  if (payment?.purchase_order) return 'Purchase Order';
  if (payment?.check) return 'Check';
  return payment?.echeck ? 'eCheck' : 'Unknown';
}

/** What is wrong with the card of a payment; a token is needed where it is charged now. */
export function cardFault(
  payment: OrderPayment | undefined,
  charged: boolean,
): FieldFault | undefined {
  const card = payment?.credit_card;
  const path = 'payment.credit_card';
  if (charged && !card?.card_number_token) {
    return {
      field: `${path}.card_number_token`,
      reason: 'is missing',
      fix: 'Send the token of a card, or a channel_partner flag that says how the order is paid',
    };
  }
  const month = card?.card_expiration_month;
  if (typeof month === 'number' && (month < 1 || month > 12))
    return { field: `${path}.card_expiration_month`, reason: 'is no month', fix: 'Send 1 to 12' };
  const year = card?.card_expiration_year;
  if (typeof year === 'number' && (year < 1000 || year > 9999))
    return {
      field: `${path}.card_expiration_year`,
      reason: 'is no year',
      fix: 'Send four digits',
    };
  return undefined;
}

/**
 * A payment as it is stored and shown: no token, no verification number, and of every number that identifies somebody only the last four
 * characters. `card_number` comes from the client only when it is masked already.
 */
export function keptPayment(payment: OrderPayment | undefined): OrderPayment {
  const { credit_card, echeck, health_benefit_card, ...rest } = payment ?? {};
  return {
    ...rest,
    payment_method: paymentMethodOf(payment),
    payment_status: 'Unprocessed',
    ...(credit_card && { credit_card: keptCard(credit_card) }),
    ...(echeck && {
      echeck: {
        ...echeck,
        bank_account_number: masked(echeck.bank_account_number),
        customer_tax_id: masked(echeck.customer_tax_id),
        drivers_license_number: masked(echeck.drivers_license_number),
      },
    }),
    ...(health_benefit_card && {
      health_benefit_card: {
        health_benefit_card_expiration_month:
          health_benefit_card.health_benefit_card_expiration_month,
        health_benefit_card_expiration_year:
          health_benefit_card.health_benefit_card_expiration_year,
        health_benefit_card_number: masked(health_benefit_card.health_benefit_card_number),
        health_benefit_card_number_truncated: true,
      },
    }),
  };
}

type Card = NonNullable<OrderPayment['credit_card']>;

/** A card without its tokens; its last four digits are those sent masked, else those its token names at
 * its end (`tok_visa_4242`). */
export function keptCard({
  card_number_token,
  card_verification_number_token,
  card_number,
  ...card
}: Card): Card {
  const lastFour =
    lastFourOf(card_number ?? '') ?? /[_-](\d{4})$/.exec(card_number_token ?? '')?.[1];
  return lastFour === undefined
    ? card
    : { ...card, card_number: maskedCardNumber(lastFour), card_number_truncated: true };
}

// An explicit null stays one: it clears.
function masked(value: string | undefined): string | undefined {
  return value ? `XXXX${value.slice(-4)}`.slice(0, Math.max(4, value.length)) : value;
}
