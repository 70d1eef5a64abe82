import assert from 'node:assert/strict';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { TestApp, TestRequest } from '../support/app.ts';
import { monthlyItem, monthlyOrder } from '../support/monthly.ts';

/** Values of path parameters, by name. */
export type PathValues = Readonly<Record<string, string>>;

/**
 * Makes `count` of each kind of object of a merchant over the API. Returns the path parameters of
 * the last ones.
 */
export async function objectsOf(app: TestApp, key: string, count: number): Promise<PathValues> {
  let values: PathValues = {};
  for (let i = 1; i <= count; i++) values = await makeObjects(app, key, i);
  return values;
}

/** Path parameters that match no object. */
export const unknownObjects: PathValues = {
  review_oid: '2147483000',
  digital_item_oid: '2147483000',
  external_id: 'NOTHING',
  pricing_tier_oid: '2147483000',
  customer_wishlist_item_oid: '2147483000',
  storefront_host_name: 'nowhere.example.com',
  auto_order_oid: '2147483000',
  auto_order_code: 'ZZZZZZZZZZ',
  reference_order_id: 'TEST-9999999999',
  original_item_id: 'NOTHING',
  auto_order_item_oid: '2147483000',
  order_id: 'TEST-9999999999',
  merchant_item_oid: '2147483000',
  coupon_oid: '2147483000',
  merchant_code: 'NOTHING',
  merchant_item_id: 'NOTHING',
  chargeback_dispute_oid: '2147483000',
  customer_profile_oid: '2147483000',
  email: 'nobody@example.com',
  webhookOid: '2147483000',
  requestId: '00000000-0000-4000-8000-000000000000',
  delivery_id: '00000000-0000-4000-8000-000000000000',
  eventName: 'no_such_event',
  group_oid: '2147483000',
  user_id: '2147483000',
  object_id: 'NOTHING',
  saved_search_oid: '2147483000',
  task_uuid: '00000000-0000-4000-8000-000000000000',
  advance_id: '00000000-0000-4000-8000-000000000000',
  audit_id: '00000000-0000-4000-8000-000000000000',
  distribution_center_code: 'NOTHING',
  tax_rate_oid: '2147483000',
  session_id: '00000000-0000-4000-8000-000000000000',
  grant_id: '00000000-0000-4000-8000-000000000000',
  key_id: '2147483000',
};

async function makeObjects(app: TestApp, key: string, i: number): Promise<PathValues> {
  const ask = askWith(app, key);
  const itemId = `COFFEE${i}`;
  const email = `ann${i}@example.com`;
  const { item } = await ask({ operation: 'insertItem', body: monthlyItem(itemId, 12.99) });
  const { customer } = await ask({ operation: 'insertCustomer', body: { email } });
  const { order } = await ask({ operation: 'insertOrder', body: monthlyOrder(itemId, { email }) });
  const { webhook } = await ask({
    operation: 'insertWebhook',
    body: { webhook_url: `https://example.com/hook${i}`, authentication_type: 'none' },
  });
  const { task } = await ask({
    operation: 'insertWorkflowTask',
    body: { task_name: 'Call Ann', object_type: 'order', object_id: order.order_id },
  });
  const { saved_search } = await ask({ operation: 'insertSavedSearch', body: { name: 'Mine' } });
  const code = `EAST${i}`;
  await ask({ operation: 'insertDistributionCenter', body: { code } });
  const { audit } = await ask({ operation: 'requestAudit' });
  const { auto_order } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.order_id },
    query: { _expand: 'items' },
  });
  return {
    audit_id: audit.audit_id,
    distribution_center_code: code,
    ...(await makeTaxRate(ask, i)),
    desired_total: '1.00',
    ...(await makeDispute(ask, order.order_id)),
    ...(await makeTemplate(ask)),
    ...(await makeCoupon(ask, i)),
    webhookOid: String(webhook.webhook_oid),
    ...(await makeStaff(ask, i)),
    ...(await makeKey(ask)),
    ...(await makeCatalog(ask, String(item.merchant_item_oid), i)),
    merchant_item_id: itemId,
    ...(await makeWish(ask, String(customer.customer_profile_oid), String(item.merchant_item_oid))),
    email,
    order_id: order.order_id,
    reference_order_id: order.order_id,
    original_item_id: itemId,
    task_uuid: task.workflow_task_uuid,
    object_type: 'order',
    object_id: order.order_id,
    extension: 'pdf',
    saved_search_oid: String(saved_search.saved_search_oid),
    auto_order_oid: String(auto_order.auto_order_oid),
    auto_order_code: auto_order.auto_order_code,
    auto_order_item_oid: String(auto_order.items[0].auto_order_item_oid),
  };
}

