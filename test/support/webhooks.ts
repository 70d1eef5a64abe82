import assert from 'node:assert/strict';
import type { Item } from '@perennial/contract/item.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Webhook } from '@perennial/contract/webhook.ts';
import { required } from '../../server/src/kernel/assert.ts';
import { feedHorizon } from '../../server/src/platform/events/feed.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import { saveSettingsSection } from '../../server/src/platform/tenancy/merchantStore.ts';
import type { AnswerBody, Whole } from './answerBody.ts';
import type { TestAnswer, TestApp } from './app.ts';

/**
 * The actions that tests of webhooks do over the API: webhooks of the first merchant, which may
 * send to this machine, and items that cause events.
 */
export interface WebhookWorld {
  /** Adds a webhook that subscribes to items, or to what `changes` names. */
  addWebhook(
    url: string,
    changes?: Webhook,
  ): Promise<{
    readonly webhook_oid: number;
    readonly basic_username?: string;
    readonly basic_password?: string;
  }>;
  /** Adds an item, which causes an event, and returns its oid. */
  addItem(description?: string): Promise<number>;
  /** Sends deliveries until none is due. */
  deliver(): Promise<void>;
  /** Reads the webhook. */
  webhookOf(oid: number): Promise<Whole<Webhook>>;
  change(oid: number, body: Webhook): Promise<TestAnswer>;
  remove(oid: number): Promise<TestAnswer>;
}

/** Returns the event categories that subscribe to these events. */
export const subscribe = (
  ...names: readonly string[]
): NonNullable<Webhook['event_categories']> => [
  { events: names.map((event_name) => ({ event_name, subscribed: true })) },
];

export async function webhookWorld(world: TestApp): Promise<WebhookWorld> {
  await saveSettingsSection(world.db, 'TEST', 'webhooks', { allow_loopback: true });
  world.app.merchants.forget('TEST');
  let items = 0;
  return {
    async addWebhook(url, changes = {}) {
      const body: Webhook = {
        webhook_url: url,
        event_categories: subscribe('item_create', 'item_update'),
        ...changes,
      };
      return (await granted(world.request({ operation: 'insertWebhook', body }))).webhook;
    },
    async addItem(description = 'coffee') {
      const body: Item = { merchant_item_id: `W${++items}`, description, pricing: { cost: 10 } };
      return (await granted(world.request({ operation: 'insertItem', body }))).item
        .merchant_item_oid;
    },
    async deliver() {
      await untilReadable(world.db);
      await world.work('webhooks');
    },
    async webhookOf(oid) {
      const { webhooks } = await granted(world.request({ operation: 'getWebhooks' }));
      return required(
        webhooks.find((each) => each.webhook_oid === oid),
        `webhook ${oid}`,
      );
    },
    change: (oid, body) =>
      world.request({ operation: 'updateWebhook', params: { webhookOid: oid }, body }),
    remove: (oid) => world.request({ operation: 'deleteWebhook', params: { webhookOid: oid } }),
  };
}

/**
 * Waits until readers of the feed can see all events so far. They wait for every open transaction of
 * the database, and on Citus there are some that are not the test's.
 */
async function untilReadable(db: DatabasePool): Promise<void> {
  const row = await db.row<{ stamp: string }>(
    `select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + stamp_offset)::text as stamp
     from continuity where only_one`,
  );
  const stamp = BigInt(row!.stamp);
  while (BigInt(await feedHorizon(db, 'TEST')) < stamp);
}

async function granted<Id extends OperationId>(
  asked: Promise<TestAnswer<Id>>,
): Promise<AnswerBody<Id>> {
  const { status, text, body } = await asked;
  assert.equal(status, 200, text);
  return body;
}
