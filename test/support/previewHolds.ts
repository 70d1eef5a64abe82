import assert from 'node:assert/strict';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../../server/src/kernel/calendar.ts';
import type { OrderDocument } from '../../server/src/orders/order.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import type { TestApp } from './app.ts';
import { addRandomAutoOrders } from './randomAutoOrders.ts';

/** A merchant full of random auto orders, and how far its clock is moved. */
export interface PreviewTrial {
  readonly merchantId: string;
  readonly timeZone: string;
  readonly now: string;
  readonly missedShipments: 'one' | 'skip' | 'bill';
  readonly seed: number;
  readonly count: number;
  readonly span: string;
}

/**
 * Previews random auto orders, lets the engine run through the span, and compares what it ordered
 * with the previews: number, minute, lines, shipping, tax and total. Afterwards the books must add
 * up. Returns the number of rebills that were compared.
 */
export async function previewHolds(
  app: TestApp,
  trial: PreviewTrial,
): Promise<{ autoOrders: number; rebills: number }> {
  const now = Temporal.Instant.from(trial.now);
  const settings = {
    missed_shipments: trial.missedShipments,
    dunning: { retry_coupon_codes: ['TEN', 'FIVE'] },
    coupons: [
      { code: 'TEN', percent: 10 },
      { code: 'FIVE', amount: 5 },
    ],
  };
  const merchant = await app.addMerchant(trial.merchantId, {
    timeZone: trial.timeZone,
    settings,
    clock: { kind: 'standing', at: now },
  });
  const key = await app.addKey(trial.merchantId);
  const oids = await addRandomAutoOrders(app.db, merchant, now, trial);
  const previews = new Map<number, Preview>();
  for (const oid of oids) {
    const { body } = await app.request({
      operation: 'previewAutoOrder',
      params: { auto_order_oid: oid },
      key,
    });
    previews.set(oid, { rebills: body.rebills, ends: body.ends });
  }
  await advance(app, key, trial.span);
  const end = (await app.request({ operation: 'getClock', key })).body.clock.now_dts;
  const audit = (await app.request({ operation: 'getAudit', key })).body;
  assert.deepEqual(audit.differences, [], `seed ${trial.seed}: the books of ${trial.merchantId}`);
  assert.equal(audit.auto_order_count, oids.length);
  let rebills = 0;
  for (const oid of oids)
    rebills += await compare(app, merchant, oid, previews.get(oid)!, end, trial.seed);
  return { autoOrders: oids.length, rebills };
}

interface Preview {
  readonly rebills: readonly PreviewRebill[];
  readonly ends: string;
}

async function advance(app: TestApp, key: string, span: string): Promise<void> {
  const { body } = await app.request({ operation: 'setClock', body: { advance_by: span }, key });
  let { advance } = body;
  for (let rounds = 0; !advance.done && rounds < 600; rounds++) {
    await app.work('clock');
    ({
      body: { advance },
    } = await app.request({
      operation: 'getClockAdvance',
      params: { advance_id: advance.advance_id },
      key,
    }));
  }
  assert.equal(advance.done, true);
  assert.equal(advance.failure_reason, undefined);
}

async function compare(
  app: TestApp,
  merchant: Merchant,
  oid: number,
  preview: Preview,
  end: string,
  seed: number,
): Promise<number> {
  const orders = await app.db.rows<OrderRow>(
    `select rebill_number, created_at, currency, items, summary from orders
     where merchant_id = $1 and auto_order_oid = $2 and rebill_number > 0 order by rebill_number`,
    [merchant.merchantId, oid],
  );
  const expected = preview.rebills
    .filter((rebill) => Date.parse(rebill.shipment_dts!) <= Date.parse(end))
    .map(plainPreview);
  const isWhole = preview.ends !== 'never' || expected.length < preview.rebills.length;
  const ordered = (isWhole ? orders : orders.slice(0, expected.length)).map((order) =>
    plainOrder(order, merchant.timeZone),
  );
  assert.deepEqual(
    ordered,
    expected,
    `seed ${seed}, auto order ${oid} of ${merchant.merchantId}, which the preview ends as ${preview.ends}`,
  );
  return expected.length;
}

interface OrderRow {
  rebill_number: number;
  created_at: Temporal.Instant;
  currency: string;
  items: NonNullable<OrderDocument['items']>;
  summary: NonNullable<OrderDocument['summary']>;
}

const plainPreview = (rebill: PreviewRebill) => ({
  number: rebill.rebill_number,
  at: rebill.shipment_dts,
  lines: (rebill.lines ?? []).map((line) => [line.merchant_item_id, line.quantity, line.unit_cost]),
  amounts: [rebill.subtotal, rebill.discount, rebill.shipping, rebill.tax, rebill.total],
});

const plainOrder = (order: OrderRow, zone: string) => ({
  number: order.rebill_number,
  at: wireDate(order.created_at, zone),
  lines: order.items.map((line) => [line.merchant_item_id, line.quantity, line.cost?.value]),
  amounts: [
    order.summary.subtotal,
    order.summary.subtotal_discount,
    order.summary.shipping_handling_total,
    order.summary.tax,
    order.summary.total,
  ].map((amount) => amount?.value),
});
