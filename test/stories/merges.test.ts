// Stories of a customer's auto orders that are merged into one, with everything that belonged to
// them.
import assert from 'node:assert/strict';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { type Shop, type Subscriber, story } from '../support/stories.ts';

const chosen = { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] };
const items = ['COFFEE', 'TEA', 'MUG'].map((id, index) => ({
  merchant_item_id: id,
  description: id,
  pricing: { cost: 10 - index },
  auto_order: chosen,
}));
const monthly = (id: string) => [{ merchant_item_id: id, auto_order_schedule: 'Monthly' }];

async function coffeeAndTea(shop: Shop): Promise<[Subscriber, Subscriber]> {
  await shop.sells(...items);
  return [await shop.order(monthly('COFFEE')), await shop.order(monthly('TEA'))];
}

const merge = (target: Subscriber, ...sources: readonly Subscriber[]) =>
  target.ask({
    operation: 'consolidateAutoOrders',
    body: { source_auto_order_oids: sources.map(({ oid }) => oid) },
  });

const refused = (work: Promise<unknown>, words: RegExp) => assert.rejects(work, words);

const newCard = (ann: Subscriber, token: string) =>
  ann.ask({
    operation: 'updateAutoOrderPayment',
    body: { card_number_token: token, card_expiration_month: 12, card_expiration_year: 2040 },
  });

story(
  'the end, the gift and the properties move along',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const [coffee, tea] = await coffeeAndTea(shop);
    await tea.update({
      cancel_after_next_x_orders: 3,
      add_ons: [{ item_id: 'MUG', quantity: 1, next_x_orders: 2, arbitrary_unit_cost: 0 }],
      properties: [{ name: 'box', value: 'red' }],
    });
    await merge(coffee, tea);
    await shop.until('2026-06-01T00:00');
    await coffee.lived(
      '2026-01-15 10:00 create',
      '2026-01-15 10:00 update',
      '2026-02-15 10:00 rebill: COFFEE 10.00 + TEA 9.00 + MUG 0.00 = 19.00',
      '2026-03-15 10:00 rebill: COFFEE 10.00 + TEA 9.00 + MUG 0.00 = 19.00',
      '2026-04-15 10:00 rebill: COFFEE 10.00 + TEA 9.00 = 19.00',
      '2026-05-15 10:00 rebill: COFFEE 10.00 = 10.00',
    );
    const { auto_order: now } = await coffee.ask({
      operation: 'getAutoOrder',
      query: { _expand: 'properties' },
    });
    assert.deepEqual((now as AutoOrder).properties, [{ name: 'box', value: 'red' }]);
  },
);

story('the end of the target ends its own items', { on: '2026-01-15T10:00' }, async (shop) => {
  const [coffee, tea] = await coffeeAndTea(shop);
  await coffee.update({ cancel_after_next_x_orders: 1 });
  await merge(coffee, tea);
  await shop.until('2026-04-01T00:00');
  await coffee.lived(
    '2026-01-15 10:00 create',
    '2026-01-15 10:00 update',
    '2026-01-15 10:00 update',
    '2026-02-15 10:00 rebill: COFFEE 10.00 + TEA 9.00 = 19.00',
    '2026-03-15 10:00 rebill: TEA 9.00 = 9.00',
  );
});

story('a declined rebill is settled before the merge', { on: '2026-01-15T10:00' }, async (shop) => {
  const [coffee, tea] = await coffeeAndTea(shop);
  await newCard(tea, 'tok_decline_1x-merges');
  await shop.until('2026-02-16T00:00');
  await refused(merge(coffee, tea), /declined rebill/);
  await refused(merge(tea, coffee), /declined rebill/);
  await shop.until('2026-02-19T00:00');
  await merge(coffee, tea);
  await shop.until('2026-03-16T00:00');
  await tea.lived(
    '2026-01-15 10:00 create',
    '2026-02-15 10:00 decline: do not honor, attempt 1',
    '2026-02-18 10:00 rebill: TEA 9.00 = 9.00',
    '2026-02-19 00:00 update',
    '2026-02-19 00:00 item_cancel',
  );
  await coffee.lived(
    '2026-01-15 10:00 create',
    '2026-02-15 10:00 rebill: COFFEE 10.00 = 10.00',
    '2026-02-19 00:00 update',
    '2026-03-15 10:00 rebill: COFFEE 10.00 + TEA 9.00 = 19.00',
  );
});

