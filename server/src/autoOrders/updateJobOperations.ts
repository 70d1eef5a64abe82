import type { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import { errorMessage } from '@perennial/contract/errors.ts';
import { askedBefore, withOnlyKnownCard } from '../orders/cardOperations.ts';
import type { NewCardParts } from '../orders/newCardOperations.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { Refusal, refuse } from '../platform/http/refusal.ts';
import {
  claimUpdateJob,
  countJobAttempt,
  deleteUpdateJob,
  insertUpdateJobs,
  type UpdateJob,
} from './jobStore.ts';
import { type UpdateOptions, type UpdateReaders, updateAutoOrder } from './operations.ts';
import { askOriginalCard } from './originalOrderOperations.ts';
import { leftWords } from './staleForm.ts';
import { appendLogs, loadAutoOrders } from './store.ts';

/** An element of a batch that could not be updated, and the reason. */
export interface FailedElement {
  /** The oid in the element, or its position in the batch if it has none. */
  readonly id: string;
  readonly message: string;
}

/** The result of a batch. */
export interface BatchResult {
  readonly updated: readonly number[];
  readonly failed: readonly FailedElement[];
  /** The fields that were stale and were not changed. */
  readonly left: readonly string[];
  /**
   * The charges for shipments that the batch turned into missed ones, one sentence for each item.
   */
  readonly missed: readonly string[];
  /** Sentences about fields that had no effect. */
  readonly ignored: readonly string[];
}

/**
 * Updates several auto orders, each in its own transaction, so that one bad element does not affect
 * the others (docs/adr/0021-batch-updates.md). Returns the oids that were updated and the elements
 * that were not.
 */
export async function updateBatch(
  context: Context,
  elements: readonly WireAutoOrder[],
  options: UpdateOptions,
): Promise<BatchResult> {
  const updated: number[] = [];
  const left: string[] = [];
  const missed: string[] = [];
  const ignored: string[] = [];
  const failed: FailedElement[] = [];
  for (const [index, body] of elements.entries()) {
    try {
      const oid = body.auto_order_oid ?? refuse('missing_field', { field: 'auto_order_oid' });
      const addTo = (list: string[]) => (words: readonly string[]) =>
        void list.push(...words.map((sentence) => `autoOrders[${index}].${sentence}`));
      const fields = await updateAutoOrder(context, oid, body, {
        ...options,
        onMissed: addTo(missed),
        onIgnored: addTo(ignored),
      });
      left.push(...fields.map((field) => `autoOrders[${index}].${field}`));
      updated.push(oid);
    } catch (error) {
      const id = String(body.auto_order_oid ?? `autoOrders[${index}]`);
      if (!(error instanceof Refusal))
        context.log.error({ err: error, autoOrderOid: id }, 'an element of a batch failed');
      failed.push({ id, message: messageOf(error, context) });
    }
  }
  return { updated, failed, left, missed, ignored };
}

/**
 * Queues a batch. An element that names no auto order refuses the whole batch now, because there is
 * no history that could report its failure.
 */
export async function queueBatch(
  context: Context,
  elements: readonly WireAutoOrder[],
  { validatesOriginalOrder, newCards }: QueueOptions,
): Promise<void> {
  const { merchantId } = context.merchant;
  const oids = elements.map(
    (body, index) =>
      body.auto_order_oid ??
      refuse('missing_field', { field: `autoOrders[${index}].auto_order_oid` }),
  );
  const known = new Set(
    (await loadAutoOrders(context.db, merchantId, oids)).map(({ autoOrderOid }) => autoOrderOid),
  );
  const unknown = oids.find((oid) => !known.has(oid));
  if (unknown !== undefined)
    refuse('not_found', { what: 'auto order', id: unknown }, { objectId: String(unknown) });
  const asked = await withKnownCards(context, elements, newCards);
  await insertUpdateJobs(
    context.db,
    merchantId,
    asked.map((body, index) => ({
      autoOrderOid: oids[index]!,
      body,
      validatesOriginalOrder,
      actorName: context.actor.name,
    })),
  );
}

type QueueOptions = Pick<UpdateOptions, 'validatesOriginalOrder' | 'newCards'>;

// A queued update runs in a transaction, in which the gateway must not be queried.
async function withKnownCards(
  context: Context,
  elements: readonly WireAutoOrder[],
  newCards: NewCardParts | undefined,
): Promise<WireAutoOrder[]> {
  const known: WireAutoOrder[] = [];
  for (const body of elements) {
    const { auto_order_oid: oid = 0, original_order: original } = body;
    const facts =
      newCards && original ? await askOriginalCard(context, oid, original, newCards) : undefined;
    known.push(original ? { ...body, original_order: withOnlyKnownCard(original, facts) } : body);
  }
  return known;
}

/**
 * Runs the next queued update of the merchant. Returns whether there was one. Refusals and
 * unchanged fields are reported in the history of the auto order.
 */
export async function runUpdateJob(context: Context, readers: UpdateReaders): Promise<boolean> {
  const { merchantId } = context.merchant;
  let claimed: UpdateJob | undefined;
  try {
    await inTransaction(context, async (context) => {
      claimed = await claimUpdateJob(context.db, merchantId);
      if (claimed === undefined) return;
      const { autoOrderOid, body, actorName } = claimed;
      const words: string[] = [];
      const left = await updateAutoOrder(asActor(context, claimed), autoOrderOid, body, {
        ...claimed,
        ...(body.original_order && { askedCard: askedBefore(body.original_order) }),
        ...readers,
        onIgnored: (ignored) => words.push(...ignored),
      });
      if (left.length > 0) words.unshift(leftWords(left));
      if (words.length > 0)
        await appendLogs(context.db, merchantId, context.now, [
          { autoOrderOid, message: `Update by ${actorName}: ${words.join(' ')}` },
        ]);
      await deleteUpdateJob(context.db, merchantId, claimed.jobId);
    });
  } catch (error) {
    if (claimed === undefined) throw error;
    await settleFailure(context, claimed, error);
  }
  return claimed !== undefined;
}

// An internal error is retried, because the database may have been unavailable. A permanent error
// must not block the updates behind it.
const attemptsMax = 5;

async function settleFailure(context: Context, job: UpdateJob, error: unknown): Promise<void> {
  const { merchantId } = context.merchant;
  if (!(error instanceof Refusal) && job.attempts + 1 < attemptsMax) {
    await countJobAttempt(context.db, merchantId, job.jobId);
    throw error;
  }
  const reason = messageOf(error, context);
  await inTransaction(context, async ({ db, now }) => {
    // If the job is gone, another worker had the same failure and has already reported it.
    if (!(await deleteUpdateJob(db, merchantId, job.jobId))) return;
    await appendLogs(db, merchantId, now, [
      { autoOrderOid: job.autoOrderOid, message: `Update by ${job.actorName} failed: ${reason}` },
    ]);
  });
}

/**
 * Returns the message of an error for clients: the text of a refusal, or only the request id for an
 * internal error.
 */
const messageOf = (error: unknown, { requestId }: Context): string =>
  error instanceof Refusal ? error.message : errorMessage('internal', { requestId });

const asActor = (context: Context, { actorName }: UpdateJob): Context => ({
  ...context,
  actor: { ...context.actor, name: actorName },
});
