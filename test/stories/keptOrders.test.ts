// Stories of a declined rebill that waits as an order in Accounts Receivable until staff settle it.
import assert from 'node:assert/strict';
import type { Order } from '@perennial/contract/order.ts';
import { type Shop, type Subscriber, story } from '../support/stories.ts';

const tea = {
  merchant_item_id: 'TEA',
  description: 'Tea',
  pricing: { cost: 25 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] },
};
const opening = { on: '2027-01-15T10:00', settings: { store_declined_rebills: true } };
const bill = 'rebill: TEA 25.00 = 25.00';

/**
 * Plays until the rebill of 15 February waits in Accounts Receivable: Ann orders tea, and her card
 * is declined from then on.
 */
async function declined(shop: Shop, token = 'tok_decline'): Promise<Declined> {
  await shop.sells(tea);
  const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }]);
  await newCard(ann, token);
  await shop.until('2027-02-16T00:00');
  const [kept] = await ann.bills();
  assert.equal(kept?.current_stage, 'Accounts Receivable');
  await ann.lived(
    '2027-01-15 10:00 create',
    ...(token.startsWith('tok_decline') ? [declineOf('2027-02-15', 1)] : []),
  );
  return { ann, orderId: kept.order_id! };
}

interface Declined {
  readonly ann: Subscriber;
  readonly orderId: string;
}

const declineOf = (day: string, attempt: number, last = '') =>
  `${day} 10:00 decline: do not honor, attempt ${attempt}${last}`;

const newCard = (ann: Subscriber, token: string, more: object = {}) =>
  ann.ask({
    operation: 'updateAutoOrderPayment',
    body: {
      card_number_token: token,
      card_expiration_month: 12,
      card_expiration_year: 2040,
      ...more,
    },
  });

const put = async ({ ann, orderId }: Declined, body: Order): Promise<Order> =>
  (
    await ann.ask({
      operation: 'updateOrder',
      params: { order_id: orderId },
      query: { _expand: 'payment,payment.transaction' },
      body,
    })
  )['order'];

const stateOf = async (ann: Subscriber) => {
  const { status, credit_card_attempt: declines, next_attempt: retry, items } = await ann.read();
  const [item] = items ?? [];
  return [status, declines, retry, item?.number_of_rebills, item?.next_shipment_dts?.slice(0, 10)];
};

const ways: readonly (readonly [way: string, change: Order])[] = [
  ['moved to shipping', { current_stage: 'Shipping Department' }],
  ['moved to completed', { current_stage: 'Completed Order' }],
  ['paid by check', { payment: { payment_method: 'Check' }, current_stage: 'Completed Order' }],
  ['paid in cash', { payment: { payment_method: 'Cash' }, current_stage: 'Shipping Department' }],
  ['marked as processed', { payment: { payment_status: 'Processed' } }],
  [
    'given the day of a wire transfer',
    { payment: { payment_method: 'Wire Transfer', payment_dts: '2027-02-15T16:00:00-05:00' } },
  ],
];

for (const [way, change] of ways)
  story(
    `a declined rebill whose order is ${way} is paid, and the card is left alone`,
    opening,
    async (shop) => {
      const kept = await declined(shop);
      const { ann } = kept;
      const order = await put(kept, change);
      assert.notEqual(order.payment?.payment_status, 'Declined');
      assert.ok(order.payment?.payment_dts);
      assert.deepEqual(await stateOf(ann), ['active', 0, undefined, 1, '2027-03-15']);
      await ann.lived(`2027-02-16 00:00 ${bill}`);
      await newCard(ann, 'tok_approve');
      await shop.until('2027-03-16T00:00');
      await ann.lived(`2027-03-15 10:00 ${bill}`);
      const bills = await ann.bills('payment');
      assert.deepEqual(
        [bills.length, bills[0]?.current_stage, bills[0]?.payment?.payment_method],
        [2, order.current_stage, change.payment?.payment_method ?? 'Credit Card'],
      );
    },
  );

story(
  'an order that staff rejected is never charged, and its shipment is skipped',
  opening,
  async (shop) => {
    const kept = await declined(shop, 'tok_decline_1x-rejected');
    await put(kept, { current_stage: 'Rejected' });
    await kept.ann.lived('2027-02-16 00:00 update: given up');
    assert.deepEqual(await stateOf(kept.ann), ['active', 0, undefined, 0, '2027-03-15']);
    await shop.until('2027-03-16T00:00');
    await kept.ann.lived(`2027-03-15 10:00 ${bill}`);
    assert.deepEqual(
      (await kept.ann.bills()).map((order) => order.current_stage),
      ['Rejected', 'Completed Order'],
    );
  },
);

