// Stories of orders in Accounts Receivable that staff charge while the engine retries the rebill
// behind them.
import assert from 'node:assert/strict';
import type { Customer } from '@perennial/contract/customer.ts';
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

interface Kept {
  readonly ann: Subscriber;
  readonly orderId: string;
}

/**
 * Plays until Ann's card is declined and the rebill of 15 February waits in Accounts Receivable.
 */
async function declined(shop: Shop, token = 'tok_decline'): Promise<Kept> {
  await shop.sells(tea);
  const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }]);
  await newCard(ann, token);
  await shop.until('2027-02-16T00:00');
  const [kept] = await ann.bills();
  assert.equal(kept?.current_stage, 'Accounts Receivable');
  await ann.lived('2027-01-15 10:00 create', '2027-02-15 10:00 decline: do not honor, attempt 1');
  return { ann, orderId: kept.order_id! };
}

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

const put = ({ ann, orderId }: Kept, body: Order) =>
  ann.ask({ operation: 'updateOrder', params: { order_id: orderId }, body });

const pay = ({ ann, orderId }: Kept, body: object = {}) =>
  ann.ask({ operation: 'processPayment', params: { order_id: orderId }, body });

const stateOf = async (ann: Subscriber) => {
  const { status, credit_card_attempt: declines, items } = await ann.read();
  const [item] = items ?? [];
  return [status, declines, item?.number_of_rebills, item?.next_shipment_dts?.slice(0, 10)];
};

story('charging the order of a declined rebill pays the rebill', opening, async (shop) => {
  const kept = await declined(shop);
  // The customer gives another card on the phone, for this order only.
  await put(kept, { payment: { credit_card: { card_number_token: 'tok_approve_phone' } } });
  const { payment_transaction: transaction } = await pay(kept);
  assert.equal(transaction?.successful, true);
  assert.deepEqual(await stateOf(kept.ann), ['active', 0, 1, '2027-03-15']);
  await kept.ann.lived(`2027-02-16 00:00 ${bill}`);
  // The next rebill is due as usual, and charges the card of the auto order.
  await newCard(kept.ann, 'tok_approve');
  await shop.until('2027-03-16T00:00');
  await kept.ann.lived(`2027-03-15 10:00 ${bill}`);
  const [first] = await kept.ann.bills('payment,payment.transaction');
  assert.deepEqual(
    first?.payment?.transactions?.map(({ successful }) => successful),
    [false, true],
  );
});

story('a charge that is declined too leaves the retries as they were', opening, async (shop) => {
  const kept = await declined(shop);
  const { payment_transaction: transaction } = await pay(kept);
  assert.equal(transaction?.successful, false);
  assert.deepEqual(await stateOf(kept.ann), ['active', 1, 0, '2027-02-15']);
  await shop.until('2027-02-22T00:00');
  await kept.ann.lived(
    '2027-02-18 10:00 decline: do not honor, attempt 2',
    '2027-02-21 10:00 decline: do not honor, attempt 3, the last',
    '2027-02-21 10:00 disable: declined',
  );
});

story(
  'declined to the end, then charged: the auto order is active again',
  opening,
  async (shop) => {
    const kept = await declined(shop);
    await shop.until('2027-02-25T00:00');
    assert.equal((await stateOf(kept.ann))[0], 'disabled');
    await put(kept, { payment: { credit_card: { card_number_token: 'tok_approve_phone' } } });
    await pay(kept);
    assert.deepEqual(await stateOf(kept.ann), ['active', 0, 1, '2027-03-15']);
  },
);

story('the order of a rebill is charged as a whole', opening, async (shop) => {
  const kept = await declined(shop);
  await assert.rejects(pay(kept, { amount: 10 }), /is paid as a whole/);
  await pay(kept, { amount: 25 });
});

/** Subscribes a firm that orders tea every month and pays by purchase order. */
const byPurchaseOrder = (shop: Shop) =>
  shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }], {
    payment: {
      payment_method: 'Purchase Order',
      purchase_order: { purchase_order_number: 'PO-7' },
    },
    channel_partner: { auto_approve_purchase_order: true },
  });

