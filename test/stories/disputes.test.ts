// Stories of disputes, and of refunds that are made at the gateway itself: what is recorded, what
// is billed meanwhile, and who is notified. At the end of each story the audit compares both books.
import assert from 'node:assert/strict';
import { type Shop, type Subscriber, story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 20 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];
type Action = 'refund' | 'dispute' | 'win dispute' | 'lose dispute';

/** Subscribes a customer and bills the first rebill. */
async function billedOnce(shop: Shop): Promise<{ ann: Subscriber; rebill: string }> {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await shop.until('2026-02-20T00:00');
  const [rebill] = await ann.bills();
  return { ann, rebill: rebill!.order_id! };
}

const act = (ann: Subscriber, orderId: string, action: Action, amount?: number) =>
  ann.ask({
    operation: 'actAtSimulator',
    body: { action, order_id: orderId, ...(amount === undefined ? {} : { amount }) },
  });

const disputesOf = async (ann: Subscriber, orderId: string) =>
  (await ann.ask({ operation: 'getChargebackDisputes', query: { order_id: orderId } }))
    .chargebacks as { status: string; amount: number; case_number: string }[];

const tasksOf = async (ann: Subscriber, orderId: string) => {
  const { tasks } = await ann.ask({
    operation: 'searchWorkflowTasks',
    body: { object_id: orderId },
  });
  return (tasks as { task_name: string; status: string }[]).map(
    ({ task_name: name, status }) => `${name}: ${status}`,
  );
};

const readOrder = async (ann: Subscriber, orderId: string) =>
  (
    await ann.ask({
      operation: 'getOrder',
      params: { order_id: orderId },
      query: { _expand: 'summary,item,payment,payment.transaction' },
    })
  ).order;

const eventsOf = async (ann: Subscriber, orderId: string) => {
  const { events } = await ann.ask({ operation: 'getEvents', query: { _limit: 1000 } });
  type Told = { event_name: string; payload: { order_id?: string } };
  return (events as Told[])
    .filter(
      ({ event_name: name, payload }) =>
        payload.order_id === orderId && /chargeback|refund/.test(name),
    )
    .map(({ event_name: name }) => name);
};

story(
  'a dispute stops the billing until it is won',
  { on: '2026-01-15T10:00', settings: { feed: {} } },
  async (shop) => {
    const { ann, rebill } = await billedOnce(shop);
    await act(ann, rebill, 'dispute');
    assert.deepEqual(await tasksOf(ann, rebill), ['Respond to a dispute: open']);
    const [dispute] = await disputesOf(ann, rebill);
    assert.deepEqual([dispute!.status, dispute!.amount], ['open', 20]);
    const { payment } = await readOrder(ann, rebill);
    assert.deepEqual(
      payment.transactions[0].details.find(({ name }: { name: string }) => name === 'dispute'),
      { name: 'dispute', type: 'text', value: `${dispute!.case_number}: open` },
    );

    await shop.until('2026-06-01T00:00');
    assert.equal((await ann.bills()).length, 1, 'nothing is billed while it is open');
    assert.match(
      (await ann.read()).failure_reason ?? '',
      new RegExp(`the charge of order ${rebill} is disputed`),
    );

    await act(ann, rebill, 'win dispute');
    assert.deepEqual(await tasksOf(ann, rebill), ['Respond to a dispute: closed - system']);
    await shop.until('2026-06-01T01:00');
    assert.equal(
      (await ann.bills()).length,
      2,
      'the shipment that waited, and none that was missed',
    );
    assert.equal((await ann.read()).failure_reason, undefined);
    assert.deepEqual(await eventsOf(ann, rebill), ['chargeback_create', 'chargeback_update']);
  },
);

story('a dispute that is lost cancels the auto order', { on: '2026-01-15T10:00' }, async (shop) => {
  const { ann, rebill } = await billedOnce(shop);
  await act(ann, rebill, 'dispute', 5);
  await act(ann, rebill, 'lose dispute');
  const { status, cancel_reason: reason } = await ann.read();
  assert.deepEqual([status, reason], ['canceled', `Dispute of order ${rebill}`]);
  const [dispute] = await disputesOf(ann, rebill);
  assert.deepEqual([dispute!.status, dispute!.amount], ['lost', 5]);
  assert.deepEqual(await tasksOf(ann, rebill), ['Respond to a dispute: closed - system']);
  await shop.until('2026-06-01T00:00');
  assert.equal((await ann.bills()).length, 1);
});

for (const [atOpening, status, bills] of [
  ['cancel', 'canceled', 1],
  ['continue', 'active', 2],
] as const)
  story(
    `a merchant may choose: ${atOpening} when a dispute opens`,
    { on: '2026-01-15T10:00', settings: { disputes: { at_opening: atOpening } } },
    async (shop) => {
      const { ann, rebill } = await billedOnce(shop);
      await act(ann, rebill, 'dispute');
      assert.equal((await ann.read()).status, status);
      await shop.until('2026-03-20T00:00');
      assert.equal((await ann.bills()).length, bills);
    },
  );

