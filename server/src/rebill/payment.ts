import type { AutoOrderPaymentUpdateRequest } from '@perennial/contract/autoOrder.ts';
import type { Order } from '@perennial/contract/order.ts';
import { cardTypes, type OrderPaymentCreditCard } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import type { EditRules } from '../autoOrders/editItem.ts';
import { reactivated } from '../autoOrders/starts.ts';
import { startAgain } from '../autoOrders/steps.ts';
import { localDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { type Outcome, success } from '../kernel/outcome.ts';
import { type CardPolicy, unacceptedCard } from '../orders/cardPolicy.ts';
import type { CardFacts } from '../payments/gateway.ts';
import { isDisabledByDeclines } from './settlement.ts';

/** The time at which a card is entered, and how long it must stay valid. */
export interface CardRules {
  readonly now: Temporal.Instant;
  readonly zone: string;
  readonly policy: CardPolicy;
}

/** Returns the first fault of a new card (auto_order reference, AutoOrderPaymentUpdateRequest). */
export function newCardFault(
  request: AutoOrderPaymentUpdateRequest,
  { now, zone, policy }: CardRules,
): FieldFault | undefined {
  const {
    card_number_token: token,
    card_expiration_month: month,
    card_expiration_year: year,
  } = request;
  if (!token)
    return {
      field: 'card_number_token',
      reason: 'is missing',
      fix: 'Send the token of the new card',
    };
  if (request.card_type && cardTypeOf(request.card_type) === undefined)
    return {
      field: 'card_type',
      reason: 'is not a type of card',
      fix: `Send one of: ${cardTypes.join(', ')}, or leave it out`,
    };
  if (month == null && year == null)
    return unacceptedCard(request, policy, { at: now, timeZone: zone });
  if (month == null || month < 1 || month > 12)
    return {
      field: 'card_expiration_month',
      reason: 'is not a month',
      fix: 'Send a number from 1 to 12',
    };
  if (year == null || year < 2000 || year > 2999)
    return {
      field: 'card_expiration_year',
      reason: 'is not a year of four digits',
      fix: 'Send a year such as 2031',
    };
  const today = localDate(now, zone);
  const monthsLeft = (year - today.year) * 12 + month - today.month;
  if (monthsLeft < 0)
    return {
      field: 'card_expiration_year',
      reason: 'has passed',
      fix: 'Send a card that is still valid',
    };
  return unacceptedCard(request, policy, { at: now, timeZone: zone });
}

/** Returns a type of card in the wire's spelling; clients also write `Visa` and `Mastercard`. */
const cardTypeOf = (text: string): OrderPaymentCreditCard['card_type'] =>
  cardTypes.find((type) => type.toLowerCase() === text.trim().toLowerCase());

/** Returns the request with the gateway's facts about the card. */
export const withFacts = (
  request: AutoOrderPaymentUpdateRequest,
  { type, expiration }: CardFacts = {},
): AutoOrderPaymentUpdateRequest => ({
  ...request,
  ...(type && { card_type: type }),
  ...(expiration && {
    card_expiration_month: expiration.month,
    card_expiration_year: expiration.year,
  }),
});

/** Returns the change that gives the original order the new card. */
export function cardChange(request: AutoOrderPaymentUpdateRequest): Order {
  const { card_number_token, card_expiration_month, card_expiration_year, card_type } = request;
  const card = {
    card_number_token,
    card_expiration_month,
    card_expiration_year,
    card_type: cardTypeOf(card_type ?? ''),
  } as OrderPaymentCreditCard;
  // An absent field does not change; a null would clear it.
  const given = Object.fromEntries(
    Object.entries(card).filter(([, value]) => value != null),
  ) as OrderPaymentCreditCard;
  return { payment: { credit_card: given } };
}

/**
 * The auto orders that a new card makes active again: only those disabled by declines; also those
 * disabled by a person; or also canceled ones.
 */
export type Revival = 'declined' | 'disabled' | 'canceled';

/**
 * Returns the auto order with a new card. Its declines no longer count. If they had disabled it, it
 * becomes active and starts again; the merchant's setting decides which missed shipments are
 * charged. If a person had stopped it, no missed shipment is charged.
 */
export function withNewCard(
  autoOrder: AutoOrder,
  rules: EditRules,
  revival: Revival,
): Outcome<AutoOrder, FieldFault> {
  if (autoOrder.status === 'active' || isDisabledByDeclines(autoOrder))
    return success(withoutDeclines(autoOrder, rules));
  if (!isRevived(autoOrder, revival)) return success(autoOrder);
  const started = reactivated(autoOrder, {}, rules);
  return started.ok ? success({ ...started.value.autoOrder, ...noDeclines }) : started;
}

const isRevived = ({ status, completed }: AutoOrder, revival: Revival): boolean =>
  !completed &&
  ((status === 'disabled' && revival !== 'declined') ||
    (status === 'canceled' && revival === 'canceled'));

const noDeclines = { creditCardAttempt: 0, failureReason: undefined } as const;

/**
 * Returns why an auto order is still stopped although it has a new card; undefined: it is not
 * stopped.
 */
export function stillStopped({ autoOrderOid, status, completed }: AutoOrder): string | undefined {
  const name = `Auto order ${autoOrderOid}`;
  if (status === 'active') return undefined;
  if (completed) return `${name} is completed: the card was stored, and nothing more will ship.`;
  return status === 'canceled'
    ? `${name} is canceled: the card was stored. Send reactivate_canceled=true to activate it again.`
    : `${name} is ${status}: the card was stored, and nothing is charged.`;
}

function withoutDeclines(autoOrder: AutoOrder, rules: EditRules): AutoOrder {
  const wasDisabledByDeclines = isDisabledByDeclines(autoOrder);
  // Without a decline, the next attempt is the day on which the next missed shipment is charged. A
  // new card is not a reason to charge two of them on one day.
  const isRetrying = wasDisabledByDeclines || autoOrder.creditCardAttempt > 0;
  return {
    ...autoOrder,
    status: 'active',
    enabled: true,
    disabledAt: undefined,
    ...noDeclines,
    nextAttemptAt: isRetrying ? undefined : autoOrder.nextAttemptAt,
    items: wasDisabledByDeclines
      ? autoOrder.items.map((item) => startAgain(item, rules.catalog, rules))
      : autoOrder.items,
  };
}