story('an invoice subscription over a year', { on: '2027-01-15T10:00' }, async (shop) => {
  await shop.sells(tea);
  const firm = await byPurchaseOrder(shop);
  await shop.until('2027-03-16T00:00');
  const [february, march] = await firm.bills('payment,payment.transaction');
  assert.deepEqual(
    [february, march].map((order) => [
      order?.current_stage,
      order?.payment?.payment_status,
      order?.payment?.purchase_order?.purchase_order_number,
      order?.payment?.transactions?.length ?? 0,
    ]),
    Array.from({ length: 2 }, () => ['Accounts Receivable', 'Unprocessed', 'PO-7', 0]),
  );
  // The firm pays February by bank transfer; nothing else changes.
  const paid = await put(
    { ann: firm, orderId: february!.order_id! },
    {
      current_stage: 'Completed Order',
      payment: { payment_method: 'Wire Transfer' },
    },
  );
  assert.equal(paid['order'].current_stage, 'Completed Order');
  assert.deepEqual(await stateOf(firm), ['active', 0, 2, '2027-04-15']);
  // March is never paid: staff reject the order, and the subscription continues.
  await put({ ann: firm, orderId: march!.order_id! }, { current_stage: 'Rejected' });
  await shop.until('2028-01-16T00:00');
  assert.deepEqual(await stateOf(firm), ['active', 0, 12, '2028-02-15']);
  await firm.lived(
    '2027-01-15 10:00 create',
    ...Array.from({ length: 12 }, (_, month) => {
      const [year, index] = month < 11 ? [2027, month + 2] : [2028, 1];
      return `${year}-${String(index).padStart(2, '0')}-15 10:00 ${bill}`;
    }),
  );
  const stages = (await firm.bills()).map((order) => order.current_stage);
  assert.deepEqual(stages.slice(0, 3), ['Completed Order', 'Rejected', 'Accounts Receivable']);
  // After the firm adds a card, its rebills are charged.
  const paysBy = (payment: NonNullable<Order['payment']>) =>
    firm.update({ original_order: { payment } });
  const card = { card_expiration_month: 12, card_expiration_year: 2040 };
  await paysBy({
    payment_method: 'Credit Card',
    credit_card: { card_number_token: 'tok_approve', ...card },
  });
  await shop.until('2028-02-16T00:00');
  const last = (await firm.bills('payment')).at(-1);
  assert.deepEqual(
    [last?.current_stage, last?.payment?.payment_method],
    ['Completed Order', 'Credit Card'],
  );
  await paysBy({ payment_method: 'Purchase Order' });
});

const approvals: readonly (readonly [by: string, profile: Customer])[] = [
  ['the profile', { auto_approve_purchase_order: true }],
  ['a pricing tier', { pricing_tiers: [{ name: 'Firms' }] }],
];
for (const [by, profile] of approvals)
  story(`purchase orders that ${by} approves ship, rebills too`, opening, async (shop) => {
    await shop.sells(tea);
    await shop.tiers({ name: 'Firms', auto_approve_purchase_order: true });
    const change = await shop.profile({ email: 'ann@example.com', ...profile });
    const firm = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }], {
      payment: { payment_method: 'Purchase Order' },
      channel_partner: { store_completed: false },
    });
    await shop.until('2027-02-16T00:00');
    await change({ auto_approve_purchase_order: false, pricing_tiers: [] });
    await shop.until('2027-03-16T00:00');
    assert.deepEqual(
      (await firm.bills('payment')).map(({ current_stage, payment }) => [
        current_stage,
        payment?.payment_status,
        payment?.payment_dts?.slice(0, 10),
      ]),
      [
        ['Shipping Department', 'Processed', '2027-02-15'],
        ['Accounts Receivable', 'Unprocessed', undefined],
      ],
    );
    const { logs } = (await firm.ask({ operation: 'getAutoOrder', query: { _expand: 'logs' } }))
      .auto_order;
    const words = logs.map(({ log_message }) => log_message).join('\n');
    assert.match(words, /Rebill 1 invoiced: .* Its purchase order is approved\./);
    assert.match(words, /Rebill 2 invoiced: .* It waits in Accounts Receivable\./);
    const [approved] = await firm.bills();
    await firm.ask({ operation: 'cancelOrder', params: { order_id: approved!.order_id! } }).then(
      () => assert.fail('paid in another way'),
      (error: Error) => assert.match(error.message, /manual_refund/),
    );
  });