const askWith =
  (app: TestApp, key: string) =>
  async <Id extends OperationId>(request: TestRequest<Id>) => {
    const { status, body } = await app.request({ ...request, key });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };

type Ask = ReturnType<typeof askWith>;

async function makeDispute(ask: Ask, orderId: string): Promise<PathValues> {
  const body = { order_id: orderId, status: 'won' };
  const { chargeback } = await ask({ operation: 'insertChargeback', body });
  return { chargeback_dispute_oid: String(chargeback.chargeback_dispute_oid) };
}

async function makeWish(ask: Ask, customerOid: string, itemOid: string): Promise<PathValues> {
  const wish = await ask({
    operation: 'insertWishListItem',
    params: { customer_profile_oid: customerOid },
    body: { merchant_item_oid: Number(itemOid) },
  });
  return {
    customer_profile_oid: customerOid,
    storefront_host_name: 'shop.example.com',
    customer_wishlist_item_oid: String(wish.customer_wishlist_item_oid),
  };
}

async function makeCatalog(ask: Ask, merchant_item_oid: string, i: number): Promise<PathValues> {
  const { review } = await ask({
    operation: 'insertReview',
    params: { merchant_item_oid },
    body: { title: 'Fresh' },
  });
  const external_id = `guide-${i}`;
  const { digital_item } = await ask({ operation: 'insertDigitalItem', body: { external_id } });
  const tier = { name: `Wholesale ${i}` };
  const { pricing_tier } = await ask({ operation: 'insertPricingTier', body: tier });
  return {
    merchant_item_oid,
    review_oid: String(review.review_oid),
    digital_item_oid: String(digital_item.digital_item_oid),
    external_id,
    pricing_tier_oid: String(pricing_tier.pricing_tier_oid),
  };
}

async function makeTaxRate(ask: Ask, i: number): Promise<PathValues> {
  const body = { country_code: 'FR', postal_code: `7500${i}`, tax_rate: 20 };
  const { tax_rate } = await ask({ operation: 'insertTaxRate', body });
  return { tax_rate_oid: String(tax_rate.tax_rate_oid) };
}

async function makeKey(ask: Ask): Promise<PathValues> {
  const body = { name: 'Reader', permissions: ['item_read'] };
  const { api_key } = await ask({ operation: 'insertApiKey', body });
  return { key_id: String(api_key.key_id) };
}

async function makeTemplate(ask: Ask): Promise<PathValues> {
  const params = { mail_kind: 'shipment', language: 'any' };
  await ask({ operation: 'updateMailTemplate', params, body: { subject: 'Sent', body: 'Sent.' } });
  return params;
}

async function makeCoupon(ask: Ask, i: number): Promise<PathValues> {
  const body = { merchant_code: `SPRING${i}`, percent_off_subtotal: { discount_percent: 10 } };
  const { coupon } = await ask({ operation: 'insertCoupon', body });
  return { coupon_oid: String(coupon.coupon_oid), merchant_code: body.merchant_code };
}

async function makeStaff(ask: Ask, i: number): Promise<PathValues> {
  const { user } = await ask({ operation: 'insertUser', body: { login: `ann${i}` } });
  const { group } = await ask({ operation: 'insertGroup', body: { name: `Support ${i}` } });
  return { user_id: String(user.user_id), group_oid: String(group.group_oid) };
}
