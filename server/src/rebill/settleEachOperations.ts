import type { Context } from '../platform/context.ts';
import { inHalves } from '../platform/storage/unreadable.ts';
import type { AnsweredAttempt } from './answeredAttempt.ts';
import { type ChargeOutcome, type SettleTerms, settle } from './settleOperations.ts';
import { saveUnknown } from './store.ts';
import { parkUnreadable } from './unreadableOperations.ts';

/**
 * Settles a batch like {@link settle}, but an attempt that makes it throw does not stop the others:
 * it stays without an answer, so nothing is charged again; its auto order is parked; and the
 * gateway is queried again later.
 */
export function settleEach(
  context: Context,
  answered: readonly AnsweredAttempt[],
  terms: SettleTerms,
): Promise<ChargeOutcome[]> {
  return inHalves(
    answered,
    (some) => settle(context, some, terms),
    async (each, error) => [await leaveUnsettled(context, each, terms, error)],
  );
}

async function leaveUnsettled(
  context: Context,
  answered: AnsweredAttempt,
  { recheckMs }: SettleTerms,
  error: unknown,
): Promise<ChargeOutcome> {
  const { merchantId } = context.merchant;
  const { attempt, routed } = answered;
  const { autoOrderOid, rebillNumber, orderId } = attempt;
  context.log.error(
    { err: error, merchantId, autoOrderOid, rebillNumber, answer: routed?.answer.kind },
    'the outcome of a charge cannot be stored',
  );
  await saveUnknown(context.db, merchantId, [
    { ...attempt, checks: answered.checks ?? 0, recheckMs: recheckMs(answered) },
  ]);
  await parkUnreadable(context, autoOrderOid, error);
  return { autoOrderOid, kind: 'unknown', orderId };
}
