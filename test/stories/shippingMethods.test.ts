// Stories of the price of shipping, which is calculated again for each rebill: a free threshold
// that is reached, a customer who moves to a place without a shipping method, the cheapest method,
// and customers with free shipping.
import assert from 'node:assert/strict';
import type { Order } from '@perennial/contract/order.ts';
import type { ChargeExplanation } from '@perennial/contract/timeline.ts';
import { type Subscriber, story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 20 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
const monthly = { merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' };
const methods = [
  {
    name: 'Ground',
    accounting_code: '4000',
    rates: [{ countries: ['US'], quantity_up_to: 5, cost: 7 }],
    handling: 0.5,
    free_from_subtotal: 60,
  },
  { name: 'Air', rates: [{ countries: ['US', 'CA'], quantity_up_to: 3, cost: 19 }] },
];
const opening = { on: '2026-01-15T10:00', settings: { shipping_methods: methods } };
const home = { shipping: { shipping_method: 'ground', country_code: 'US' } };

const shipping = (order: Order | undefined) => order?.summary?.shipping_handling_total?.value;
const original = async (ann: Subscriber) => {
  const { original_order_id: order_id } = await ann.read();
  const { order } = await ann.ask({
    operation: 'getOrder',
    params: { order_id: order_id! },
    query: { _expand: 'shipping,summary,item' },
  });
  return order as Order;
};
const rules = (rebill: Pick<ChargeExplanation, 'shipping_rules'> | undefined) =>
  rebill?.shipping_rules?.map(({ rule, amount }) => [rule, amount]);

story('a free-shipping threshold is crossed, and crossed back', opening, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order([monthly], home);
  const first = await original(ann);
  assert.equal(first.shipping?.shipping_method, 'Ground');
  assert.equal(first.shipping?.shipping_method_accounting_code, '4000');
  assert.equal(shipping(first), 7.5);
  await shop.until('2026-02-16T00:00');
  await ann.updateItem({ original_quantity: 3 });
  await shop.until('2026-03-16T00:00');
  await ann.updateItem({ original_quantity: 2 });
  const {
    rebills: [next],
  } = await ann.ask({
    operation: 'previewAutoOrder',
    query: { count: 1 },
  });
  await shop.until('2026-04-16T00:00');
  const bills = await ann.bills('shipping,summary');
  assert.deepEqual(bills.map(shipping), [7.5, 0, 7.5]);
  assert.deepEqual(
    bills.map(({ summary }) => summary?.total?.value),
    [27.5, 60, 47.5],
  );
  const last = bills.at(-1)!;
  assert.equal(last.shipping?.shipping_method, 'Ground');
  const { explanation } = await ann.ask({
    operation: 'explainOrder',
    params: { order_id: last.order_id! },
  });
  const expected = [
    ['Ground', 7],
    ['handling', 7.5],
  ];
  assert.deepEqual([rules(next), rules(explanation)], [expected, expected]);
  assert.equal(next?.total, last.summary?.total?.value);
});

story('no method ships it: parked, a task, and billed when one does', opening, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order([{ ...monthly, quantity: 4 }], home);
  const moved = { original_order: { shipping: { country_code: 'CA' } } };
  await ann.update(moved);
  await shop.until('2026-02-20T00:00');
  assert.equal((await ann.bills()).length, 0);
  assert.match((await ann.read()).failure_reason ?? '', /no shipping method ships the order to CA/);
  const tasks = async () => {
    const { tasks } = await ann.ask({
      operation: 'searchWorkflowTasks',
      body: { object_id: String(ann.oid), status: 'open' },
    });
    return tasks.map(({ task_name }) => task_name);
  };
  assert.deepEqual(await tasks(), ['Repair an auto order that cannot be billed']);
  const [ground, air] = methods;
  const shipping_methods = [ground!, { ...air!, rates: [{ countries: ['CA'], cost: 30 }] }];
  await ann.ask({ operation: 'updateMerchantSettings', body: { shipping_methods } });
  await shop.until('2026-02-20T01:00');
  const [bill] = await ann.bills('shipping,summary');
  assert.deepEqual([bill?.shipping?.shipping_method, shipping(bill)], ['Air', 30]);
  assert.equal((await ann.read()).failure_reason, undefined);
  assert.deepEqual(await tasks(), []);
});

