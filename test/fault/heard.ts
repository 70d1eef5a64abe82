import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { sealWith } from '../../server/src/platform/seal.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { secretFrom } from '../../server/src/webhooks/signing.ts';
import { insertWebhook } from '../../server/src/webhooks/webhookStore.ts';
import { at } from '../support/autoOrders.ts';

/** Settings of a merchant with a task for each card that ended an auto order. */
export const listeningSettings: Merchant['settings'] = {
  workflowRules: {
    auto_order_card_update_issue: { enabled: true },
    auto_order_canceled_payment: { enabled: true },
  },
};

const wantedEvents = [
  'auto_order_rebill',
  'auto_order_decline',
  'auto_order_disable',
  'order_create',
];

/** Adds a webhook that subscribes to rebills. No process delivers to it. */
export async function addListeningWebhook(db: Database, merchantId: string): Promise<void> {
  await db.transaction((tx) =>
    insertWebhook(
      tx,
      sealWith(randomBytes(32)),
      merchantId,
      {
        webhookOid: 1,
        // The webhook has no key, because it only collects the events that it subscribes to.
        owner: { applicationId: 'key:0' },
        url: 'https://receiver.test/',
        authentication: { type: 'none' },
        compressEvents: false,
        maximumEvents: 100,
        maximumSize: 900_000,
        disabled: false,
        subscriptions: wantedEvents.map((eventName) => ({ eventName, expansion: '' })),
      },
      secretFrom(randomBytes(32)),
      at('2026-01-01T00:00:00Z'),
    ),
  );
}

/** The counts that {@link checkHeard} returns. */
export interface Heard {
  readonly receipts: number;
  readonly captured: number;
  readonly tasks: number;
}

/**
 * Compares what listeners received with what happened: a receipt for each paid rebill, each event
 * that the webhook subscribes to, and an open task for each auto order that declines ended. Each
 * must occur exactly once.
 */
export async function checkHeard(db: Database, merchantId: string): Promise<Heard> {
  const once = async (what: string, happened: string, heard: string): Promise<number> => {
    const rows = await db.rows<{ key: string; happened: number; heard: number }>(
      `select key, coalesce(h.count, 0) as happened, coalesce(n.count, 0) as heard
       from (select key, count(*)::int from (${happened}) h (key) group by key) h full
         join (select key, count(*)::int from (${heard}) n (key) group by key) n using (key)`,
      [merchantId],
    );
    assert.deepEqual(
      rows.filter((row) => row.happened !== 1 || row.heard !== 1),
      [],
      what,
    );
    return rows.length;
  };
  return {
    receipts: await once(
      'receipts',
      `select order_id from rebill where merchant_id = $1 and state = 'paid'`,
      `select order_id from notice where merchant_id = $1 and kind = 'receipt'`,
    ),
    captured: await once(
      'events for the webhook',
      `select event_id from event
        where merchant_id = $1
        and name in (${wantedEvents.map((name) => `'${name}'`).join(', ')})`,
      `select event_id from webhook_event where merchant_id = $1 and 1 = any(webhook_oids)`,
    ),
    tasks: await once(
      'tasks about cards',
      `select object_id from event where merchant_id = $1 and name = 'auto_order_disable'
        and data ->> 'reason' = 'declined'`,
      `select object_key from workflow_task where merchant_id = $1 and object_type = 'auto order'
        and status = 'open'`,
    ),
  };
}
