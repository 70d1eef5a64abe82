import type { GatewayKind } from '@perennial/contract/gatewayKind.ts';
import type { ChargeSettleRequest } from '@perennial/contract/perennial.ts';
import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import type { Minor } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { KnownChargeResult } from './charge.ts';

/*
 * What a person found out about a charge without an answer, in the books of a gateway that the
 * settings no longer name and that is therefore not asked.
 */

/** The outcome of a charge as a person states it. */
export type HandOutcome =
  | {
      readonly kind: 'captured';
      /** The gateway's own id of the charge. */
      readonly reference: string;
      readonly gatewayKind?: GatewayKind | undefined;
    }
  | { readonly kind: 'not_charged' };

/** A charge that was settled by a person, or in a preview would be, and what that changes. */
export interface HandSettled {
  readonly key: string;
  /** The gateway with the outcome: of the charge, or the next one of its route that captured it. */
  readonly gateway: string;
  readonly outcome: HandOutcome['kind'];
  readonly reference?: string | undefined;
  readonly amount: Minor;
  readonly currency: string;
  readonly orderId: string;
  readonly orderStage?: string | undefined;
  readonly autoOrderOid?: number | undefined;
  readonly autoOrderStatus?: string | undefined;
  readonly nextAttemptAt?: Temporal.Instant | undefined;
}

/** Reads the outcome that a request states. */
export function handOutcomeOf({
  outcome,
  transaction_id: given,
  gateway_kind: gatewayKind,
}: ChargeSettleRequest): Outcome<HandOutcome, FieldFault> {
  const reference = given?.trim() ?? '';
  if (outcome !== 'captured')
    return reference === '' && !gatewayKind
      ? success({ kind: 'not_charged' })
      : failure({
          field: reference === '' ? 'gateway_kind' : 'transaction_id',
          reason: 'has no meaning for a charge that was not made',
          fix: 'Omit it, or send the outcome captured',
        });
  if (reference === '' || /\p{C}/u.test(reference))
    return failure({
      field: 'transaction_id',
      reason: reference === '' ? 'is missing' : 'has characters that cannot be seen',
      fix: 'Send the id of the charge as the pages of the gateway show it',
    });
  return success({ kind: 'captured', reference, gatewayKind: gatewayKind ?? undefined });
}

/** Says in a decline who stated that nothing was charged. */
export const notChargedWords = (by: string, gateway: string): string =>
  `${by} recorded that ${gateway} did not charge it`;

/** The decline code of a charge that was not made. The card is not at fault, so it may be retried. */
export const notChargedCode = 'processing error';

/** Returns the result of an order's charge that a person states. */
export const handResult = (outcome: HandOutcome, gateway: string, by: string): KnownChargeResult =>
  outcome.kind === 'captured'
    ? {
        kind: 'approved',
        gateway,
        gatewayKind: outcome.gatewayKind,
        reference: outcome.reference,
      }
    : {
        kind: 'declined',
        gateway,
        reason: notChargedWords(by, gateway),
        code: notChargedCode,
      };
