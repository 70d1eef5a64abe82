import type { Context } from '../platform/context.ts';
import { type Answered, type Outcome, type SettleTerms, settle } from './settleOperations.ts';
import { leaveUnknown } from './store.ts';
import { inHalves, parkUnreadable } from './unreadable.ts';

/**
 * Settles a batch like {@link settle}; an attempt at which something throws keeps no other from being
 * settled. It stays unanswered, so nothing is charged again, its auto order is parked, and the
 * gateway is asked once more later on.
 */
export function settleEach(
  context: Context,
  answered: readonly Answered[],
  terms: SettleTerms,
): Promise<Outcome[]> {
  return inHalves(
    answered,
    (some) => settle(context, some, terms),
    async (each, error) => [await leaveUnsettled(context, each, terms, error)],
  );
}

async function leaveUnsettled(
  context: Context,
  answered: Answered,
  { recheckMs }: SettleTerms,
  error: unknown,
): Promise<Outcome> {
  const { merchantId } = context.merchant;
  const { attempt, routed } = answered;
  const { autoOrderOid, rebillNumber, orderId } = attempt;
  context.log.error(
    { err: error, merchantId, autoOrderOid, rebillNumber, answer: routed?.answer.kind },
    'what became of a charge cannot be written',
  );
  await leaveUnknown(context.db, merchantId, [
    { ...attempt, checks: answered.checks ?? 0, recheckMs: recheckMs(answered) },
  ]);
  await parkUnreadable(context, autoOrderOid, error);
  return { autoOrderOid, kind: 'unknown', orderId };
}
