import type { Operation } from '@perennial/contract/operations.ts';
import type { ActorSession } from '../context.ts';
import type { Merchant } from '../tenancy/merchant.ts';
import { refuse } from './refusal.ts';

/**
 * A step that a user must complete before any other action: choose a password, set up a second
 * factor.
 */
export type AccountStep = 'password' | 'second_factor';

/** The facts about how a user logs in. */
export type AccountFacts = Pick<ActorSession, 'hasFirstPassword' | 'hasSecondFactor'>;

/**
 * Returns the steps that a user must complete first; the merchant's settings decide whether second
 * factors are required.
 */
export const accountSteps = (
  { hasFirstPassword, hasSecondFactor }: AccountFacts,
  { settings }: Pick<Merchant, 'settings'>,
): AccountStep[] => [
  ...(hasFirstPassword ? (['password'] as const) : []),
  ...(!hasSecondFactor && settings['require_second_factor'] === true
    ? (['second_factor'] as const)
    : []),
];

/** Refuses an operation of a session while its user must complete a step first. */
export function checkAccountSteps(
  operation: Operation,
  session: ActorSession,
  merchant: Pick<Merchant, 'settings'>,
): void {
  if (operation.beforeSteps) return;
  const steps = accountSteps(session, merchant);
  if (steps.length > 0) refuse('account_steps_needed', { steps });
}
