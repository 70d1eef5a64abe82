/** The codes of refusals in the contract, and the codes of failures that no server sent. */
export type RefusalCode = string;

/** The error of a call without a result: the server refused it, or could not be reached. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** `offline` when no response came. */
  readonly code: RefusalCode;
  /** 0 when no response came. */
  readonly status: number;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    facts: {
      code: RefusalCode;
      status: number;
      requestId?: string | undefined;
      retryAfterSeconds?: number | undefined;
    },
  ) {
    super(message);
    this.code = facts.code;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

/**
 * Returns why a person must log in before a call can succeed; undefined when a log-in would not
 * help.
 */
export function logInReason({ code, status }: Refused): 'ended' | 'recent' | undefined {
  if (code === 'recent_log_in_needed') return 'recent';
  if (status !== 401 || notAboutTheSession.has(code)) return undefined;
  return 'ended';
}

const notAboutTheSession = new Set([
  'missing_permission',
  'address_not_allowed',
  'wrong_log_in',
  'second_factor_needed',
  'account_steps_needed',
  'expired_password',
]);

/**
 * Returns the milliseconds to wait before the call is repeated; undefined when it must not be.
 * Reads and writes with an idempotency key are both repeated, because a write with the same key has
 * no second effect.
 */
export function retryDelayMs(
  { code, status, retryAfterSeconds }: Refused,
  attempt: number,
): number | undefined {
  if (attempt > attemptsMax) return undefined;
  if (status === 429 && code !== 'too_many_attempts')
    return retryAfterSeconds !== undefined && retryAfterSeconds <= waitSecondsMax
      ? retryAfterSeconds * 1000
      : undefined;
  const isPassing = status === 0 || status === 502 || status === 503 || status === 504;
  return isPassing || code === 'idempotency_conflict' ? 250 * 4 ** (attempt - 1) : undefined;
}

const attemptsMax = 3;
/** Longer waits are shown to the person instead of waiting silently. */
const waitSecondsMax = 10;

/**
 * Returns whether a failure leaves open if an earlier attempt of the write succeeded: there was no
 * response, the server failed, it refused the log-in, the permission or the rate, or the first
 * attempt still runs.
 */
export function isUnanswered(failed: unknown): boolean {
  if (!(failed instanceof Refused)) return false;
  const { status, code } = failed;
  return [0, 401, 403, 429].includes(status) || status >= 500 || code === 'idempotency_conflict';
}

/** Returns whether the server has done, or is doing, another write under the key. */
export const isMismatch = (failed: unknown): boolean =>
  failed instanceof Refused && failed.code === mismatch;

/**
 * Returns whether a write was refused because its record has changed: another person saved it, or
 * an earlier attempt of the same form did, with other values.
 */
export const isOutdated = (refused: Refused): boolean =>
  refused.status === 412 || isMismatch(refused);

const mismatch = 'idempotency_mismatch';

const mismatchWords =
  'An earlier try of this form reached the server, with other values. ' +
  'Check what was saved. Pressing again saves these values as well.';

/** Reads a refusal from a response. */
export function refusalOf(status: number, headers: Headers, body: unknown): Refused {
  const { error } = (body ?? {}) as { error?: { user_message?: string } };
  const retryAfter = Number(headers.get('Retry-After') ?? Number.NaN);
  const code = headers.get('X-Perennial-Refusal') ?? `status_${status}`;
  const words = error?.user_message ?? headers.get('UC-REST-ERROR');
  return new Refused(
    code === mismatch ? mismatchWords : (words ?? `The server sent status ${status}.`),
    {
      code,
      status,
      requestId: headers.get('X-Request-Id') ?? undefined,
      retryAfterSeconds: Number.isNaN(retryAfter) ? undefined : retryAfter,
    },
  );
}