story(
  'refunds at the gateway are recorded once, in parts and then in whole',
  { on: '2026-01-15T10:00', settings: { feed: {} } },
  async (shop) => {
    const { ann, rebill } = await billedOnce(shop);
    await act(ann, rebill, 'refund', 7.5);
    const part = await readOrder(ann, rebill);
    assert.deepEqual(
      [
        part.summary.other_refunded.value,
        part.summary.total_refunded.value,
        part.payment.payment_status,
      ],
      [7.5, 7.5, 'Processed'],
    );
    await act(ann, rebill, 'refund');
    const whole = await readOrder(ann, rebill);
    assert.deepEqual(
      [whole.summary.total_refunded.value, whole.payment.payment_status],
      [20, 'Refunded'],
    );
    assert.deepEqual(await eventsOf(ann, rebill), ['order_refund', 'order_refund']);
    assert.deepEqual(await tasksOf(ann, rebill), [
      'Check a refund that was made at the gateway: open',
    ]);
    await shop.until('2026-03-20T00:00');
    assert.equal((await ann.bills()).length, 2, 'a refund alone does not stop the billing');
  },
);

story(
  'a refund of the whole order at the gateway refunds its lines',
  { on: '2026-01-15T10:00', settings: { gateway_refunds: 'cancel' } },
  async (shop) => {
    const { ann, rebill } = await billedOnce(shop);
    await act(ann, rebill, 'refund');
    const { items, summary } = await readOrder(ann, rebill);
    assert.deepEqual(
      [items[0].quantity_refunded, items[0].total_refunded.value, summary.total_refunded.value],
      [1, 20, 20],
    );
    assert.equal((await ann.read()).status, 'canceled', 'as the settings say');
  },
);

story(
  'a manual refund that is then made at the gateway is one refund',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const { ann, rebill } = await billedOnce(shop);
    await ann.ask({
      operation: 'refundOrder',
      params: { order_id: rebill },
      query: { manual_refund: true },
      body: { items: [{ total_refunded: { value: 8 } }] },
    });
    await act(ann, rebill, 'refund', 8);
    const { summary, payment } = await readOrder(ann, rebill);
    assert.equal(summary.total_refunded.value, 8);
    assert.equal(payment.transactions.at(-1)?.transaction_gateway, 'simulator');
  },
);

story(
  'a year with refunds, disputes and declined rebills: both books agree',
  { on: '2026-01-15T10:00', settings: { store_declined_rebills: true } },
  async (shop) => {
    await shop.sells(coffee);
    const people = await Promise.all(
      ['ann', 'bob', 'cy', 'dee'].map((name) =>
        shop.order(monthly, { email: `${name}@example.com` }),
      ),
    );
    const [ann, bob, cy, dee] = people as [Subscriber, Subscriber, Subscriber, Subscriber];
    const lastBill = async (who: Subscriber) => (await who.bills()).at(-1)!.order_id!;
    await dee.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_decline_2x_insufficient_funds',
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    await shop.until('2026-04-01T00:00');
    await act(ann, await lastBill(ann), 'refund', 4);
    await act(bob, await lastBill(bob), 'dispute');
    await ann.ask({
      operation: 'refundOrder',
      params: { order_id: await lastBill(ann) },
      body: { items: [{ total_refunded: { value: 6 } }] },
    });
    await shop.until('2026-07-01T00:00');
    await act(bob, await lastBill(bob), 'win dispute');
    await act(cy, await lastBill(cy), 'dispute');
    await act(cy, await lastBill(cy), 'lose dispute');
    await shop.until('2027-01-20T00:00');
    const bills = await Promise.all(people.map((who) => who.bills()));
    assert.deepEqual(
      [bills[0]!.length, bills[2]!.length, (await cy.read()).status],
      [12, 5, 'canceled'],
    );
    const [kept] = await dee.bills('payment,payment.transaction');
    assert.deepEqual(
      kept!.payment?.transactions?.map(({ successful }) => successful),
      [false, false, true],
      'a declined rebill was kept and paid later',
    );
    const refundedOrders = bills[0]!.map(({ order_id: id }) => id!);
    const refunded = await Promise.all(refundedOrders.map((id) => readOrder(ann, id)));
    assert.equal(
      refunded.reduce((sum, order) => sum + (order.summary.total_refunded?.value ?? 0), 0),
      10,
    );
  },
);

story(
  'a dispute of an order from before a merge holds the auto order that has the items now',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const { ann: source, rebill } = await billedOnce(shop);
    await shop.sells({ ...coffee, merchant_item_id: 'TEA', description: 'Tea' });
    const target = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }]);
    await target.ask({
      operation: 'consolidateAutoOrders',
      body: { source_auto_order_oids: [source.oid] },
    });
    await act(target, rebill, 'dispute');
    await shop.until('2026-04-25T00:00');
    assert.equal((await target.bills()).length, 0);
    await act(target, rebill, 'win dispute');
    await shop.until('2026-04-26T00:00');
    assert.ok((await target.bills()).length > 0);
  },
);
