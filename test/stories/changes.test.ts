// Stories of customers who change their minds.
import assert from 'node:assert/strict';
import { story } from '../support/stories.ts';

const chosen = { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] };
const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: chosen,
};
const tea = {
  merchant_item_id: 'TEA',
  description: 'Tea',
  pricing: { cost: 9.5 },
  auto_order: chosen,
};
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];
const bill = 'rebill: COFFEE 12.99 = 12.99';

story('a shipment is skipped', { on: '2026-01-31T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await shop.until('2026-02-20T00:00');
  await ann.updateItem({ next_shipment_dts: '2026-03-31T10:00:00-04:00' });
  await shop.until('2026-06-01T00:00');
  await ann.lived(
    '2026-01-31 10:00 create',
    '2026-02-20 00:00 update',
    `2026-03-31 10:00 ${bill}`,
    `2026-04-30 10:00 ${bill}`,
    `2026-05-31 10:00 ${bill}`,
  );
});

story(
  'paused for the summer; all that was missed is billed, one a day',
  { on: '2026-04-15T10:00', settings: { missed_shipments: 'bill' } },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await shop.until('2026-05-20T12:00');
    await ann.updateItem({ paused: true });
    await shop.until('2026-08-01T12:00');
    await ann.updateItem({ paused: false });
    await shop.until('2026-08-20T00:00');
    await ann.lived(
      '2026-04-15 10:00 create',
      `2026-05-15 10:00 ${bill}`,
      '2026-05-20 12:00 update',
      '2026-05-20 12:00 item_pause',
      '2026-08-01 12:00 update',
      '2026-08-01 12:00 item_unpause',
      `2026-08-01 12:00 ${bill}`,
      `2026-08-02 12:00 ${bill}`,
      `2026-08-15 10:00 ${bill}`,
    );
  },
);

story(
  'paused for the summer; one of what was missed is billed, and a date of last year bills one too',
  { on: '2026-04-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await shop.until('2026-05-20T12:00');
    await ann.updateItem({ paused: true });
    await shop.until('2026-08-01T12:00');
    const shown = async (query: object) =>
      (await ann.ask({ operation: 'previewAutoOrder', query: { count: 2, ...query } })).rebills.map(
        (each: { shipment_dts: string }) => each.shipment_dts.slice(0, 16),
      );
    assert.deepEqual(await shown({}), []);
    assert.deepEqual(await shown({ resumed: true }), ['2026-08-01T12:00', '2026-08-15T10:00']);
    await ann.updateItem({ paused: false });
    await shop.until('2026-08-20T00:00');
    const { items = [] } = await ann.read();
    const { warning } = await ann.ask({
      operation: 'updateAutoOrder',
      body: {
        items: [
          {
            auto_order_item_oid: items[0]!.auto_order_item_oid,
            next_shipment_dts: '2025-02-20T10:00:00-05:00',
          },
        ],
      },
    });
    assert.match(
      warning.warning_message,
      /one shipment is charged .*: 1 × COFFEE for 12\.99 USD, due 2025-.*2026-08-20T10:00:00-04:00/,
    );
    await shop.until('2026-08-21T00:00');
    await ann.lived(
      '2026-04-15 10:00 create',
      `2026-05-15 10:00 ${bill}`,
      '2026-05-20 12:00 update',
      '2026-05-20 12:00 item_pause',
      '2026-08-01 12:00 update',
      '2026-08-01 12:00 item_unpause',
      `2026-08-01 12:00 ${bill}`,
      `2026-08-15 10:00 ${bill}`,
      '2026-08-20 00:00 update',
      `2026-08-20 00:00 ${bill}`,
      `2026-08-20 10:00 ${bill}`,
    );
  },
);

story(
  'canceled for months: nothing of that time is billed, also where all that was missed is',
  { on: '2026-04-15T10:00', settings: { missed_shipments: 'bill' } },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await shop.until('2026-05-01T00:00');
    await ann.update({ enabled: false, cancel_reason: 'Moved' });
    await shop.until('2026-08-01T12:00');
    await ann.update({ enabled: true });
    await shop.until('2026-08-16T00:00');
    await ann.lived(
      '2026-04-15 10:00 create',
      '2026-05-01 00:00 update',
      '2026-05-01 00:00 cancel',
      '2026-08-01 12:00 update',
      `2026-08-15 10:00 ${bill}`,
    );
  },
);

