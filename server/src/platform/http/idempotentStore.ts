import type { Temporal } from 'temporal-polyfill';
import type { Redaction } from '../privacy/redaction.ts';
import type { Seal } from '../seal.ts';
import type { Database } from '../storage/database.ts';
import type { Rendered } from './reply.ts';

/** A request that its client may repeat, and the time at which this run of it began. */
export interface IdempotentRequest {
  readonly merchantId: string;
  readonly applicationId: string;
  readonly key: string;
  /** The hash of operation, path, query and body. */
  readonly hash: Buffer;
  readonly begunAt: Temporal.Instant;
}

/** An earlier request with the same key, as it is stored. */
export interface EarlierRequest {
  readonly hash: Buffer;
  readonly state: 'begun' | 'committed' | 'answered';
  readonly begunAt: Temporal.Instant;
  readonly answer?: Rendered;
}

const keyColumns = 'merchant_id = $1 and application_id = $2 and idempotency_key = $3';
const keyValues = ({ merchantId, applicationId, key }: IdempotentRequest) => [
  merchantId,
  applicationId,
  key,
];
// When a run was taken over because it seemed to be dead, its row has another time of begin.
const ownRun = `${keyColumns} and begun_at = $4`;
const ownValues = (request: IdempotentRequest) => [...keyValues(request), request.begunAt];

/**
 * Stores that the request has begun. Returns false when an earlier request with the key still
 * counts: it has not expired, and it is not a dead run that changed nothing.
 */
export async function begin(
  db: Database,
  request: IdempotentRequest,
  forgottenBefore: Temporal.Instant,
  deadBefore: Temporal.Instant,
): Promise<boolean> {
  const begun = await db.run(
    `insert into idempotent_request as r (merchant_id, application_id, idempotency_key, begun_at,
      request_hash, state)
     values ($1, $2, $3, $4, $5, 'begun')
     on conflict (merchant_id, application_id, idempotency_key) do update
     set begun_at = $4, request_hash = $5, state = 'begun', status = null, body = null, etag = null,
       error = null, refusal_code = null
     where r.begun_at < $6 or (r.state = 'begun' and r.begun_at < $7)`,
    [...ownValues(request), request.hash, forgottenBefore, deadBefore],
  );
  return begun === 1;
}

/** Finds the earlier request with the same key; undefined if this is the first. */
export async function findEarlier(
  db: Database,
  request: IdempotentRequest,
): Promise<EarlierRequest | undefined> {
  const row = await db.row<IdempotentRow>(
    `select request_hash, state, begun_at, status, body, etag, error, refusal_code
      from idempotent_request where ${keyColumns}`,
    keyValues(request),
  );
  if (!row) return undefined;
  const { status, body, etag, error, refusal_code: refusalCode } = row;
  const answer =
    status === null
      ? {}
      : {
          answer: {
            status,
            ...(body === null ? {} : { body }),
            ...(etag === null ? {} : { etag }),
            ...(error === null ? {} : { error }),
            ...(refusalCode === null ? {} : { refusalCode }),
          },
        };
  return { hash: row.request_hash, state: row.state, begunAt: row.begun_at, ...answer };
}

interface IdempotentRow {
  request_hash: Buffer;
  state: EarlierRequest['state'];
  begun_at: Temporal.Instant;
  status: number | null;
  body: string | null;
  etag: string | null;
  error: string | null;
  refusal_code: string | null;
}

/**
 * Marks, in the transaction of a change, that the request must not run again. Returns false when
 * the run was taken over.
 */
export async function markCommitted(tx: Database, request: IdempotentRequest): Promise<boolean> {
  return (
    (await tx.run(
      `update idempotent_request set state = 'committed' where ${ownRun}`,
      ownValues(request),
    )) === 1
  );
}

/** Stores the response for repeats of the request. */
export async function saveAnswer(
  db: Database,
  request: IdempotentRequest,
  { status, body, etag, error, refusalCode }: Rendered,
): Promise<void> {
  await db.run(
    `update idempotent_request set state = 'answered', status = $5, body = $6, etag = $7, error = $8,
      refusal_code = $9 where ${ownRun}`,
    [...ownValues(request), status, body, etag, error, refusalCode],
  );
}

/** Deletes a request that changed nothing. If it changed something, keeps it and returns false. */
export async function forgetUnchanged(db: Database, request: IdempotentRequest): Promise<boolean> {
  return (
    (await db.run(
      `delete from idempotent_request where ${ownRun} and state = 'begun'`,
      ownValues(request),
    )) === 1
  );
}

/** Deletes responses stored before this time. Returns their number. */
export function deleteForgotten(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  return db.run('delete from idempotent_request where merchant_id = $1 and begun_at < $2', [
    merchantId,
    before,
  ]);
}

/** Seals the stored responses of a merchant with the current key. */
export async function resealResponses(tx: Database, merchantId: string, seal: Seal): Promise<void> {
  const rows = await tx.rows<{ application_id: string; idempotency_key: string; body: string }>(
    `select application_id, idempotency_key, body from idempotent_request
     where merchant_id = $1 and body is not null for no key update`,
    [merchantId],
  );
  for (const { application_id, idempotency_key, body } of rows)
    await tx.run(
      `update idempotent_request set body = $4
       where merchant_id = $1 and application_id = $2 and idempotency_key = $3`,
      [
        merchantId,
        application_id,
        idempotency_key,
        seal.reseal(Buffer.from(body, 'base64')).toString('base64'),
      ],
    );
}

/**
 * Removes people from a merchant's stored responses: from those that contain one of these
 * lower-case texts. A repeat of such a request still gets its response, without the people. Returns
 * the number of changed responses.
 */
export async function redactResponses(
  tx: Database,
  merchantId: string,
  texts: readonly string[],
  { seal, redaction }: { readonly seal: Seal; readonly redaction: Redaction },
): Promise<number> {
  let changed = 0;
  let after: readonly [string, string] = ['', ''];
  for (;;) {
    const rows = await readResponses(tx, merchantId, after);
    for (const { application_id, idempotency_key, body, error } of rows) {
      after = [application_id, idempotency_key];
      const opened = body === null ? '' : seal.open(Buffer.from(body, 'base64'));
      const shown = `${opened}\n${error ?? ''}`.toLowerCase();
      if (!texts.some((text) => shown.includes(text))) continue;
      const redacted = body && seal.seal(redactedBody(opened, redaction)).toString('base64');
      changed += await tx.run(
        `update idempotent_request set body = $4, error = $5
         where merchant_id = $1 and application_id = $2 and idempotency_key = $3`,
        [merchantId, ...after, redacted, error && redaction.text(error)],
      );
    }
    if (rows.length < pageSize) return changed;
  }
}

const pageSize = 200;

const readResponses = (tx: Database, merchantId: string, after: readonly [string, string]) =>
  tx.rows<{
    application_id: string;
    idempotency_key: string;
    body: string | null;
    error: string | null;
  }>(
    `select application_id, idempotency_key, body, error from idempotent_request
     where merchant_id = $1 and state = 'answered' and (application_id, idempotency_key) > ($2, $3)
     order by application_id, idempotency_key limit ${pageSize} for no key update`,
    [merchantId, ...after],
  );

/** Responses are JSON, except CSV sheets and pages. */
function redactedBody(body: string, redaction: Redaction): string {
  try {
    return JSON.stringify(redaction.json(JSON.parse(body)));
  } catch {
    return redaction.text(body);
  }
}
