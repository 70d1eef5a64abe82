import type { VersionedJson } from '../storage/page.ts';

/**
 * The result of an operation. The pipeline adds the envelope of the wire where the response has
 * one.
 */
export type Answer =
  | { readonly kind: 'payload'; readonly json: string; readonly extras: AnswerExtras }
  | {
      readonly kind: 'bare';
      readonly value: unknown;
      readonly status: number;
      readonly warning?: Warning;
    }
  | { readonly kind: 'nothing'; readonly headers?: AnswerHeaders };

/** More headers of a response, for example `Set-Cookie`. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;

/** The parts of a response in addition to its payload. */
export interface AnswerExtras {
  readonly resultSet?: ResultSet;
  readonly warning?: Warning;
  /** More payload keys next to the main one, such as `task_context` or `my_user_id`. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Sent as `ETag`, for clients that want to update only what they have seen. */
  readonly version?: number;
  /** The `error` and `success: false` of a batch in which some elements failed. */
  readonly partialFailure?: {
    readonly developerMessage: string;
    readonly objectIds: readonly string[];
  };
}

/**
 * A page of a list (auto_order reference, ResultSet). `totalRecords` is absent where counting would
 * take too long.
 */
export interface ResultSet {
  readonly count: number;
  readonly limit: number;
  readonly offset: number;
  readonly more: boolean;
  readonly totalRecords?: number;
}

/** A note about a request that succeeded. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** A result whose payload PostgreSQL has already rendered as JSON text. */
export const payloadText = (json: string, extras: AnswerExtras = {}): Answer => ({
  kind: 'payload',
  json,
  extras,
});

/** One record that PostgreSQL has already rendered as JSON text, with its version as `ETag`. */
export const versioned = ({ json, version }: VersionedJson): Answer =>
  payloadText(json, { version });

/** A result whose payload is a value. Undefined fields are left out. */
export const payload = (value: unknown, extras: AnswerExtras = {}): Answer => ({
  kind: 'payload',
  json: JSON.stringify(value),
  extras,
});

/** A result without a payload: the response has only the envelope. */
export const done = (extras: AnswerExtras = {}): Answer => ({ kind: 'payload', json: '', extras });

/** A result outside the usual envelope, as the OAuth standards require. */
export const bare = (value: unknown, status = 200): Answer => ({ kind: 'bare', value, status });

/** Status 204: done, without content. */
export const noContent = (headers: AnswerHeaders = {}): Answer => ({ kind: 'nothing', headers });

/** The body of a successful response: `success`, `metadata` and the payload, if any, under its key. */
export function envelope(
  payloadKey: string | undefined,
  json: string,
  extras: AnswerExtras,
): string {
  const failed = extras.partialFailure;
  const metadata = JSON.stringify({
    payload_name: payloadKey,
    result_set: extras.resultSet && wireResultSet(extras.resultSet),
  });
  const members = [`"success":${failed === undefined}`, `"metadata":${metadata}`];
  members.push(...payloadMembers(payloadKey, json, extras));
  if (extras.warning) {
    const { code, message } = extras.warning;
    const warning = { warning_code: code, warning_message: message };
    members.push(`"warning":${JSON.stringify(warning)}`);
  }
  if (failed) {
    const error = errorBody(failed.developerMessage, 400, failed.objectIds.join(','));
    members.push(`"error":${JSON.stringify(error)}`);
  }
  return `{${members.join()}}`;
}

/**
 * The body of a successful response whose model has no envelope. A published client refuses fields
 * that the model lacks.
 */
export const withoutEnvelope = (
  payloadKey: string | undefined,
  json: string,
  extras: AnswerExtras,
): string => `{${payloadMembers(payloadKey, json, extras).join()}}`;

/** Renders the payload and its `extras` as the members of an object. Leaves out undefined ones. */
const payloadMembers = (
  payloadKey: string | undefined,
  json: string,
  { beside = {} }: AnswerExtras,
): string[] => [
  ...(payloadKey === undefined ? [] : [`${JSON.stringify(payloadKey)}:${json}`]),
  ...Object.entries(beside).flatMap(([key, value]) =>
    value === undefined ? [] : `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  ),
];

/** The wire's Error. Both messages say what was wrong and how to fix it. */
export function errorBody(message: string, status: number, objectId?: string) {
  return {
    developer_message: message,
    user_message: message,
    error_code: String(status),
    ...(objectId ? { object_id: objectId } : {}),
  };
}

function wireResultSet(set: ResultSet) {
  return {
    count: set.count,
    limit: set.limit,
    offset: set.offset,
    more: set.more,
    // Records that were left out still count in the positions of the page.
    ...(set.more ? { next_offset: set.offset + set.limit } : {}),
    ...(set.totalRecords === undefined ? {} : { total_records: set.totalRecords }),
  };
}