story(
  'paused for the summer; what was missed is left out',
  { on: '2026-04-15T10:00', settings: { missed_shipments: 'skip' } },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await shop.until('2026-05-20T12:00');
    await ann.updateItem({ paused: true });
    await shop.until('2026-08-01T12:00');
    await ann.updateItem({ paused: false });
    await shop.until('2026-09-20T00:00');
    await ann.lived(
      '2026-04-15 10:00 create',
      `2026-05-15 10:00 ${bill}`,
      '2026-05-20 12:00 update',
      '2026-05-20 12:00 item_pause',
      '2026-08-01 12:00 update',
      '2026-08-01 12:00 item_unpause',
      `2026-08-15 10:00 ${bill}`,
      `2026-09-15 10:00 ${bill}`,
    );
  },
);

story('tea instead of coffee', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee, tea);
  const ann = await shop.order(monthly);
  await shop.until('2026-02-20T00:00');
  await ann.updateItem({ arbitrary_item_id: 'TEA', arbitrary_quantity: 2 });
  await shop.until('2026-04-01T00:00');
  await ann.lived(
    '2026-01-15 10:00 create',
    `2026-02-15 10:00 ${bill}`,
    '2026-02-20 00:00 update',
    '2026-03-15 10:00 rebill: 2 × TEA 9.50 = 19.00',
  );
});

story('two auto orders become one', { on: '2026-01-05T10:00' }, async (shop) => {
  await shop.sells(coffee, tea);
  const first = await shop.order(monthly);
  await shop.until('2026-01-20T10:00');
  const second = await shop.order([{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }]);
  await shop.until('2026-02-25T00:00');
  await first.ask({
    operation: 'consolidateAutoOrders',
    body: { source_auto_order_oids: [second.oid] },
  });
  await first.updateItem({ next_shipment_dts: '2026-03-20T10:00:00-04:00' });
  await shop.until('2026-05-01T00:00');
  await second.lived(
    '2026-01-20 10:00 create',
    '2026-02-20 10:00 rebill: TEA 9.50 = 9.50',
    '2026-02-25 00:00 update',
    '2026-02-25 00:00 item_cancel',
  );
  assert.equal((await second.read()).status, 'merged');
  const both = 'rebill: COFFEE 12.99 + TEA 9.50 = 22.49';
  await first.lived(
    '2026-01-05 10:00 create',
    `2026-02-05 10:00 ${bill}`,
    '2026-02-25 00:00 update',
    '2026-02-25 00:00 update',
    `2026-03-20 10:00 ${both}`,
    `2026-04-20 10:00 ${both}`,
  );
});

const contract = {
  merchant_item_id: 'PHONE',
  pricing: { cost: 25 },
  auto_order: {
    ...chosen,
    auto_order_cancel_item_id: 'EXIT-FEE',
    auto_order_cancel_minimum_rebill_count: 3,
  },
};

story('who cancels too early pays the fee, once', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells({ merchant_item_id: 'EXIT-FEE', pricing: { cost: 40 } }, contract);
  const ann = await shop.order([{ merchant_item_id: 'PHONE', auto_order_schedule: 'Monthly' }]);
  await shop.until('2026-03-20T00:00');
  await ann.update({
    enabled: false,
    cancel_reason: 'Too dear',
    canceled_by_user: 'ann@example.com',
  });
  await shop.until('2026-12-01T00:00');
  await ann.lived(
    '2026-01-15 10:00 create',
    '2026-02-15 10:00 rebill: PHONE 25.00 = 25.00',
    '2026-03-15 10:00 rebill: PHONE 25.00 = 25.00',
    '2026-03-20 00:00 update',
    '2026-03-20 00:00 rebill: EXIT-FEE 40.00 = 40.00',
    '2026-03-20 00:00 cancel: cancel after next x orders',
  );
  const { status, cancel_reason: reason } = await ann.read();
  assert.deepEqual([status, reason], ['canceled', 'Too dear']);
});