story(
  'a rejected order is one shipment: what fell due during its retries is billed',
  { ...opening, settings: { ...opening.settings, dunning: { retry_days: [20, 20] } } },
  async (shop) => {
    await shop.sells(tea);
    const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Weekly' }]);
    await newCard(ann, 'tok_decline_1x-one-of-weeks');
    await shop.until('2027-02-06T00:00');
    const [kept] = await ann.bills();
    await put({ ann, orderId: kept!.order_id! }, { current_stage: 'Rejected' });
    assert.deepEqual(await stateOf(ann), ['active', 0, undefined, 0, '2027-01-29']);
    await shop.until('2027-02-13T00:00');
    await ann.lived(
      '2027-01-15 10:00 create',
      declineOf('2027-01-22', 1),
      '2027-02-06 00:00 update: given up',
      `2027-02-06 00:00 ${bill}`,
      `2027-02-06 00:00 ${bill}`,
      `2027-02-12 10:00 ${bill}`,
    );
  },
);

for (const [missed_shipments, billed] of [
  ['bill', ['2027-02-07 00:01', '2027-02-08 00:01', '2027-02-12 10:00']],
  ['one', ['2027-02-12 10:00']],
] as const)
  story(
    `a rejected order is one of the shipments that were missed: ${missed_shipments}`,
    { ...opening, settings: { ...opening.settings, missed_shipments } },
    async (shop) => {
      await shop.sells(tea);
      const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Weekly' }]);
      await ann.updateItem({ paused: true });
      await newCard(ann, `tok_decline_1x-missed-${missed_shipments}`);
      await shop.until('2027-02-06T00:00');
      await ann.updateItem({ paused: false });
      await shop.until('2027-02-06T00:01');
      const [kept] = await ann.bills();
      await put({ ann, orderId: kept!.order_id! }, { current_stage: 'Rejected' });
      await shop.until('2027-02-13T00:00');
      const bills = (await ann.bills()).map(({ current_stage: stage }) => stage);
      assert.deepEqual(bills, ['Rejected', ...billed.map(() => 'Completed Order')]);
      await ann.lived(
        '2027-01-15 10:00 create',
        '2027-01-15 10:00 update',
        '2027-01-15 10:00 item_pause',
        '2027-02-06 00:00 update',
        '2027-02-06 00:00 item_unpause',
        '2027-02-06 00:00 decline: do not honor, attempt 1',
        '2027-02-06 00:01 update: given up',
        ...billed.map((at) => `${at} ${bill}`),
      );
    },
  );

story(
  'an order that is paid after its auto order was canceled plans no attempt',
  {
    ...opening,
    settings: {
      ...opening.settings,
      missed_shipments: 'bill',
      dunning: { retry_days: [], at_end: 'cancel' },
    },
  },
  async (shop) => {
    await shop.sells(tea);
    const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Weekly' }]);
    await newCard(ann, 'tok_decline');
    await shop.until('2027-02-06T00:00');
    await ann.updateItem({ next_shipment_dts: '2027-02-01T10:00:00-05:00' });
    const [kept] = await ann.bills();
    await put({ ann, orderId: kept!.order_id! }, { payment: { payment_method: 'Check' } });
    await put({ ann, orderId: kept!.order_id! }, { current_stage: 'Completed Order' });
    const { status, next_attempt, items } = await ann.read();
    assert.deepEqual(
      [status, next_attempt, items?.[0]?.number_of_rebills],
      ['canceled', undefined, 1],
    );
  },
);

story(
  'a rejected order that is paid after all counts, and is not charged',
  opening,
  async (shop) => {
    const kept = await declined(shop, 'tok_decline_1x-after-all');
    await put(kept, { current_stage: 'Rejected' });
    await put(kept, { current_stage: 'Accounts Receivable' });
    await shop.until('2027-03-16T00:00');
    await kept.ann.lived('2027-02-16 00:00 update: given up', `2027-03-15 10:00 ${bill}`);
    await put(kept, {
      payment: { payment_method: 'Money Order' },
      current_stage: 'Completed Order',
    });
    await kept.ann.lived(`2027-03-16 00:00 ${bill}`);
    assert.deepEqual(await stateOf(kept.ann), ['active', 0, undefined, 2, '2027-04-15']);
  },
);

story(
  'declined to the end and then paid by check: the auto order is active again',
  opening,
  async (shop) => {
    const kept = await declined(shop);
    await shop.until('2027-04-20T00:00');
    await kept.ann.lived(
      declineOf('2027-02-18', 2),
      declineOf('2027-02-21', 3, ', the last'),
      '2027-02-21 10:00 disable: declined',
    );
    await put(kept, { payment: { payment_method: 'Check' }, current_stage: 'Shipping Department' });
    assert.deepEqual((await stateOf(kept.ann)).slice(0, 4), ['active', 0, undefined, 1]);
    await kept.ann.lived(`2027-04-20 00:00 ${bill}`);
  },
);

