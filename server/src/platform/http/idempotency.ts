import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { Temporal } from 'temporal-polyfill';
import { assert } from '../../kernel/assert.ts';
import type { SystemClock } from '../clock/systemClock.ts';
import type { Actor, Context } from '../context.ts';
import { eachMerchant } from '../jobs/eachMerchant.ts';
import type { Worker } from '../jobs/loop.ts';
import type { Seal } from '../seal.ts';
import type { Database } from '../storage/database.ts';
import { reachableMerchantIds } from '../tenancy/merchantStore.ts';
import {
  begin,
  deleteForgotten,
  findEarlier,
  forgetUnchanged,
  type IdempotentRequest,
  markCommitted,
  saveAnswer,
} from './idempotentStore.ts';
import { Refusal, refuse } from './refusal.ts';
import { type Rendered, renderedRefusal } from './reply.ts';

/**
 * A client that sends this header with a write may repeat the request: the write is done once and
 * each repeat gets the same response (docs/adr).
 */
export const idempotencyHeader = 'idempotency-key';
/** Marks a repeated response. */
export const replayHeader = 'Idempotent-Replayed';
/** The most characters of an `Idempotency-Key`. */
export const idempotencyKeyMax = 255;

const remembered = { hours: 24 };
// Longer than any request runs. An older run that changed nothing was interrupted, so it may run
// again.
const dead = { minutes: 5 };
const cleaningMs = 3_600_000;

/**
 * Runs a write once per merchant, application, user and key. A repeat gets the first response, or a
 * refusal while the first still runs or when its body differs. A refusal that changed nothing is
 * not stored, so the corrected request may use the same key. The stored response is sealed, because
 * some responses show a secret once.
 */
export async function handleOnce(
  context: Context,
  { clock, seal }: { readonly clock: SystemClock; readonly seal: Seal },
  key: string,
  text: string,
  run: (context: Context) => Promise<Rendered>,
): Promise<{ rendered: Rendered; isReplay: boolean }> {
  const request: IdempotentRequest = {
    merchantId: context.merchant.merchantId,
    applicationId: clientOf(context.actor),
    key,
    hash: createHash('sha256').update(text).digest(),
    begunAt: clock.now(),
  };
  const isOurs = await begin(
    context.db,
    request,
    request.begunAt.subtract(remembered),
    request.begunAt.subtract(dead),
  );
  if (!isOurs)
    return {
      rendered: withBody(await earlierAnswer(context.db, request), (body) =>
        seal.open(Buffer.from(body, 'base64')),
      ),
      isReplay: true,
    };

  const rendered = await runMarked(context, request, run);
  await saveAnswer(
    context.db,
    request,
    withBody(rendered, (body) => seal.seal(body).toString('base64')),
  );
  return { rendered, isReplay: false };
}

/**
 * Users must not share keys: all sessions belong to one console, and many users connect the same
 * OAuth application.
 */
const clientOf = ({ kind, applicationId, userId, name }: Actor): string =>
  kind === 'session' || kind === 'oauth' ? `${applicationId}/${userId}` : (applicationId ?? name);

function withBody(rendered: Rendered, change: (body: string) => string): Rendered {
  return rendered.body === undefined ? rendered : { ...rendered, body: change(rendered.body) };
}

/** Deletes requests that are older than a day. */
export function forgettingWorker(db: Database, clock: SystemClock, log: Logger): Worker {
  const each = eachMerchant(log, 'idempotent requests');
  let cleanedAtMs = -Infinity;
  return {
    name: 'idempotent requests',
    async runOnce() {
      if (clock.monotonicMs() - cleanedAtMs < cleaningMs) return 0;
      cleanedAtMs = clock.monotonicMs();
      const before = clock.now().subtract(remembered);
      return each(await reachableMerchantIds(db), (merchantId) =>
        deleteForgotten(db, merchantId, before),
      );
    },
  };
}

async function earlierAnswer(db: Database, request: IdempotentRequest): Promise<Rendered> {
  const earlier = await findEarlier(db, request);
  // The row was deleted since the first query, because its run was refused. A repeat of this
  // request may run.
  if (!earlier) return refuse('idempotency_conflict', {});
  if (!earlier.hash.equals(request.hash)) return refuse('idempotency_mismatch', {});
  if (earlier.answer) return earlier.answer;
  const isDead = Temporal.Instant.compare(earlier.begunAt, request.begunAt.subtract(dead)) < 0;
  return refuse(isDead ? 'idempotency_interrupted' : 'idempotency_conflict', {});
}

async function runMarked(
  context: Context,
  request: IdempotentRequest,
  run: (context: Context) => Promise<Rendered>,
): Promise<Rendered> {
  try {
    return await run({ ...context, db: marking(context.db, request) });
  } catch (error) {
    const changedNothing = await forgetUnchanged(context.db, request);
    // A refusal after a change (a declined first charge of a stored order) is stored as the
    // response.
    if (!changedNothing && error instanceof Refusal) return renderedRefusal(error);
    throw error;
  }
}

/**
 * Wraps the database so that each change also records, in the same transaction, that the request
 * has changed something. After a crash, this shows whether a repeat is safe. `rows` and `row`
 * outside a transaction only read or advance counters.
 */
function marking(db: Database, request: IdempotentRequest): Database {
  const transaction = <T>(work: (tx: Database) => Promise<T>): Promise<T> =>
    db.transaction(async (tx) => {
      const value = await work(tx);
      assert(
        await markCommitted(tx, request),
        'another process considered the request dead and runs it again',
      );
      return value;
    });
  return {
    rows: (text, values) => db.rows(text, values),
    row: (text, values) => db.row(text, values),
    lookup: (text, values) => db.lookup(text, values),
    run: (text, values) => transaction((tx) => tx.run(text, values)),
    afterCommit: (listener) => db.afterCommit(listener),
    snapshot: (work) => db.snapshot(work),
    takeTime: () => db.takeTime(),
    transaction,
  };
}