story('a new order takes the cheapest method, or is refused', opening, async (shop) => {
  await shop.sells(coffee);
  const cheapest = { least_cost_route: true, country_code: 'US' };
  const ann = await shop.order([monthly], { shipping: cheapest });
  assert.equal((await original(ann)).shipping?.shipping_method, 'Ground');
  const insert = (more: Order) =>
    ann.ask({
      operation: 'insertOrder',
      query: { _expand: 'summary,shipping' },
      body: {
        billing: { email: 'bob@example.com' },
        payment: {
          payment_method: 'Credit Card',
          credit_card: { card_number_token: 'tok_approve' },
        },
        items: [{ merchant_item_id: 'COFFEE', quantity: 1 }],
        ...more,
      },
    });
  const among = ['Air', 'Boat'];
  const air = await insert({
    shipping: { ...cheapest, least_cost_route_shipping_methods: among },
  });
  assert.equal(shipping(air.order as Order), 19);
  await assert.rejects(
    insert({ shipping: { shipping_method: 'Ground', country_code: 'FR' } }),
    /Ground does not ship this order/,
  );
  const ignored = await insert({
    shipping: { shipping_method: 'Zeppelin' },
    channel_partner: { ignore_invalid_shipping_method: true },
  });
  assert.equal(shipping(ignored.order as Order), 0);
});

story('a coupon for one method takes nothing off another one', opening, async (shop) => {
  await shop.sells(coffee);
  await shop.offers({ merchant_code: 'GROUND', free_shipping: { shipping_methods: ['Ground'] } });
  const coupons = [{ coupon_code: 'GROUND' }];
  const ann = await shop.order([monthly], { ...home, coupons });
  const off = (order: Order | undefined) => [
    order?.shipping?.shipping_method,
    shipping(order),
    order?.summary?.shipping_handling_total_discount?.value ?? 0,
  ];
  assert.deepEqual(off(await original(ann)), ['Ground', 7.5, 7.5]);
  // The cheapest method is used, although the order also names another one.
  const cheapest = { least_cost_route: true, shipping_method: 'Air', country_code: 'US' };
  const bob = await shop.order([monthly], { email: 'b@example.com', shipping: cheapest, coupons });
  assert.deepEqual(off(await original(bob)), ['Ground', 7.5, 7.5]);
  await shop.until('2026-02-16T00:00');
  const shipping_methods = [methods[1]!];
  await ann.ask({ operation: 'updateMerchantSettings', body: { shipping_methods } });
  await shop.until('2026-03-16T00:00');
  const bills = await ann.bills('shipping,summary');
  assert.deepEqual(bills.map(off), [
    ['Ground', 7.5, 7.5],
    ['Air', 19, 0],
  ]);
});

story('free on auto order is not free for those who buy it once', opening, async (shop) => {
  const free = { ...coffee.auto_order, free_shipping_auto_order: true };
  await shop.sells({ ...coffee, auto_order: free });
  const ann = await shop.order([monthly], home);
  const { order } = (await ann.ask({
    operation: 'insertOrder',
    query: { _expand: 'summary,item' },
    body: {
      ...home,
      billing: { email: 'bob@example.com' },
      payment: { payment_method: 'Cash' },
      items: [{ merchant_item_id: 'COFFEE' }],
    },
  })) as { order: Order };
  const marks = [await original(ann), order].map((each) => [
    each.items?.[0]?.free_shipping,
    shipping(each),
  ]);
  assert.deepEqual(marks, [
    [true, 0],
    [undefined, 7.5],
  ]);
});