story(
  'canceled while its order waits: paid by check it counts, and stays canceled',
  opening,
  async (shop) => {
    const kept = await declined(shop);
    await kept.ann.update({ enabled: false, cancel_reason: 'moved' });
    await put(kept, { payment: { payment_method: 'Check' }, current_stage: 'Completed Order' });
    await kept.ann.lived(
      '2027-02-16 00:00 update',
      '2027-02-16 00:00 cancel',
      `2027-02-16 00:00 ${bill}`,
    );
    assert.deepEqual(
      (await stateOf(kept.ann)).slice(0, 4),
      ['canceled', 1, undefined, 1].with(1, 0),
    );
  },
);

story(
  'disabled by a person while its order waits: paid by check it counts, and stays disabled',
  opening,
  async (shop) => {
    const kept = await declined(shop);
    await kept.ann.update({ enabled: false });
    await put(kept, { current_stage: 'Completed Order' });
    assert.deepEqual((await stateOf(kept.ann)).slice(0, 4), ['disabled', 0, undefined, 1]);
  },
);

story('what says that an order is paid must fit its stage and its time', opening, async (shop) => {
  const kept = await declined(shop);
  for (const [field, change] of [
    ['payment_status', { current_stage: 'Hold', payment: { payment_status: 'Processed' } }],
    ['payment_dts', { payment: { payment_dts: '2027-03-01T10:00:00-05:00' } }],
    ['payment_dts', { payment: { payment_dts: '2027-02-01T10:00:00-05:00' } }],
  ] as const)
    await assert.rejects(put(kept, change), new RegExp(`payment.${field}`));
  await put(kept, { current_stage: 'Rejected' });
  await assert.rejects(put(kept, { payment: { payment_status: 'Processed' } }), /Rejected is for/);
});

for (const [why, change] of [
  ['is in Hold', { current_stage: 'Hold' }],
  ['is in Pending Clearance', { current_stage: 'Pending Clearance' }],
  ['is to be paid by Check', { payment: { payment_method: 'Check' } }],
] as const)
  story(`an order that ${why} is not charged until staff let it go`, opening, async (shop) => {
    const kept = await declined(shop, `tok_decline_1x-${why.length}`);
    await put(kept, change);
    await shop.until('2027-02-20T00:00');
    const waiting = await kept.ann.read();
    assert.match(waiting.failure_reason ?? '', new RegExp(`${kept.orderId} ${why}$`));
    const { rebill_attempted: isTried, failure_reason: reason } = await newCard(
      kept.ann,
      'tok_new',
      {
        attempt_rebill: true,
      },
    );
    assert.deepEqual([isTried, String(reason).includes(why)], [false, true]);
    await put(kept, {
      current_stage: 'Accounts Receivable',
      payment: { payment_method: 'Credit Card' },
    });
    await shop.until('2027-02-21T00:00');
    assert.deepEqual((await stateOf(kept.ann)).slice(0, 4), ['active', 0, undefined, 1]);
  });

story('a new card collects nothing once the original order is rejected', opening, async (shop) => {
  const kept = await declined(shop, 'tok_decline_1x-rejected-original');
  const { original_order_id: orderId } = await kept.ann.read();
  await put({ ...kept, orderId: orderId! }, { current_stage: 'Rejected' });
  const { rebill_attempted: isTried } = await newCard(kept.ann, 'tok_new', {
    attempt_rebill: true,
  });
  assert.equal(isTried, false);
  assert.deepEqual((await stateOf(kept.ann)).slice(3, 4), [0]);
});

story('a retry that succeeds keeps what staff wrote on the order', opening, async (shop) => {
  const kept = await declined(shop, 'tok_decline_1x-written');
  await put(kept, {
    merchant_notes: undefined,
    internal: { sales_rep_code: 'SR1' },
    Tags: [{ tag_value: 'called' }],
    properties: [{ name: 'ticket', value: '17' }],
    shipping: { address1: '5 New Street', tracking_numbers: ['1Z999'] },
    billing: { company: 'Tea Ltd' },
  } as Order);
  await kept.ann.update({
    original_order: { shipping: { city: 'Boston', address1: '1 Old Street' } },
  });
  await shop.until('2027-03-01T00:00');
  const { order: paid } = await kept.ann.ask({
    operation: 'getOrder',
    params: { order_id: kept.orderId },
    query: { _expand: 'billing,shipping,internal,properties,tags,payment,payment.transaction' },
  });
  assert.deepEqual(
    [
      paid.current_stage,
      paid.payment.payment_status,
      paid.payment.transactions.map((each: { successful: boolean }) => each.successful),
    ],
    ['Completed Order', 'Processed', [false, true]],
  );
  assert.deepEqual(
    [
      paid.internal.sales_rep_code,
      paid.Tags,
      paid.properties.map(({ name, value }) => [name, value]),
      paid.billing.company,
      paid.shipping.address1,
      paid.shipping.tracking_numbers,
      paid.shipping.city,
    ],
    [
      'SR1',
      [{ tag_value: 'called' }],
      [['ticket', '17']],
      'Tea Ltd',
      '5 New Street',
      ['1Z999'],
      'Boston',
    ],
  );
});

