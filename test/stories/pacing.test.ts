// Stories of a merchant that bills every missed shipment, one a day: a change of the auto order on
// a day with such a charge does not bring the next charge forward.
import assert from 'node:assert/strict';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { type Subscriber, story } from '../support/stories.ts';

const weekly = (id: string) => [{ merchant_item_id: id, auto_order_schedule: 'Weekly' }];
const items = ['COFFEE', 'TEA'].map((id) => ({
  merchant_item_id: id,
  pricing: { cost: 10 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly'] },
}));

/** An auto order with missed shipments, another one of the same customer, and an older form. */
interface Scene {
  readonly late: Subscriber;
  readonly other: Subscriber;
  /** The form as it was read before the first missed shipment was charged. */
  readonly form: AutoOrder;
}

interface Road {
  readonly what: string;
  take(scene: Scene): Promise<unknown>;
  /**
   * The number of missed shipments that are charged on the next day; 0 when the change gives them
   * up.
   */
  readonly nextDay: 0 | 1;
  /** The update's warning about a field without effect. */
  readonly warns?: RegExp;
}

const put = async (late: Subscriber, body: AutoOrder) =>
  (await late.ask({ operation: 'updateAutoOrder', body })).warning?.warning_message ?? '';
const merge = (target: Subscriber, source: Subscriber) =>
  target.ask({
    operation: 'consolidateAutoOrders',
    body: { source_auto_order_oids: [source.oid] },
  });

const roads: readonly Road[] = [
  { what: 'nothing is done', take: async () => {}, nextDay: 1 },
  {
    what: 'disabled and enabled',
    async take({ late }) {
      await late.update({ enabled: false });
      await late.update({ enabled: true });
    },
    nextDay: 1,
  },
  {
    what: 'canceled and enabled: the time is given up',
    async take({ late }) {
      await late.update({ enabled: false, cancel_reason: 'moved' });
      await late.update({ enabled: true });
    },
    nextDay: 0,
  },
  {
    what: 'paused and resumed',
    async take({ late }) {
      await late.ask({ operation: 'pauseAutoOrder' });
      await late.ask({ operation: 'resumeAutoOrder', body: {} });
    },
    nextDay: 1,
  },
  {
    what: 'merged into another',
    take: ({ late, other }) => merge(other, late),
    nextDay: 1,
  },
  {
    what: 'another is merged into it',
    take: ({ late, other }) => merge(late, other),
    nextDay: 1,
  },
  {
    what: 'a new card',
    take: ({ late }) =>
      late.ask({
        operation: 'updateAutoOrderPayment',
        body: {
          card_number_token: 'tok_new',
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      }),
    nextDay: 1,
  },
  {
    what: 'a form of before, with its card',
    take: ({ late, form }) => late.update(form),
    nextDay: 1,
  },
  {
    what: 'the next attempt is cleared',
    take: ({ late }) => put(late, { next_attempt: null } as unknown as AutoOrder),
    nextDay: 1,
    warns: /next_attempt had no effect: missed shipments .* at 2026-03-02T10:00:00-05:00/,
  },
  {
    what: 'the next attempt is set to today',
    take: ({ late }) => put(late, { next_attempt: '2026-03-01T11:00:00-05:00' }),
    nextDay: 1,
    warns: /next_attempt had no effect/,
  },
  {
    what: 'the next attempt is set to a later day',
    take: ({ late }) => put(late, { next_attempt: '2026-03-03T09:00:00-05:00' }),
    nextDay: 0,
  },
  {
    what: 'the date is set to another missed one',
    take: ({ late }) => late.updateItem({ next_shipment_dts: '2026-02-20T10:00:00-05:00' }),
    nextDay: 1,
  },
];

for (const { what, take, nextDay, warns } of roads)
  story(
    `one missed shipment a day: ${what}`,
    { on: '2026-01-15T10:00', settings: { missed_shipments: 'bill' } },
    async (shop) => {
      await shop.sells(...items);
      const late = await shop.order(weekly('COFFEE'));
      const other = await shop.order(weekly('TEA'));
      const coffees = async () =>
        [...(await late.bills('item')), ...(await other.bills('item'))].filter((bill) =>
          bill.items?.some((item) => item.merchant_item_id === 'COFFEE'),
        ).length;
      await late.updateItem({ paused: true });
      await shop.until('2026-03-01T10:00');
      await late.updateItem({ paused: false });
      const form = await late.read();
      await shop.until('2026-03-01T10:01');
      assert.equal(await coffees(), 1);
      const words = await take({ late, other, form });
      if (warns) assert.match(String(words), warns);
      const { differences } = await late.ask({ operation: 'getAudit' });
      assert.deepEqual(differences, []);
      await shop.until('2026-03-01T23:59');
      assert.equal(await coffees(), 1);
      await shop.until('2026-03-02T10:02');
      assert.equal(await coffees(), 1 + nextDay);
    },
  );

story(
  'one missed shipment a day: a person requests another',
  { on: '2026-01-15T10:00', settings: { missed_shipments: 'bill' } },
  async (shop) => {
    await shop.sells(...items);
    const late = await shop.order(weekly('COFFEE'));
    await late.updateItem({ paused: true });
    await shop.until('2026-03-01T10:00');
    await late.updateItem({ paused: false });
    await shop.until('2026-03-01T10:01');
    await assert.rejects(late.ask({ operation: 'attemptAutoOrderRebill' }), /within 24 hours/);
    assert.equal((await late.bills()).length, 1);
  },
);

for (const what of ['paused', 'removed'] as const)
  story(
    `a missed shipment that is ${what} delays no other`,
    { on: '2026-01-15T10:00', settings: { missed_shipments: 'bill' } },
    async (shop) => {
      await shop.sells(...items);
      const ann = await shop.order([...weekly('COFFEE'), ...weekly('TEA')]);
      await ann.updateItem({ paused: true }, 'COFFEE');
      await shop.until('2026-03-01T10:00');
      await ann.updateItem({ next_shipment_dts: '2026-03-02T08:00:00-05:00' }, 'TEA');
      await ann.updateItem({ paused: false }, 'COFFEE');
      await shop.until('2026-03-01T10:01');
      assert.match((await ann.read()).next_attempt!, /^2026-03-02T10:00/);
      if (what === 'paused') await ann.updateItem({ paused: true }, 'COFFEE');
      else {
        const { items: read = [] } = await ann.read();
        const left = read.filter((item) => item.original_item_id === 'TEA');
        await ann.update({ items: left });
      }
      assert.deepEqual((await ann.ask({ operation: 'getAudit' })).differences, []);
      await shop.until('2026-03-02T08:01');
      const [last] = (await ann.bills('item')).slice(-1);
      assert.match(last!.creation_dts!, /^2026-03-02T08:00/);
    },
  );

for (const [policy, days] of [
  ['one', ['2026-04-20', '2026-05-15']],
  ['skip', ['2026-04-20', '2026-05-15']],
  ['bill', ['2026-04-20', '2026-04-21', '2026-04-22', '2026-05-15']],
] as const)
  story(
    `parked for months and billed again, with ${policy}: never two shipments on one day`,
    { on: '2026-01-15T10:00', settings: { missed_shipments: policy } },
    async (shop) => {
      const monthly = { auto_orderable: true, auto_order_schedules: ['Monthly'] };
      await shop.sells({ ...items[0]!, auto_order: monthly });
      const ann = await shop.order([
        { merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' },
      ]);
      const { original_order_id: orderId } = await ann.read();
      const move = (current_stage: string) =>
        ann.ask({
          operation: 'updateOrder',
          params: { order_id: orderId! },
          body: { current_stage },
        });
      await move('Rejected');
      await shop.until('2026-04-20T10:00');
      assert.equal((await ann.bills()).length, 0);
      await move('Completed Order');
      const preview = await ann.ask({ operation: 'previewAutoOrder', query: { count: 4 } });
      const planned = (preview.rebills as { shipment_dts: string }[]).length;
      assert.equal(planned, 4);
      const { auto_order: read } = await ann.ask({
        operation: 'getAutoOrder',
        query: { _expand: 'items,items.future_schedules' },
      });
      const [item] = (read as AutoOrder).items ?? [];
      const months = (item?.future_schedules ?? []).map((each) => each.shipment_dts?.slice(0, 10));
      assert.deepEqual(
        months.slice(0, 3),
        policy === 'bill'
          ? ['2026-02-15', '2026-03-15', '2026-04-15']
          : ['2026-02-15', '2026-05-15', '2026-06-15'],
      );
      await shop.until('2026-05-20T10:00');
      const billed = (await ann.bills()).map(({ creation_dts: at }) => at?.slice(0, 10));
      assert.deepEqual(billed, days);
    },
  );

story(
  'parked for months until a change of the auto order puts it right: one shipment',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const monthly = { auto_orderable: true, auto_order_schedules: ['Monthly'] };
    await shop.sells({ ...items[0]!, auto_order: monthly });
    const ann = await shop.order([{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }]);
    await shop.changes('COFFEE', { pricing: { cost: null as never } });
    await shop.until('2026-04-20T10:00');
    assert.equal((await ann.bills()).length, 0);
    assert.match((await ann.read()).failure_reason ?? '', /no price/);
    await ann.updateItem({ arbitrary_unit_cost: 9 });
    await shop.until('2026-05-20T10:00');
    const billed = (await ann.bills()).map(({ creation_dts: at }) => at?.slice(0, 10));
    assert.deepEqual(billed, ['2026-04-20', '2026-05-15']);
  },
);
