import type { MerchantWebhook, WebhookDelivery } from '@perennial/contract/perennial.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { everyPage } from '../api/everyPage.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';
import { pageOf } from '../kit/listQuery.ts';
import type { ListState } from '../kit/searchParts.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import type { Undo } from '../shell/changes.ts';
import { deliverySearchOf, deliverySort } from './deliveryList.ts';

/** The webhooks of all keys and applications. */
export const webhooksQuery = queryOptions<MerchantWebhook[]>({
  queryKey: ['webhooks', 'list'],
  queryFn: ({ signal }) =>
    everyPage<MerchantWebhook>(
      async (query) => (await call('getMerchantWebhooks', { query, signal })).webhooks,
    ),
});

/** The number of attempts on the page of a webhook. */
const latestMax = 20;

/** The latest attempts of a webhook, the newest first. */
export const latestDeliveriesQuery = (oid: number) =>
  queryOptions<WebhookDelivery[]>({
    queryKey: ['webhooks', 'latest deliveries', oid],
    queryFn: async ({ signal }) => {
      const input = { params: { webhookOid: oid }, query: { _limit: latestMax }, signal };
      return (await call('getMerchantWebhookDeliveries', input)).deliveries ?? [];
    },
  });

/** The attempts that match the address of the list of deliveries. */
export function deliveryListQuery({
  sort = deliverySort,
  from,
  end,
  open: _open,
  ...state
}: ListState) {
  const body = deliverySearchOf(state);
  return sortedListQuery<WebhookDelivery>(
    ['webhooks', 'deliveries', body],
    { sort, from, end, key: 'delivery_dts' },
    async (query, signal) => {
      const found = await call('searchDeliveries', { body, query, signal });
      return pageOf(found.deliveries, found);
    },
  );
}

/**
 * Enables or disables a webhook. Only disabling can be undone, because sent deliveries stay sent.
 */
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

/** Refreshes the webhooks after delivery attempts, at most once a second. */
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

/** Calls `hear` with each try that the live socket reports. */
export const onDelivery = (hear: (delivery: WebhookDelivery) => void): (() => void) =>
  onFrame(({ event_delivery: delivery }) => {
    if (delivery) hear(delivery);
  });

/** Reads the lists of deliveries again. */
export const readDeliveriesAgain = (): void => void forget();

const forget = () => queryClient.invalidateQueries({ queryKey: ['webhooks'] });
