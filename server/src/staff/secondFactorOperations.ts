import type { SecondFactor } from '@perennial/contract/session.ts';
import { required } from '../kernel/assert.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Seal } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import { mailUser, newsOf } from './accountNewsOperations.ts';
import { countLoginAttempt } from './loginAttemptStore.ts';
import { newRecoveryCodes, newSecret, recoveryHash, setupUri, stepOf } from './secondFactor.ts';
import {
  deleteFactor,
  findFactor,
  insertFactor,
  replaceRecoveryCodes,
  takeRecoveryCode,
  takeStep,
} from './secondFactorStore.ts';
import { deleteSessionsOf } from './sessionStore.ts';
import { findSessionUser } from './staffStore.ts';

/** The dependencies of the check of a code. Codes follow the machine's clock. */
export interface FactorParts {
  readonly clock: SystemClock;
  readonly seal: Seal;
}

/** The dependencies of the operations on second factors. */
export interface SecondFactorParts extends FactorParts {
  /** Drops the cached sessions of this process. */
  forget(): void;
}

/** The result of a log-in: `needed` when the user has a second factor and sent no code. */
export type FactorOutcome = 'passed' | 'needed' | 'wrong';

/**
 * Checks the code of a log-in and marks it as used. A user without a second factor passes. The use
 * of a recovery code is reported in the same transaction.
 */
export async function passFactor(
  db: Database,
  { clock, seal }: FactorParts,
  merchantId: string,
  userId: number,
  code: string | undefined,
  onRecovery: (tx: Database) => Promise<void> = async () => {},
): Promise<FactorOutcome> {
  const factor = await findFactor(db, merchantId, userId);
  if (!factor?.isActive) return 'passed';
  if (!code) return 'needed';
  const hash = recoveryHash(code);
  if (hash)
    return db.transaction(async (tx) => {
      if (!(await takeRecoveryCode(tx, merchantId, userId, hash))) return 'wrong';
      await onRecovery(tx);
      return 'passed';
    });
  const step = stepOf(seal.open(factor.sealedSecret), code, clock.now());
  const isTaken = step !== undefined && (await takeStep(db, merchantId, userId, step));
  return isTaken ? 'passed' : 'wrong';
}

/** Describes the caller's second factor. */
export async function getSecondFactor(context: Context): Promise<SecondFactor> {
  const factor = await findFactor(context.db, context.merchant.merchantId, userOf(context));
  return factor?.isActive
    ? { active: true, recovery_codes_left: factor.recoveryCodesLeft }
    : { active: false };
}

/**
 * Creates a secret for the caller's authenticator app. Log-ins ask for codes once it is confirmed.
 */
export async function beginSecondFactor(
  context: Context,
  { seal }: SecondFactorParts,
): Promise<SecondFactor> {
  const { db, merchant, ids } = context;
  const userId = userOf(context);
  const user =
    (await findSessionUser(db, merchant.merchantId, userId)) ?? refuse('ended_session', {});
  const secret = newSecret(ids);
  if (!(await insertFactor(db, merchant.merchantId, userId, seal.seal(secret))))
    refuse('state_conflict', {
      reason: 'A second factor is already active',
      fix: 'Remove it first with DELETE /perennial/v1/session/second_factor',
    });
  const uri = setupUri(secret, merchant.merchantId, user.login);
  return { active: false, secret, uri };
}

/**
 * Activates the secret with a first code. Ends the caller's other sessions and returns recovery
 * codes.
 */
export async function confirmSecondFactor(
  context: Context,
  { seal, clock, forget }: SecondFactorParts,
  code: string,
): Promise<SecondFactor> {
  const userId = userOf(context);
  const { merchantId } = context.merchant;
  const codes = newRecoveryCodes(context.ids);
  await inTransaction(context, async (context) => {
    const factor = await findFactor(context.db, merchantId, userId);
    if (!factor || factor.isActive)
      return refuse('state_conflict', {
        reason: factor ? 'A second factor is already active' : 'No second factor is being set up',
        fix: 'Begin with POST /perennial/v1/session/second_factor',
      });
    const step = stepOf(seal.open(factor.sealedSecret), code, clock.now());
    if (step === undefined || !(await takeStep(context.db, merchantId, userId, step, true)))
      return wrongCode();
    const hashes = codes.map((each) => required(recoveryHash(each), 'hash of a code of ours'));
    await replaceRecoveryCodes(context.db, merchantId, userId, hashes);
    await deleteSessionsOf(context.db, merchantId, userId, context.actor.session?.sessionId);
    await recordAct(context, { act: 'confirmSecondFactor', ...named(userId) });
    await mailUser(context.db, merchantId, userId, newsOf(context, 'second_factor_on'));
  });
  forget();
  return { active: true, recovery_codes_left: codes.length, recovery_codes: codes };
}

/** Removes the caller's second factor. Needs a code, so that a stolen session cannot remove it. */
export async function removeSecondFactor(
  context: Context,
  parts: SecondFactorParts,
  code: string,
): Promise<void> {
  const userId = userOf(context);
  const { merchantId } = context.merchant;
  await slowDown(context, parts.clock, `second factor:${merchantId}/${userId}`);
  await inTransaction(context, async (context) => {
    const outcome = await passFactor(context.db, parts, merchantId, userId, code);
    if (outcome !== 'passed') wrongCode();
    if (!(await deleteFactor(context.db, merchantId, userId)))
      refuse('not_found', { what: 'second factor of user', id: userId });
    await recordAct(context, { act: 'removeSecondFactor', ...named(userId) });
    await mailUser(context.db, merchantId, userId, newsOf(context, 'second_factor_off'));
  });
  // If the merchant requires a second factor, the user must set up another one.
  parts.forget();
}

/**
 * A stolen session must not try all codes. Counted outside the transaction, which may be rolled
 * back.
 */
async function slowDown({ db }: Context, clock: SystemClock, subject: string): Promise<void> {
  const now = clock.now();
  const waitUntil = await countLoginAttempt(db, subject, { free: 5, waitSecondsMax: 60 }, now);
  if (!waitUntil) return;
  const seconds = Math.max(1, Math.ceil(waitUntil.since(now).total('seconds')));
  refuse('too_many_attempts', { seconds }, { retryAfterSeconds: seconds });
}

const named = (userId: number) => ({ objectType: 'user', objectId: String(userId) });

const userOf = ({ actor }: Context): number => required(actor.userId, 'the user of a session');

function wrongCode(): never {
  return refuse('invalid_field', {
    field: 'code',
    reason: 'is not the current code of the app, or was used before',
    fix: 'Send the six digits that the app shows now',
  });
}
