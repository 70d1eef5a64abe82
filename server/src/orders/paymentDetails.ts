import type { OrderPayment } from '@perennial/contract/orderPayment.ts';
import { lastFourOf, maskedCardNumber } from '../kernel/cardNumbers.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';

/**
 * Returns the payment method of an order. If the client did not send one, it follows from the
 * details of the payment.
 */
export function paymentMethodOf(
  payment: OrderPayment | undefined,
): NonNullable<OrderPayment['payment_method']> {
  if (payment?.payment_method) return payment.payment_method;
  if (payment?.credit_card) return 'Credit Card';
  if (payment?.purchase_order) return 'Purchase Order';
  if (payment?.check) return 'Check';
  return payment?.echeck ? 'eCheck' : 'Unknown';
}

/** Returns the fault of a payment's card. A card that is charged now needs a token. */
export function paymentCardFault(
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
    return {
      field: `${path}.card_expiration_month`,
      reason: 'is not a valid month',
      fix: 'Send 1 to 12',
    };
  const year = card?.card_expiration_year;
  if (typeof year === 'number' && (year < 1000 || year > 9999))
    return {
      field: `${path}.card_expiration_year`,
      reason: 'is not a valid year',
      fix: 'Send four digits',
    };
  return undefined;
}

/**
 * Returns a payment as it is stored and shown: no token, no verification number, and only the last
 * four characters of every number that identifies a person. Accepts `card_number` from the client
 * only if it is already masked.
 */
export function keptPayment(payment: OrderPayment | undefined): OrderPayment {
  const { credit_card, echeck, health_benefit_card, ...rest } = payment ?? {};
  return fromLoose<OrderPayment>({
    ...rest,
    payment_method: paymentMethodOf(payment),
    payment_status: 'Unprocessed',
    ...(credit_card && { credit_card: keptCard(credit_card) }),
    ...(echeck && {
      echeck: fromLoose<NonNullable<OrderPayment['echeck']>>({
        ...echeck,
        bank_account_number: masked(echeck.bank_account_number),
        customer_tax_id: masked(echeck.customer_tax_id),
        drivers_license_number: masked(echeck.drivers_license_number),
      }),
    }),
    ...(health_benefit_card && {
      health_benefit_card: fromLoose<NonNullable<OrderPayment['health_benefit_card']>>({
        health_benefit_card_expiration_month:
          health_benefit_card.health_benefit_card_expiration_month,
        health_benefit_card_expiration_year:
          health_benefit_card.health_benefit_card_expiration_year,
        health_benefit_card_number: masked(health_benefit_card.health_benefit_card_number),
        health_benefit_card_number_truncated: true,
      }),
    }),
  });
}

type Card = NonNullable<OrderPayment['credit_card']>;

/**
 * Returns a card without its tokens. Its last four digits come from the masked number that was
 * sent, or else from the end of its token (`tok_visa_4242`).
 */
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

// An explicit null stays null, because it clears the field.
function masked(value: string | undefined): string | undefined {
  return value ? `XXXX${value.slice(-4)}`.slice(0, Math.max(4, value.length)) : value;
}
