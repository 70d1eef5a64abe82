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
import { decide, isBeyondHope } from './retry.ts';
import type { Attempt } from './webhook.ts';
import { disableWebhook, findWebhook } from './webhookStore.ts';
import { toWire } from './wire.ts';

/** A try that is over. */
export interface Tried {
  readonly attempt: Attempt;
  /** Its events are no longer kept, so it can never be sent. */
  readonly isForgotten: boolean;
  /** We ended it ourselves, before there was an answer. */
  readonly isCut: boolean;
  readonly retryAfterSeconds?: number;
}

/** From so many failures in a row on the receiver counts as down: nothing new is sent until the next try is due. */
export const downAfterFailures = 5;

/** Writes down tries of one webhook: what arrived is done, the rest is tried again, and a receiver beyond hope is given up with an event that says so. */
export async function settle(
  context: Context,
  seal: Seal,
  webhookOid: number,
  tried: readonly Tried[],
  jitter: () => number,
): Promise<void> {
  const { merchantId } = context.merchant;
  const settled = tried.map((each) => settledBy(each, jitter()));
  await inTransaction(context, async (inside) => {
    await settleDeliveries(inside.db, merchantId, webhookOid, settled);
    // Locked late: while one holds the webhook, nobody forms what is to be sent next.
    const failing = await lockFailing(inside.db, merchantId, webhookOid);
    if (!failing) return;
    if (settled.some(({ retryAt }) => retryAt === undefined))
      await freeHeld(inside.db, merchantId, webhookOid);
    const after = tried.reduce(countFailure, failing);
    if (after.consecutiveFailures === 0 && failing.consecutiveFailures === 0) return;
    const end = endOf(tried, after);
    const isDown = after.consecutiveFailures >= downAfterFailures;
    await saveFailing(inside.db, merchantId, webhookOid, {
      ...after,
      disabledReason: end,
      isDown,
      pausedUntil: pausedUntil(tried, settled),
    });
    // Others that failed at the same time may have disabled it already, and one event tells of it.
    if (end !== undefined && !failing.isDisabled) {
      await emitDisabled(inside, seal, webhookOid, end);
    }
  });
}

/** Why a webhook is disabled whose key, user or grant is gone. */
export const ownerGone = 'its owner is gone: the key, the user or the grant behind it was removed';

/** Disables a webhook whose owner is gone. What waits for it stays for the owner that an administrator may give it. */
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
      data: { reason, object: webhook && toWire(webhook, context.merchant, false) },
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
  const decision = decide(result, attempt.delivery.attempts + 1, attempt.at, jitter);
  switch (decision.kind) {
    case 'delivered':
      return { attempt };
    case 'retry':
      return { attempt, retryAt: decision.at };
    case 'gone':
      // Kept for the case that somebody enables the webhook again.
      return { attempt, retryAt: attempt.at };
  }
}

/** That we no longer have what was to be sent is no failure of the receiver. */
function countFailure(failing: Failing, { attempt, isForgotten }: Tried): Failing {
  if (attempt.success) return { isDisabled: failing.isDisabled, consecutiveFailures: 0 };
  if (isForgotten) return failing;
  return {
    ...failing,
    consecutiveFailures: failing.consecutiveFailures + 1,
    failingSince: failing.failingSince ?? attempt.at,
  };
}

/** Why the webhook must be disabled, if it must. */
function endOf(tried: readonly Tried[], { failingSince }: Failing): string | undefined {
  if (tried.some(({ attempt }) => attempt.statusCode === 410))
    return 'the receiver answered 410, gone';
  const last = tried.at(-1)!.attempt;
  return failingSince && isBeyondHope(failingSince, last.at)
    ? 'every delivery has failed for 72 hours'
    : undefined;
}

/** A receiver that asks for a pause gets it for everything. */
function pausedUntil(
  tried: readonly Tried[],
  settled: readonly SettledDelivery[],
): Temporal.Instant | undefined {
  const asked = settled
    .filter((_, index) => tried[index]!.retryAfterSeconds !== undefined)
    .flatMap(({ retryAt }) => retryAt ?? []);
  return asked.sort((a, b) => Temporal.Instant.compare(a, b)).at(-1);
}
