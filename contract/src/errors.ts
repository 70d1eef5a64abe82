/**
 * The reasons for refusing a request: a closed table of codes, each with its status and its
 * message.
 *
 * A message names the field, what was wrong with it, and how to fix it. It is sent in the header
 * UC-REST-ERROR and in the body, so it contains nothing internal. The auto_order reference lists
 * 400, 401, 410, 429 and 500; 404 and 413 are ours; 409, 412 and 422 occur only after optional
 * headers of the client.
 */

/** One row: the status, and the function that builds the message from the details of the case. */
interface ErrorRow {
  readonly status: 400 | 401 | 404 | 409 | 410 | 412 | 413 | 422 | 429 | 500 | 503;
  readonly message: (words: never) => string;
}

/** The step that a user must complete first, in the words of a message. */
const accountSteps: Readonly<Record<string, string>> = {
  password: 'choose another password (POST /perennial/v1/session/password)',
  second_factor: 'set up a second factor (POST /perennial/v1/session/second_factor)',
};

/** The table. */
export const errors = {
  malformed_json: row(
    400,
    (w: { reason: string }) => `The body is not valid JSON: ${w.reason}. Send one JSON object.`,
  ),
  missing_body: row(
    400,
    () => 'The body is missing. Send one JSON object with Content-Type application/json.',
  ),
  wrong_content_type: row(
    400,
    (w: { given: string; expected: string }) =>
      `The body has the content type ${w.given}. Send it as ${w.expected}.`,
  ),
  wrong_content: row(
    400,
    (w: { expected: string }) =>
      `The content of the file is not ${w.expected}. Request an upload link for the extension ` +
      'that fits it.',
  ),
  wrong_encoding: row(
    400,
    (w: { given: string; expected: string }) =>
      `The body or the query is in ${w.given}. Encode it as ${w.expected}.`,
  ),
  wrong_type: row(
    400,
    (w: { field: string; expected: string }) =>
      `${w.field} has the wrong type. Send ${w.expected}.`,
  ),
  wrong_date: row(
    400,
    (w: { field: string }) =>
      `${w.field} is not a date from 1900-01-01 to 2999-12-31. Send ISO 8601, for example 2026-03-31T00:00:00-04:00.`,
  ),
  wrong_format: row(
    400,
    (w: { field: string; expected: string }) =>
      `${w.field} has the wrong form. Send ${w.expected}.`,
  ),
  too_long: row(
    400,
    (w: { field: string; max: number }) =>
      `${w.field} is too long. Send at most ${w.max} characters.`,
  ),
  unknown_enum: row(
    400,
    (w: { field: string; allowed: readonly string[] }) =>
      `${w.field} holds an unknown value. Send one of: ${w.allowed.join(', ')}.`,
  ),
  out_of_range: row(
    400,
    (w: { field: string; min?: number | undefined; max?: number | undefined }) =>
      `${w.field} is out of range. Send ${rangeWords(w)}.`,
  ),
  missing_field: row(400, (w: { field: string }) => `${w.field} is missing. Send it.`),
  invalid_field: row(
    400,
    (w: { field: string; reason: string; fix: string }) => `${w.field} ${w.reason}. ${w.fix}.`,
  ),
  unknown_sort: row(
    400,
    (w: { field: string; allowed: readonly string[] }) =>
      `_sort names ${w.field === '' ? 'an empty field' : `"${w.field}"`}, an improper sort attribute. ` +
      `Percent-encode a plus as %2B. Sort by: ${w.allowed.join(', ')}.`,
  ),
  limit_too_large: row(
    400,
    (w: { max: number }) => `_limit is too large. Send at most ${w.max} and page with _offset.`,
  ),
  too_many_elements: row(
    400,
    (w: { field: string; max: number }) =>
      `${w.field} has too many elements. Send at most ${w.max} in one request.`,
  ),
  too_deep: row(
    400,
    (w: { max: number }) => `The body is nested too deeply. Nest at most ${w.max} levels.`,
  ),
  card_number_refused: row(
    400,
    (w: { field: string }) =>
      `${w.field} contains what looks like a card number. Send a token; card numbers are never accepted.`,
  ),
  quota_reached: row(
    400,
    (w: { max: number; what: string; setting: string }) =>
      `There are ${w.max} ${w.what} already, the most that this installation allows. Delete some that are no ` +
      `longer needed, or ask the operator to raise ${w.setting}.`,
  ),
  state_conflict: row(400, (w: { reason: string; fix: string }) => `${w.reason}. ${w.fix}.`),
  unreadable_record: row(
    400,
    (w: { what: string; id: string | number; parts: string; reason: string; fix: string }) =>
      `The ${w.what} ${w.id} cannot be read: ${w.parts} (${w.reason}). ${w.fix}.`,
  ),
  missing_version: row(
    400,
    (w: { header: string; expected: string }) =>
      `The header ${w.header} is missing. Send ${w.header}: ${w.expected}.`,
  ),
  wrong_version: row(
    400,
    (w: { header: string; expected: string }) =>
      `The header ${w.header} names an unknown version. Send ${w.header}: ${w.expected}.`,
  ),
  if_match_unsupported: row(
    400,
    () => 'If-Match cannot be compared here: this operation has no version. Leave it out.',
  ),
  missing_credentials: row(
    401,
    (w: { header: string }) =>
      `No credentials were sent. Send a key in ${w.header} or a token in Authorization: Bearer.`,
  ),
  bad_credentials: row(401, () => 'The key or token is not known. Check that it was copied whole.'),
  expired_token: row(
    401,
    () => 'The access token has expired. Request a new one with the refresh token.',
  ),
  ended_session: row(
    401,
    () => 'The session has ended. Log in again with POST /perennial/v1/session.',
  ),
  wrong_log_in: row(
    401,
    () => 'The merchant, the login and the password do not match. Check all three.',
  ),
  second_factor_needed: row(
    401,
    (w: { isWrong: boolean }) =>
      `${w.isWrong ? 'The code is wrong or was used before.' : 'The user has a second factor.'} ` +
      'Send as code the six digits that the authenticator app shows now, or a recovery code.',
  ),
  session_needed: row(
    401,
    () =>
      'Only a session may do this. Log in with POST /perennial/v1/session and send its cookie ' +
      'instead of a key or token.',
  ),
  recent_log_in_needed: row(
    401,
    (w: { minutes: number }) =>
      `This needs a log-in that is at most ${w.minutes} minutes old. Log in again with ` +
      'POST /perennial/v1/session and repeat the request.',
  ),
  account_steps_needed: row(
    401,
    (w: { steps: readonly string[] }) =>
      `The user of this session has to ${w.steps.map((step) => accountSteps[step] ?? step).join(' and ')} ` +
      'first.',
  ),
  expired_password: row(
    401,
    () =>
      'The first password was not replaced in time and no longer works. Ask an administrator for ' +
      'another one.',
  ),
  encryption_needed: row(
    400,
    (w: { expected: string }) =>
      `This server accepts only https. Open ${w.expected}, and replace the key or password ` +
      'that was sent without encryption.',
  ),
  foreign_request: row(
    400,
    (w: { reason: string; fix: string }) => `The session's cookie was sent ${w.reason}. ${w.fix}.`,
  ),
  foreign_host: row(
    400,
    (w: { host: string; expected: string }) =>
      `Logging in does not work at the host ${w.host}. Open ${w.expected}, or set PUBLIC_URL to the ` +
      'address that people use.',
  ),
  revoked_key: row(401, () => 'The key was revoked. Use another key.'),
  expired_key: row(
    401,
    (w: { at: string }) =>
      `The key expired at ${w.at}. Use another key, or set a later date with PUT /perennial/v1/keys/{key_id}.`,
  ),
  replaced_key: row(
    401,
    (w: { at: string }) =>
      `The key has a new secret, and this one was accepted until ${w.at}. Use the new secret.`,
  ),
  missing_permission: row(
    401,
    (w: { needed: readonly string[]; needsAll?: boolean; what?: string }) =>
      `The key or user lacks a permission${w.what === undefined ? '' : ` for ${w.what}`}. ` +
      `Grant it ${w.needed.join(w.needsAll ? ' and ' : ' or ')}.`,
  ),
  address_not_allowed: row(
    401,
    (w: { address: string }) =>
      `The key or user may not be used from ${w.address}. Add the address to the allowed addresses of both.`,
  ),
  not_found: row(
    404,
    (w: { what: string; id: string | number; by?: 'code' | 'email' }) =>
      `There is no ${w.what} ${w.id}. Check the ${w.by ?? 'id'}.`,
  ),
  expired_link: row(
    404,
    () =>
      'This link has expired, or the key that requested it has lost the permission. Request a new one.',
  ),
  unknown_path: row(
    404,
    (w: { path: string }) => `There is nothing at ${w.path}. The operations are listed at /docs.`,
  ),
  method_not_allowed: row(
    404,
    (w: { method: string; path: string; allowed: readonly string[] }) =>
      `${w.path} does not accept ${w.method}. Use ${w.allowed.join(' or ')}.`,
  ),
  idempotency_conflict: row(
    409,
    () =>
      'A request with this Idempotency-Key is still running. Wait for its response, then repeat the request.',
  ),
  idempotency_interrupted: row(
    409,
    () =>
      'The first request with this Idempotency-Key was interrupted after it had changed something. ' +
      'Read the object to see what was done, and use a new key for the rest.',
  ),
  application_disabled: row(
    410,
    () => 'The application was disabled. Ask the merchant to enable it again.',
  ),
  precondition_failed: row(
    412,
    () =>
      'The object has changed since it was read, so If-Match does not match. Read it again and repeat the change.',
  ),
  body_too_large: row(
    413,
    (w: { max: number }) => `The body is too large. Send at most ${w.max} bytes.`,
  ),
  idempotency_mismatch: row(
    422,
    () => 'This Idempotency-Key was used for a different request. Use a new key for a new request.',
  ),
  rate_limited: row(
    429,
    (w: { limit: number; seconds: number }) =>
      `rate of ${w.limit} per ${w.seconds} second(s) exceeded.`,
  ),
  too_many_attempts: row(
    429,
    (w: { seconds: number }) =>
      `Too many attempts to log in. Try again in ${w.seconds} second${w.seconds === 1 ? '' : 's'}.`,
  ),
  internal: row(
    500,
    (w: { requestId: string }) =>
      `Something went wrong on our side. Repeat the request, and name request ${w.requestId} when you report it.`,
  ),
  unavailable: row(
    503,
    () =>
      'The server is starting or stopping, has a full disk, or cannot reach PostgreSQL. ' +
      'Repeat the request shortly.',
  ),
} as const satisfies Record<string, ErrorRow>;

/** The name of a decline reason. */
export type ErrorCode = keyof typeof errors;

/** The parameters of a code's message; an empty object if there are none. */
export type ErrorWords<Code extends ErrorCode> =
  Parameters<(typeof errors)[Code]['message']> extends [infer Given] ? Given : Record<never, never>;

/** Returns the message of a code. */
export function errorMessage<Code extends ErrorCode>(code: Code, words: ErrorWords<Code>): string {
  const { message } = errors[code] as ErrorRow;
  return message(words as never);
}

/** A range may have only one bound. */
function rangeWords({ min, max }: { min?: number | undefined; max?: number | undefined }): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `a value from ${min} to ${max}`;
}

function row<Message extends (words: never) => string>(
  status: ErrorRow['status'],
  message: Message,
) {
  return { status, message };
}