story(
  'the missing orders of a contract cost what they would have cost, after the price of the first ones',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const balance = { ...contract.auto_order, auto_order_cancel_charge_minimum_balance: true };
    await shop.sells(
      { merchant_item_id: 'EXIT-FEE', pricing: { cost: 40 } },
      { ...contract, auto_order: balance },
    );
    const line = { merchant_item_id: 'PHONE', auto_order_schedule: 'Monthly' };
    const [early, late] = [await shop.order([line]), await shop.order([line])];
    for (const ann of [early, late])
      await ann.updateItem({
        arbitrary_unit_cost: 1,
        arbitrary_unit_cost_remaining_orders: 1,
      });
    const leave = { enabled: false, cancel_reason: 'Too dear', canceled_by_user: 'ann' };
    await early.update(leave);
    await shop.until('2026-02-16T00:00');
    await late.update(leave);
    await shop.until('2026-02-17T00:00');
    const totals = async (ann: typeof early) =>
      (await ann.bills('summary')).map(({ summary }) => summary?.total?.value);
    // First, three pieces are missing, one of them for 1.00. Then two are missing, each for 25.00.
    assert.deepEqual(await totals(early), [51]);
    assert.deepEqual(await totals(late), [1, 50]);
  },
);

story('who stayed long enough pays no fee', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells({ merchant_item_id: 'EXIT-FEE', pricing: { cost: 40 } }, contract);
  const ann = await shop.order([{ merchant_item_id: 'PHONE', auto_order_schedule: 'Monthly' }]);
  await shop.until('2026-04-20T00:00');
  await ann.update({ enabled: false, cancel_reason: 'Moved away' });
  await shop.until('2026-12-01T00:00');
  const rebill = 'rebill: PHONE 25.00 = 25.00';
  await ann.lived(
    '2026-01-15 10:00 create',
    `2026-02-15 10:00 ${rebill}`,
    `2026-03-15 10:00 ${rebill}`,
    `2026-04-15 10:00 ${rebill}`,
    '2026-04-20 00:00 update',
    '2026-04-20 00:00 cancel',
  );
});

story('two more, and then no more', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await ann.update({ cancel_after_next_x_orders: 2 });
  await shop.until('2027-01-01T00:00');
  await ann.lived(
    '2026-01-15 10:00 create',
    '2026-01-15 10:00 update',
    `2026-02-15 10:00 ${bill}`,
    `2026-03-15 10:00 ${bill}`,
    '2026-03-15 10:00 cancel: cancel after next x orders',
  );
});

story(
  'sold out: shipments wait day by day until there is coffee again',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await shop.changes('COFFEE', { auto_order: { ...chosen, auto_order_paused: true } });
    await shop.until('2026-02-18T12:00');
    await shop.changes('COFFEE', { auto_order: { ...chosen, auto_order_paused: false } });
    await shop.until('2026-04-01T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      `2026-02-19 10:00 ${bill}`,
      `2026-03-19 10:00 ${bill}`,
    );
  },
);

story(
  'a price that was forgotten: no auto order is billed wrongly, and all are billed as soon as it is there',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await shop.changes('COFFEE', { pricing: JSON.parse('{"cost": null}') });
    await shop.until('2026-02-16T12:00');
    await ann.lived('2026-01-15 10:00 create', '2026-02-15 10:00 update: parked');
    const { auto_order: parked } = await ann.ask({
      operation: 'getAutoOrder',
      query: { _expand: 'logs' },
    });
    assert.match(parked.logs.at(-1)!.log_message, /^Cannot rebill: item COFFEE: no price/);
    await shop.changes('COFFEE', { pricing: coffee.pricing });
    await shop.until('2026-02-16T12:01');
    await ann.lived('2026-02-16 12:00 update: unparked', `2026-02-16 12:00 ${bill}`);
    await shop.until('2026-03-16T00:00');
    await ann.lived(`2026-03-15 10:00 ${bill}`);
  },
);