story('a customer ships free from a minimum, and pays no handling', opening, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order([monthly], { ...home, email: 'free@example.com' });
  assert.equal(shipping(await original(ann)), 7.5);
  const insert = await ann.ask({
    operation: 'insertCustomer',
    body: {
      email: 'bob@example.com',
      free_shipping: true,
      free_shipping_minimum: 40,
      exempt_shipping_handling_charge: true,
    },
  });
  assert.ok(insert.customer);
  const bob = await shop.order([{ ...monthly, quantity: 2 }], {
    ...home,
    email: 'bob@example.com',
  });
  assert.equal(shipping(await original(bob)), 0);
  await shop.until('2026-02-16T00:00');
  await bob.updateItem({ original_quantity: 1 });
  await shop.until('2026-03-16T00:00');
  assert.deepEqual((await bob.bills('summary')).map(shipping), [0, 7]);
});

const byWeight = [
  {
    name: 'Ground',
    rates: [
      { weight_up_to: 2, cost: 5 },
      { weight_up_to: 10, cost: 9 },
    ],
  },
];

story(
  'an option that weighs something ships with every rebill',
  { ...opening, settings: { shipping_methods: byWeight } },
  async (shop) => {
    await shop.sells({ ...coffee, physical: { weight: { uom: 'LB', value: 1 } } });
    const pack = (value: string, uom: 'LB' | 'OZ', change: number) => [
      { label: 'Pack', value, weight_change: { uom, value: change } },
    ];
    const jar = pack('jar', 'OZ', 20);
    const ann = await shop.order([{ ...monthly, options: jar }], home);
    const bob = await shop.order([{ ...monthly, quantity: 4, options: pack('bag', 'LB', -0.5) }], {
      ...home,
      email: 'bob@example.com',
    });
    const costs = [shipping(await original(ann)), shipping(await original(bob))];
    const preview = async (each: Subscriber) =>
      (await each.ask({ operation: 'previewAutoOrder', query: { count: 1 } })).rebills[0]?.shipping;
    assert.deepEqual([...costs, await preview(ann), await preview(bob)], [9, 5, 9, 5]);
    await shop.until('2026-02-16T00:00');
    const [jars] = await ann.bills('shipping,summary,item');
    const [bags] = await bob.bills('summary');
    assert.deepEqual([jars, bags].map(shipping), [9, 5]);
    assert.deepEqual(jars?.items?.[0]?.options?.[0]?.weight_change, jar[0]!.weight_change);
    // What another value weighs is not known.
    await ann.updateItem({ options: [{ label: 'Pack', value: 'tin' }] });
    await shop.until('2026-03-16T00:00');
    assert.equal(shipping((await ann.bills('summary')).at(-1)), 5);
  },
);

story('a customer who never ships free pays in spite of a coupon', opening, async (shop) => {
  await shop.sells(
    { ...coffee, shipping: { free_shipping: true } },
    { ...coffee, merchant_item_id: 'MILL' },
  );
  await shop.offers({ merchant_code: 'FREE', free_shipping: {} });
  const coupons = [{ coupon_code: 'FREE' }];
  const mill = [{ ...monthly, merchant_item_id: 'MILL' }];
  const friend = await shop.order(mill, { ...home, email: 'friend@example.com', coupons });
  await shop.profile({ email: 'never@example.com', no_free_shipping: true });
  const never = await shop.order([monthly], { ...home, email: 'never@example.com', coupons });
  const paid = ({ summary }: Order) => [
    summary?.shipping_handling_total?.value,
    summary?.shipping_handling_total_discount?.value ?? 0,
  ];
  assert.deepEqual([await original(friend), await original(never)].map(paid), [
    [7.5, 7.5],
    [7.5, 0],
  ]);
  await shop.profile({ email: 'friend@example.com', no_free_shipping: true });
  await shop.until('2026-02-16T00:00');
  const bills = [...(await friend.bills('summary')), ...(await never.bills('summary'))];
  assert.deepEqual(bills.map(paid), [
    [7.5, 0],
    [7.5, 0],
  ]);
});
