import {
  type ErrorCode,
  type ErrorWords,
  errorMessage,
  errors,
} from '@perennial/contract/errors.ts';

/**
 * A refused request: a code of the contract's table with the parameters of its message. Nothing was
 * changed.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  readonly status: number;
  /** The id of the object that the refusal is about, if there is one. */
  readonly objectId?: string;
  /** Whole seconds for `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** The current version of the object, for `ETag`. */
  readonly version?: number;

  constructor(code: ErrorCode, message: string, details: RefusalDetails = {}) {
    super(message);
    this.code = code;
    this.status = errors[code].status;
    if (details.objectId !== undefined) this.objectId = details.objectId;
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds;
    if (details.version !== undefined) this.version = details.version;
  }
}

/** Optional parts of a refusal's response. */
export interface RefusalDetails {
  readonly objectId?: string;
  readonly retryAfterSeconds?: number;
  readonly version?: number;
}

/** The refusal as a value. */
export function refusal<Code extends ErrorCode>(
  code: Code,
  words: ErrorWords<Code>,
  details?: RefusalDetails,
): Refusal {
  return new Refusal(code, errorMessage(code, words), details);
}

/** Throws a refusal, which ends the request. */
export function refuse<Code extends ErrorCode>(
  code: Code,
  words: ErrorWords<Code>,
  details?: RefusalDetails,
): never {
  throw refusal(code, words, details);
}