story(
  'a rebill that is paid at the third try shows all tries, though declined orders are not kept',
  { on: '2027-01-15T10:00' },
  async (shop) => {
    await shop.sells(tea);
    const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }]);
    await newCard(ann, 'tok_decline_2x-third');
    await shop.until('2027-02-25T00:00');
    const [order] = await ann.bills('payment,payment.transaction');
    assert.deepEqual(
      order?.payment?.transactions?.map((each) => [
        each.transaction_id,
        each.successful,
        each.transaction_timestamp?.slice(0, 10),
        each.details?.find(({ name }) => name === 'reason')?.value,
      ]),
      [
        [1, false, '2027-02-15', 'do not honor'],
        [2, false, '2027-02-18', 'do not honor'],
        [3, true, '2027-02-21', undefined],
      ],
    );
  },
);

const readStatus = async (ann: Subscriber) => (await ann.read()).status;

/** Subscribes Ann to tea; a person disables or cancels the auto order on 1 February. */
async function stopped(shop: Shop, how: object): Promise<Subscriber> {
  await shop.sells(tea);
  const ann = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }]);
  await shop.until('2027-02-01T00:00');
  await ann.update({ enabled: false, ...how });
  await shop.until('2027-03-20T00:00');
  return ann;
}

story(
  'a new card activates what a person disabled, and charges nothing missed',
  opening,
  async (shop) => {
    const ann = await stopped(shop, {});
    const { rebill_attempted: isAttempted } = await newCard(ann, 'tok_approve', {
      attempt_rebill: true,
    });
    assert.equal(isAttempted, false);
    assert.deepEqual(await stateOf(ann), ['active', 0, 0, '2027-04-15']);
    await shop.until('2027-04-16T00:00');
    assert.equal((await ann.bills()).length, 1);
  },
);