story('an order that is read and written back as it was is not edited', opening, async (shop) => {
  const kept = await declined(shop, 'tok_decline_1x-readback');
  const _expand =
    'billing,checkout,coupon,current_stage_histories,internal,item,marketing,payment,' +
    'payment.transaction,properties,shipping,summary,tags,taxes';
  const params = { order_id: kept.orderId };
  const { order } = await kept.ann.ask({ operation: 'getOrder', params, query: { _expand } });
  await put(kept, order);
  // Later changes by the customer still change the order.
  await kept.ann.update({
    original_order: {
      billing: { company: 'Bean Ltd' },
      shipping: { city: 'Boston' },
      checkout: { comments: 'ring twice' },
    },
  });
  await shop.until('2027-03-01T00:00');
  const { order: paid } = await kept.ann.ask({ operation: 'getOrder', params, query: { _expand } });
  assert.deepEqual(
    [paid.billing.company, paid.shipping.city, paid.checkout.comments, paid.current_stage],
    ['Bean Ltd', 'Boston', 'ring twice', 'Completed Order'],
  );
  // A form that was read while the order was declined is now refused, and undoes nothing.
  await assert.rejects(put(kept, order), /current_stage/);
  assert.deepEqual((await stateOf(kept.ann)).slice(0, 4), ['active', 0, undefined, 1]);
});

story(
  'a card that staff write on the order pays that order, and no later one',
  opening,
  async (shop) => {
    const kept = await declined(shop);
    await put(kept, {
      payment: {
        credit_card: {
          card_number_token: 'tok_visa_1111',
          card_expiration_month: 11,
          card_expiration_year: 2041,
        },
      },
    });
    await shop.until('2027-03-16T00:00');
    await kept.ann.lived(`2027-02-18 10:00 ${bill}`, declineOf('2027-03-15', 1));
    const [paid] = await kept.ann.bills('payment');
    assert.deepEqual(
      [paid?.payment?.credit_card?.card_number, paid?.payment?.credit_card?.card_expiration_year],
      ['XXXXXXXXXXXX1111', 2041],
    );
  },
);

for (const isPaused of [false, true])
  for (const isEarly of [false, true])
    story(
      `a form from before a rebill ${isEarly ? 'ahead of its date ' : ''}that staff gave ` +
        `up${isPaused ? ', of a paused item,' : ''} brings no date back`,
      opening,
      async (shop) => {
        await shop.sells(tea);
        const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }]);
        await newCard(ann, 'tok_decline');
        if (isPaused) await ann.ask({ operation: 'pauseAutoOrder', body: {} });
        const form = await ann.read();
        if (isPaused) await ann.updateItem({ paused: false });
        if (isEarly) await ann.ask({ operation: 'attemptAutoOrderRebill' });
        else await shop.until('2027-02-16T00:00');
        const [kept] = await ann.bills();
        await put({ ann, orderId: kept!.order_id! }, { current_stage: 'Rejected' });
        await ann.update(form);
        const { items } = await ann.read();
        assert.equal(items?.[0]?.next_shipment_dts, '2027-03-15T10:00:00-04:00');
      },
    );

/** Returns the taxed cost of an order's first line, the tax and the total. */
const taxOf = ({ items = [], summary = {} }: Order) => [
  items[0]?.taxable_cost?.value,
  summary.tax?.value,
  summary.total?.value,
];

story('an edited order is taxed by what is taxed at its retry', opening, async (shop) => {
  await shop.sells({ ...tea, tax: { taxable_cost: 10 } });
  await shop.taxes({ country_code: 'US', state_region: 'NV', tax_rate: 10 });
  const shipping = { country_code: 'US', state_region: 'NV' };
  const monthly = [{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }];
  const ann = await shop.order(monthly, { shipping });
  await newCard(ann, 'tok_decline_1x-taxed');
  await shop.until('2027-02-16T00:00');
  const [kept] = await ann.bills('item,summary');
  assert.deepEqual(taxOf(kept!), [10, 1, 26]);
  const items = [{ ...kept!.items![0], perishable_class: 'cool' }];
  await put({ ann, orderId: kept!.order_id! }, { items });
  await shop.changes('TEA', { tax: { taxable_cost: 20 } });
  await shop.until('2027-02-19T00:00');
  const [paid] = await ann.bills('item,summary');
  assert.equal(paid!.items![0]!.perishable_class, 'cool');
  assert.deepEqual(taxOf(paid!), [20, 2, 27]);
});
