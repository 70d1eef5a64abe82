import { required } from '../../server/src/kernel/assert.ts';
import type { Objects } from './pages.ts';
import type { BrowserWorld } from './world.ts';

/** Finds an object of each kind in the demo's data. */
export async function objectsOf({ request }: BrowserWorld): Promise<Objects> {
  const { body } = await request({ operation: 'searchAutoOrders', body: { state: ['active'] } });
  const autoOrder = required(body.auto_orders?.[0], 'an active auto order');
  const found = await request({
    operation: 'searchOrders',
    body: { kinds: ['rebill'], stages: ['Completed Order'] },
  });
  const order = required(found.body.orders?.[0], 'a paid rebill');
  const tasks = await request({
    operation: 'searchWorkflowTasks',
    body: { status: 'open', object_type: 'auto order' },
  });
  const task = required(tasks.body.tasks?.[0], 'a task about an auto order');
  const users = await request({ operation: 'getUsers' });
  const user = required(users.body.users?.[0], 'a user');
  const groups = await request({ operation: 'getGroups' });
  const group = required(groups.body.groups?.[0], 'a group');
  const made = await request({
    operation: 'insertWebhook',
    body: {
      webhook_url: 'https://example.com/hook',
      event_categories: [{ events: [{ event_name: 'order_create', subscribed: true }] }],
    },
  });
  const webhook = required(made.body.webhook, 'a webhook');
  const { itemOid, couponOid, taxRateOid } = await sellingObjects(request);
  return {
    itemOid,
    couponOid,
    taxRateOid,
    webhookOid: webhook.webhook_oid ?? 0,
    keyId: await keyOf(request),
    personId: user.user_id ?? 0,
    groupOid: group.group_oid ?? 0,
    autoOrderCode: autoOrder.auto_order_code ?? '',
    taskNumber: task.global_task_number ?? 0,
    orderId: order.order_id ?? '',
    customerOid: order.customer?.customer_profile_oid ?? 0,
  };
}

async function keyOf(request: BrowserWorld['request']): Promise<number> {
  const { body } = await request({ operation: 'getApiKeys' });
  return required(body.api_keys?.[0]?.key_id, 'a key');
}

/** Finds an item of the demo, and makes a coupon, a shipping method and a tax rate. */
export async function sellingObjects(request: BrowserWorld['request']) {
  const found = await request({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: 'COFFEE-HOUSE' },
  });
  const coupon = await request({
    operation: 'insertCoupon',
    body: { merchant_code: 'HELLO10', percent_off_subtotal: { discount_percent: 10 } },
  });
  const rate = await request({
    operation: 'insertTaxRate',
    body: { country_code: 'US', state_region: 'WY', tax_rate: 4 },
  });
  await request({
    operation: 'updateMerchantSettings',
    body: { shipping_methods: [{ name: 'Ground', rates: [{ cost: 4.95 }] }] },
  });
  await request({
    operation: 'updateItem',
    params: { merchant_item_oid: found.body.item?.merchant_item_oid ?? 0 },
    body: {
      shipping: {
        track_inventory: true,
        distribution_centers: [
          { distribution_center_code: 'DFLT', inventory_level: 0, reorder_inventory_level: 20 },
        ],
      },
    },
  });
  return {
    itemOid: found.body.item?.merchant_item_oid ?? 0,
    couponOid: coupon.body.coupon?.coupon_oid ?? 0,
    taxRateOid: rate.body.tax_rate?.tax_rate_oid ?? 0,
  };
}
