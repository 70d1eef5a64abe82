import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { fold } from '../kernel/caseFolding.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { Database } from '../platform/storage/database.ts';
import { mailUser } from './accountNewsOperations.ts';
import {
  countLoginAttempt,
  forgetAttempts,
  type Patience,
  takeBackAttempt,
} from './loginAttemptStore.ts';
import { isPassword } from './password.ts';
import { type FactorParts, passFactor } from './secondFactorOperations.ts';
import { type Access, findAccess, findLogin, insertLogin, lockUser } from './staffStore.ts';

/** The dependencies of logging in. */
export interface LogInParts extends FactorParts {
  readonly db: Database;
  /** Returns a context of the merchant, or undefined when there is no such merchant. */
  findContext(merchantId: string): Promise<Context | undefined>;
}

/** The values that a user entered, and the user's address. */
export interface LogInAttempt {
  readonly merchantId: string;
  readonly login: string;
  readonly password: string;
  /** The code of the user's second factor: six digits, or a recovery code. */
  readonly code?: string | undefined;
  readonly address: string;
  /** The subject for which failed attempts are counted: the address, or its network. */
  readonly addressSubject: string;
  readonly userAgent: string;
}

/** The user who logged in. */
export interface LoggedIn {
  readonly context: Context;
  readonly access: Access;
  /** The stored password that was entered: later steps are valid only until it is replaced. */
  readonly passwordHash: string;
  readonly passwordVersion: number;
}

/**
 * `wrong` does not say which part was wrong, because an attacker would learn which logins exist.
 */
export type LogInFailure =
  | { readonly kind: 'wrong' }
  /** The password was right, but the code of the second factor is missing or wrong. */
  | { readonly kind: 'code'; readonly isWrong: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  /** The password was right, but it is a first password that was not replaced in time. */
  | { readonly kind: 'expired' };

/** Logs a user in with a password, emits the log-in event, and slows down repeated guesses. */
export async function logIn(
  parts: LogInParts,
  attempt: LogInAttempt,
): Promise<Outcome<LoggedIn, LogInFailure>> {
  const account = accountSubject(attempt.merchantId, attempt.login);
  const seconds =
    (await waitOf(parts, attempt.addressSubject, addressPatience)) ??
    (await waitOf(parts, account, accountPatience));
  if (seconds !== undefined) return failure({ kind: 'wait', seconds });

  const context = await parts.findContext(attempt.merchantId);
  const found = context && (await findLogin(parts.db, attempt.merchantId, attempt.login));
  const isRight = await isPassword(attempt.password, found?.passwordHash);
  if (!context || !found || !isRight) return failure({ kind: 'wrong' });
  if (found.isExpired) return failure({ kind: 'expired' });

  const { merchantId, address, code } = attempt;
  const factor = await passFactor(parts.db, parts, merchantId, found.userId, code, (tx) =>
    mailUser(tx, merchantId, found.userId, {
      change: 'recovery_code',
      by: attempt.login,
      address,
      at: context.now,
    }),
  );
  if (factor !== 'passed') return failure({ kind: 'code', isWrong: factor === 'wrong' });

  const access = await remember(context, found.userId, attempt);
  if (!access) return failure({ kind: 'wrong' });
  await Promise.all([
    forgetAttempts(parts.db, account),
    takeBackAttempt(parts.db, attempt.addressSubject),
  ]);
  return success({
    context,
    access,
    passwordHash: required(found.passwordHash, 'the password that was right'),
    passwordVersion: found.passwordVersion,
  });
}

/**
 * Checks the password of a logged-in user, and slows down repeated guesses, because another person
 * at an open browser must not find out the password. Returns the stored password.
 */
export async function confirmPassword(
  parts: Pick<LogInParts, 'db' | 'clock'>,
  merchantId: string,
  login: string,
  password: string,
): Promise<Outcome<string, LogInFailure>> {
  const account = accountSubject(merchantId, login);
  const seconds = await waitOf(parts, account, accountPatience);
  if (seconds !== undefined) return failure({ kind: 'wait', seconds });
  const found = await findLogin(parts.db, merchantId, login);
  if (!(await isPassword(password, found?.passwordHash))) return failure({ kind: 'wrong' });
  await forgetAttempts(parts.db, account);
  return success(required(found?.passwordHash, 'the password that was right'));
}

const accountSubject = (merchantId: string, login: string): string =>
  `account:${merchantId}/${fold(login)}`;

/** Counts an attempt. Returns the number of seconds that it must wait; undefined if it need not. */
async function waitOf(
  { db, clock }: Pick<LogInParts, 'db' | 'clock'>,
  subject: string,
  patience: Patience,
): Promise<number | undefined> {
  const waitUntil = await countLoginAttempt(db, subject, patience, clock.now());
  return waitUntil && secondsUntil(waitUntil, clock.now());
}

// A person mistypes a few times, and an office shares an address. The wait for an account stays
// short, because it also locks out its owner.
const accountPatience: Patience = { free: 5, waitSecondsMax: 60 };
const addressPatience: Patience = { free: 20, waitSecondsMax: 900 };

function remember(
  context: Context,
  userId: number,
  { login, address, userAgent }: LogInAttempt,
): Promise<Access | undefined> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    if (!(await lockUser(context.db, merchantId, userId))) return undefined;
    await insertLogin(
      context.db,
      merchantId,
      { userId, login, address, userAgent: userAgent.slice(0, userAgentMax) },
      context.now,
    );
    await context.events.emit(context, [
      { name: 'user_login', objectType: 'user', objectId: String(userId) },
    ]);
    return findAccess(context.db, merchantId, userId);
  });
}

const userAgentMax = 500;

const secondsUntil = (moment: Temporal.Instant, now: Temporal.Instant): number =>
  Math.max(1, Math.ceil(moment.since(now).total('seconds')));