story('what one order has once keeps two apart', { on: '2026-01-15T10:00' }, async (shop) => {
  const [coffee, tea] = await coffeeAndTea(shop);
  await tea.update({ override_affiliate_id: 7 });
  await refused(merge(coffee, tea), /source_auto_order_oids.*override_affiliate_id/);
  await tea.update({
    override_affiliate_id: null,
    rotating_transaction_gateway_code: 'simulator',
  } as never);
  await refused(merge(coffee, tea), /source_auto_order_oids.*rotating_transaction_gateway_code/);
});

story('a merged auto order says where to go', { on: '2026-01-15T10:00' }, async (shop) => {
  const [coffee, tea] = await coffeeAndTea(shop);
  const form = await tea.read();
  await merge(coffee, tea);
  const there = new RegExp(`merged into ${coffee.oid}`);
  await refused(newCard(tea, 'tok_approve'), there);
  await refused(tea.update({ items: form.items ?? [] }), there);
  await refused(tea.ask({ operation: 'attemptAutoOrderRebill' }), /merged/);
});

story('a billed date of an item that came by a merge', { on: '2026-01-15T10:00' }, async (shop) => {
  const [coffee, tea] = await coffeeAndTea(shop);
  await shop.until('2026-02-20T00:00');
  await merge(coffee, tea);
  const list = (await coffee.read()).items!.map(({ auto_order_item_oid: oid }, index) => ({
    auto_order_item_oid: oid!,
    ...(index === 1 ? { next_shipment_dts: '2026-02-15T10:00:00-05:00' } : {}),
  }));
  const { warning } = await coffee.ask({ operation: 'updateAutoOrder', body: { items: list } });
  assert.match(warning.warning_message, /items\[1\]\.next_shipment_dts/);
  await shop.until('2026-03-16T00:00');
  await coffee.lived(
    '2026-01-15 10:00 create',
    '2026-02-15 10:00 rebill: COFFEE 10.00 = 10.00',
    '2026-02-20 00:00 update',
    '2026-03-15 10:00 rebill: COFFEE 10.00 + TEA 9.00 = 19.00',
  );
});

/** Reads a subscriber's form, as a client does that sends it back later. */
async function formOf(subscriber: Subscriber) {
  const query = { _expand: 'items,properties' };
  return (await subscriber.ask({ operation: 'getAutoOrder', query })).auto_order;
}

async function sendBack(subscriber: Subscriber, body: object) {
  const query = { _expand: 'items,properties' };
  const { auto_order: after, warning } = await subscriber.ask({
    operation: 'updateAutoOrder',
    query,
    body,
  });
  return {
    items: (after.items ?? []).map((item) => item.original_item_id),
    after,
    warning: warning?.warning_message ?? '',
  };
}

story(
  'a form of before the merge drops no merged item',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const [coffee, tea] = await coffeeAndTea(shop);
    await coffee.update({ cancel_after_next_x_orders: 6 });
    await tea.update({ properties: [{ name: 'box', value: 'red' }] });
    const form = await formOf(coffee);
    await merge(coffee, tea);

    const stale = await sendBack(coffee, form);
    assert.deepEqual(stale.items, ['COFFEE', 'TEA']);
    assert.match(stale.warning, /the item \d+ \(TEA\), which a merge added/);
    assert.match(stale.warning, /cancel_after_next_x_orders/);
    assert.deepEqual(stale.after.properties, [{ name: 'box', value: 'red' }]);
    assert.equal(stale.after.cancel_after_next_x_orders, undefined);

    // A request with a few fields that names only the item known to the client drops no other item.
    const [item] = form.items ?? [];
    const few = {
      items: [{ auto_order_item_oid: item?.auto_order_item_oid, arbitrary_quantity: 2 }],
    };
    assert.deepEqual((await sendBack(coffee, few)).items, ['COFFEE', 'TEA']);
    await shop.until('2026-02-16T00:00');
    assert.equal((await coffee.bills('item'))[0]?.items?.length, 2);

    // A form that was read after the next rebill contains the merged items.
    const current = await formOf(coffee);
    const onlyCoffee = current.items?.filter((each) => each.original_item_id === 'COFFEE');
    const removed = await sendBack(coffee, { ...current, items: onlyCoffee });
    assert.deepEqual([removed.items, removed.warning], [['COFFEE'], '']);
  },
);