story(
  'a canceled auto order stays canceled, unless the request says otherwise',
  opening,
  async (shop) => {
    const ann = await stopped(shop, { cancel_reason: 'Too much tea' });
    const { failure_reason: reason } = await newCard(ann, 'tok_approve');
    assert.match(reason ?? '', /is canceled: the card was stored\. Send reactivate_canceled=true/);
    assert.equal(await readStatus(ann), 'canceled');
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      query: { reactivate_canceled: true },
      body: {
        card_number_token: 'tok_approve_2',
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    assert.deepEqual(await stateOf(ann), ['active', 0, 0, '2027-04-15']);
  },
);

story(
  'a rebill on request revives what declines have disabled, if it succeeds',
  opening,
  async (shop) => {
    const kept = await declined(shop, 'tok_decline_4x-stubborn');
    const { ann } = kept;
    await shop.until('2027-02-25T00:00');
    const rebill = () => ann.ask({ operation: 'attemptAutoOrderRebill' });
    const refused = await rebill();
    assert.deepEqual([refused['rebill_attempted'], refused['rebill_success']], [true, false]);
    assert.deepEqual((await stateOf(ann)).slice(0, 3), ['disabled', 4, 0]);
    const paid = await rebill();
    assert.deepEqual([paid['rebill_success'], paid['rebill_order_id']], [true, kept.orderId]);
    assert.deepEqual(await stateOf(ann), ['active', 0, 1, '2027-03-15']);
    await shop.until('2027-03-16T00:00');
    assert.equal((await ann.bills()).length, 2);
  },
);

story(
  'a merchant that skips missed shipments collects what a declined rebill left by a new card',
  { ...opening, settings: { store_declined_rebills: true, missed_shipments: 'skip' } },
  async (shop) => {
    const { ann, orderId } = await declined(shop);
    await shop.until('2027-02-25T00:00');
    assert.equal(await readStatus(ann), 'disabled');
    const paid = await newCard(ann, 'tok_approve', { attempt_rebill: true });
    assert.deepEqual([paid['rebill_success'], paid['rebill_order_id']], [true, orderId]);
    assert.deepEqual(await stateOf(ann), ['active', 0, 1, '2027-03-15']);
  },
);

/**
 * Subscribes a firm that orders two teas every month, pays by purchase order, and owes a fee if it
 * cancels early.
 */
async function bound(shop: Shop): Promise<Subscriber> {
  const leaving = {
    auto_order_cancel_item_id: 'EXIT-FEE',
    auto_order_cancel_minimum_rebill_count: 9,
  };
  await shop.sells(
    { merchant_item_id: 'EXIT-FEE', description: 'Exit fee', pricing: { cost: 40 } },
    { ...tea, auto_order: { ...tea.auto_order, ...leaving } },
  );
  const lines = [{ merchant_item_id: 'TEA', quantity: 2, auto_order_schedule: 'Monthly' }];
  return shop.order(lines, {
    payment: {
      payment_method: 'Purchase Order',
      purchase_order: { purchase_order_number: 'PO-7' },
    },
    channel_partner: { auto_approve_purchase_order: true, store_completed: false },
    taxes: { arbitrary_tax_rate: 10 },
  });
}

/** The order is paid by check, and one of its two teas is refunded. */
async function paidByCheck(firm: Subscriber, order_id: string): Promise<void> {
  const check = { check_number: '77' };
  const { order: paid } = await put(
    { ann: firm, orderId: order_id },
    { payment: { payment_method: 'Check', check, payment_status: 'Processed' } },
  );
  assert.equal(paid.current_stage, 'Shipping Department');
  const refund = (query: Record<string, string | boolean>) =>
    firm.ask({
      operation: 'refundOrder',
      params: { order_id },
      query,
      body: { items: [{ quantity_refunded: 1 }] },
    });
  await assert.rejects(refund({}), /was not charged by a gateway/);
  const { order } = await refund({ manual_refund: true, _expand: 'summary' });
  assert.equal(order.summary?.total_refunded?.value, 27.5);
}

story(
  'an invoice subscription: paid by check, half given back, one skipped, canceled with a fee',
  { on: '2027-01-15T10:00' },
  async (shop) => {
    const firm = await bound(shop);
    await shop.until('2027-02-20T00:00');
    await paidByCheck(firm, (await firm.bills())[0]!.order_id!);
    await firm.ask({ operation: 'skipAutoOrder', body: { shipment_dts: '2027-03-15' } });
    await shop.until('2027-05-20T00:00');
    assert.deepEqual(await stateOf(firm), ['active', 0, 3, '2027-06-15']);
    const may = (await firm.bills()).at(-1)!;
    await assert.rejects(pay({ ann: firm, orderId: may.order_id! }), /has no card/);
    const leaves = { cancel_reason: 'Too dear', canceled_by_user: 'firm' };
    await firm.update({ enabled: false, ...leaves });
    await shop.until('2027-06-20T00:00');
    const bills = await firm.bills('summary,payment,item');
    assert.deepEqual(
      bills.map(({ current_stage: stage, summary, items }) => [
        stage,
        summary?.total?.value,
        items?.map(({ merchant_item_id: id }) => id).join(),
      ]),
      [
        ['Shipping Department', 55, 'TEA'],
        ['Accounts Receivable', 55, 'TEA'],
        ['Accounts Receivable', 55, 'TEA'],
        ['Accounts Receivable', 44, 'EXIT-FEE'],
      ],
    );
    assert.equal(await readStatus(firm), 'canceled');
    const fee = { ann: firm, orderId: bills.at(-1)!.order_id! };
    const { order } = await put(fee, { payment: { payment_status: 'Processed' } });
    assert.equal(order.current_stage, 'Completed Order', 'a fee does not ship');
  },
);
