import type { WebhookReplay } from '@perennial/contract/perennial.ts';
import { wireDate } from '../kernel/calendar.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { anyWebhook } from './adminOperations.ts';
import { defaultLeaseMs } from './deliveryLane.ts';
import { addAgain, lockWaiting, makeDue } from './deliveryStore.ts';
import type { WebhookParts } from './operations.ts';
import { isWaiting, type Waiting } from './retry.ts';
import { lockWebhook } from './webhookStore.ts';

/**
 * Sends a delivery again, of a webhook of any owner. The delivery keeps its id, so it is never sent
 * twice at the same time, and a receiver that already has it can ignore it.
 */
export function replayDelivery(
  context: Context,
  parts: WebhookParts,
  webhookOid: number,
  deliveryId: string,
): Promise<WebhookReplay> {
  const { merchantId } = context.merchant;
  if (!isUuid(deliveryId)) return refuseUnknown(deliveryId);
  return inTransaction(context, async (context) => {
    // The delivery is locked before the webhook, in the same order as when attempts are recorded.
    const waiting = await lockWaiting(context.db, merchantId, webhookOid, deliveryId);
    await lockWebhook(context.db, merchantId, webhookOid);
    const { disabled } = await anyWebhook(context, parts, webhookOid);
    if (disabled)
      refuse('state_conflict', {
        reason: 'The webhook is disabled',
        fix: 'Enable it; it then sends its waiting deliveries',
      });
    const attempts = waiting
      ? await tryNow(context, parts, { webhookOid, deliveryId, waiting })
      : await sendOnceMore(context, parts, { webhookOid, deliveryId });
    return { delivery_id: deliveryId, attempt: attempts + 1 };
  });
}

interface Named {
  readonly webhookOid: number;
  readonly deliveryId: string;
}

async function tryNow(
  { db, merchant: { merchantId, timeZone } }: Context,
  { clock }: WebhookParts,
  { webhookOid, deliveryId, waiting }: Named & { readonly waiting: Waiting },
): Promise<number> {
  const now = clock.now();
  if (!isWaiting(waiting, now, defaultLeaseMs))
    refuse('state_conflict', {
      reason: `The delivery ${deliveryId} is being sent`,
      fix: `Wait for the result, or for the next try at ${wireDate(waiting.nextAt, timeZone)}`,
    });
  await makeDue(db, merchantId, webhookOid, deliveryId, now);
  return waiting.attempts;
}

async function sendOnceMore(
  { db, merchant: { merchantId } }: Context,
  { clock }: WebhookParts,
  { webhookOid, deliveryId }: Named,
): Promise<number> {
  const last = await addAgain(db, merchantId, webhookOid, deliveryId, clock.now());
  if (!last) return refuseUnknown(deliveryId);
  if (!last.kept)
    refuse('state_conflict', {
      reason: `The events of the delivery ${deliveryId} are no longer stored`,
      fix: 'Send the objects again: POST /rest/v2/webhook/webhooks/{webhookOid}/reflow/{eventName}',
    });
  return last.attempts;
}

const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);

const refuseUnknown = (deliveryId: string): never =>
  refuse('not_found', { what: 'delivery', id: deliveryId });
