import type { MerchantWebhook, WebhookDelivery } from '@perennial/contract/perennial.ts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';
import type { Undo } from '../shell/changes.ts';

const webhooksMax = 200;

/** The webhooks of all keys and applications, up to 200. */
export const webhooksQuery = queryOptions<MerchantWebhook[]>({
  queryKey: ['webhooks', 'list'],
  queryFn: async ({ signal }) =>
    (await call('getMerchantWebhooks', { query: { _limit: webhooksMax }, signal })).webhooks ?? [],
});

const pageSize = 50;

/** The tries of a webhook, the newest first, by pages. */
export const deliveriesQuery = (oid: number, only: 'failed' | undefined) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'deliveries', oid, only],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }): Promise<WebhookDelivery[]> => {
      const { deliveries = [] } = await call('getMerchantWebhookDeliveries', {
        params: { webhookOid: oid },
        query: {
          _limit: pageSize,
          _offset: pageParam,
          ...(only === 'failed' && { success: false }),
        },
        signal,
      });
      return deliveries;
    },
    getNextPageParam: (last, pages) =>
      last.length < pageSize ? undefined : pages.length * pageSize,
  });

/** Enables or disables a webhook. Only disabling can be taken back: what was sent stays sent. */
export async function setDisabled(
  oid: number,
  disabled: boolean,
  idempotencyKey: string,
): Promise<Undo | undefined> {
  const params = { webhookOid: oid };
  await call('updateMerchantWebhook', { params, body: { disabled }, idempotencyKey });
  await forget();
  return disabled
    ? async () => {
        await call('updateMerchantWebhook', { params, body: { disabled: false } });
        await forget();
      }
    : undefined;
}

/** Sends a delivery again. */
export async function replay(
  oid: number,
  deliveryId: string,
  idempotencyKey: string,
): Promise<void> {
  await call('replayWebhookDelivery', {
    params: { webhookOid: oid, delivery_id: deliveryId },
    idempotencyKey,
  });
  await forget();
}

const readAgainMs = 1000;

/** Reads the webhooks again when deliveries were tried, at most once a second. */
export function followDeliveries(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = onFrame(({ event_topic: topic }) => {
    if (topic !== 'deliveries') return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void forget();
    }, readAgainMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

const forget = () => queryClient.invalidateQueries({ queryKey: ['webhooks'] });