story(
  'a form of after the merge removes what it leaves out',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const [coffee, tea] = await coffeeAndTea(shop);
    const mug = await shop.order(monthly('MUG'));
    await merge(coffee, tea, mug);
    const { items, ...form } = await formOf(coffee);
    const withoutTea = items.filter((item) => item.original_item_id !== 'TEA');
    const removed = await sendBack(coffee, { ...form, items: withoutTea });
    assert.deepEqual([removed.items, removed.warning], [['COFFEE', 'MUG'], '']);

    // If the form contains no merged item, nothing shows its age.
    const onlyCoffee = { items: items.filter((item) => item.original_item_id === 'COFFEE') };
    assert.deepEqual((await sendBack(coffee, onlyCoffee)).items, ['COFFEE', 'MUG']);
  },
);

story(
  'a coupon of one original order: no merge until it is gone or has ended',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(...items);
    await shop.offers(
      { merchant_code: 'TEN', percent_off_subtotal: { discount_percent: 10 } },
      {
        merchant_code: 'SOON',
        percent_off_subtotal: { discount_percent: 50 },
        expiration_dts: '2026-02-01T00:00:00-05:00',
      },
      {
        merchant_code: 'ONCE',
        percent_off_subtotal: { discount_percent: 20 },
        skip_on_rebill: true,
      },
    );
    const coupons = (code: string) => ({ coupons: [{ coupon_code: code }] });
    const coffee = await shop.order(monthly('COFFEE'), coupons('ONCE'));
    const tea = await shop.order(monthly('TEA'), coupons('TEN'));
    const mug = await shop.order(monthly('MUG'), coupons('SOON'));
    await refused(merge(coffee, tea), /has TEN of its original order on its rebills/);
    await refused(merge(tea, coffee), /has no coupon of its original order.* has TEN/);
    await refused(merge(coffee, mug), /has SOON of its original order/);
    await tea.update({ original_order: { coupons: [] } });
    await merge(coffee, tea);
    await shop.until('2026-02-16T00:00');
    await coffee.lived(
      '2026-01-15 10:00 create',
      '2026-01-15 10:00 update',
      '2026-02-15 10:00 rebill: COFFEE 10.00 + TEA 9.00 = 19.00',
    );
    await merge(coffee, mug);
  },
);

story(
  'a line that was not taxed: no merge until the catalogue says so',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(...items);
    const taxes = { taxes: { arbitrary_tax_rate: 10 } };
    const coffee = await shop.order(monthly('COFFEE'), taxes);
    const tea = await shop.order(
      monthly('TEA').map((line) => ({ ...line, tax_free: true })),
      taxes,
    );
    await refused(merge(coffee, tea), /has TEA with the tax_free true in its original order/);
    const { item } = await tea.ask({
      operation: 'getItemByMerchantItemId',
      params: { merchant_item_id: 'TEA' },
    });
    await tea.ask({
      operation: 'updateItem',
      params: { merchant_item_oid: item.merchant_item_oid },
      body: { tax: { tax_free: true } },
    });
    await merge(coffee, tea);
    await shop.until('2026-02-16T00:00');
    const [bill] = await coffee.bills('summary');
    assert.deepEqual([bill?.summary?.subtotal?.value, bill?.summary?.tax?.value], [19, 1]);
  },
);
