import { Temporal } from 'temporal-polyfill';
import { type Context, inTransaction } from '../platform/context.ts';
import type { Seal } from '../platform/seal.ts';
import {
  type Failing,
  freeHeld,
  lockFailing,
  type SettledDelivery,
  saveFailing,
  settleDeliveries,
} from './deliveryStore.ts';
import { downAfterFailures } from './lane.ts';
import { webhookToWire } from './present.ts';
import { decideRetry, isBeyondHope } from './retry.ts';
import type { Tried } from './webhook.ts';
import { disableWebhook, findWebhook } from './webhookStore.ts';

/**
 * Records attempts of one webhook. Delivered ones are done, the others are scheduled again.
 * Disables a webhook whose receiver is gone or has failed for too long, with an event that reports
 * it.
 */
export async function settleTries(
  context: Context,
  seal: Seal,
  webhookOid: number,
  tried: readonly Tried[],
  jitter: () => number,
): Promise<void> {
  const { merchantId } = context.merchant;
  const settled = tried.map((each) => settledBy(each, jitter()));
  await inTransaction(context, async (context) => {
    await settleDeliveries(context.db, merchantId, webhookOid, settled);
    // Locked late, because no other process can form the webhook's next deliveries while its row is
    // locked.
    const failing = await lockFailing(context.db, merchantId, webhookOid);
    if (!failing) return;
    if (settled.some(({ retryAt }) => retryAt === undefined))
      await freeHeld(context.db, merchantId, webhookOid);
    const after = tried.reduce(countFailure, failing);
    if (after.consecutiveFailures === 0 && failing.consecutiveFailures === 0) return;
    const end = endOf(tried, after);
    const isDown = after.consecutiveFailures >= downAfterFailures;
    await saveFailing(context.db, merchantId, webhookOid, {
      ...after,
      disabledReason: end,
      isDown,
      pausedUntil: pausedUntil(tried, settled),
    });
    // Another batch that failed at the same time may have disabled it already; only one event
    // reports it.
    if (end !== undefined && !failing.isDisabled) {
      await emitDisabled(context, seal, webhookOid, end);
    }
  });
}

/** The reason that is stored when a webhook's key, user or grant is gone. */
export const ownerGone = 'its owner is gone: the key, the user or the grant behind it was removed';

/**
 * Disables a webhook whose owner is gone. Its waiting events are kept for a new owner, which an
 * administrator may assign.
 */
export function disableOwnerless(context: Context, seal: Seal, webhookOid: number): Promise<void> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    if (await disableWebhook(context.db, merchantId, webhookOid, ownerGone))
      await emitDisabled(context, seal, webhookOid, ownerGone);
  });
}

async function emitDisabled(
  context: Context,
  seal: Seal,
  webhookOid: number,
  reason: string,
): Promise<void> {
  const { merchantId } = context.merchant;
  context.log.warn({ merchantId, webhookOid, reason }, 'a webhook was disabled');
  const webhook = await findWebhook(context.db, seal, merchantId, webhookOid);
  await context.events.emit(context, [
    {
      name: 'webhook_disable',
      objectType: 'webhook',
      objectId: String(webhookOid),
      data: { reason, object: webhook && webhookToWire(webhook, context.merchant, false) },
    },
  ]);
}

function settledBy(
  { attempt, isForgotten, retryAfterSeconds }: Tried,
  jitter: number,
): SettledDelivery {
  if (isForgotten) return { attempt };
  const result =
    attempt.statusCode === undefined
      ? { kind: 'failed' as const, why: attempt.response }
      : {
          kind: 'answered' as const,
          status: attempt.statusCode,
          ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
        };
  const decision = decideRetry(result, attempt.delivery.attempts + 1, attempt.at, jitter);
  switch (decision.kind) {
    case 'delivered':
      return { attempt };
    case 'retry':
      return { attempt, retryAt: decision.at };
    case 'gone':
      // Stored in case a client enables the webhook again.
      return { attempt, retryAt: attempt.at };
  }
}

/** Counts a failure. A delivery without events to send is not a failure of the receiver. */
function countFailure(failing: Failing, { attempt, isForgotten }: Tried): Failing {
  if (attempt.success) return { isDisabled: failing.isDisabled, consecutiveFailures: 0 };
  if (isForgotten) return failing;
  return {
    ...failing,
    consecutiveFailures: failing.consecutiveFailures + 1,
    failingSince: failing.failingSince ?? attempt.at,
  };
}

/** Returns why the webhook must be disabled; undefined when it stays enabled. */
function endOf(tried: readonly Tried[], { failingSince }: Failing): string | undefined {
  if (tried.some(({ attempt }) => attempt.statusCode === 410))
    return 'the receiver returned status 410, gone';
  const last = tried.at(-1)!.attempt;
  return failingSince && isBeyondHope(failingSince, last.at)
    ? 'every delivery has failed for 72 hours'
    : undefined;
}

/** Returns the end of the pause: a receiver's `Retry-After` applies to all its deliveries. */
function pausedUntil(
  tried: readonly Tried[],
  settled: readonly SettledDelivery[],
): Temporal.Instant | undefined {
  const asked = settled
    .filter((_, index) => tried[index]!.retryAfterSeconds !== undefined)
    .flatMap(({ retryAt }) => retryAt ?? []);
  return asked.sort((a, b) => Temporal.Instant.compare(a, b)).at(-1);
}
