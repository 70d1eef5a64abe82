import type { Refused } from '../api/refused.ts';

/** The filled-in parts of the form, besides the login and the password. */
interface Entered {
  readonly asksForMerchant: boolean;
  readonly hasCode: boolean;
}

/**
 * Describes why a log-in was refused and what to do next. The server's messages are for programs:
 * they name fields that this form may not show, and requests.
 */
export function logInWords({ code, message }: Pick<Refused, 'code' | 'message'>, entered: Entered) {
  const words = table[code as keyof typeof table];
  return words === undefined ? message : words(entered);
}

const table = {
  wrong_log_in: ({ asksForMerchant }: Entered) =>
    `${asksForMerchant ? 'The merchant, the login and the password' : 'The login and the password'} ` +
    'do not match. Check them; an administrator can set a new password.',
  second_factor_needed: ({ hasCode }: Entered) =>
    hasCode
      ? 'The code is wrong or was used before. Enter the digits that the app shows now, or a ' +
        'recovery code. An administrator can remove the second factor.'
      : 'Enter the code that your authenticator app shows now, or a recovery code.',
  expired_password: () =>
    'The first password was not replaced in time and no longer works. Ask an administrator for a ' +
    'new one.',
  ended_session: () => 'The session has ended. Log in again.',
} as const;
