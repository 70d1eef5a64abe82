// Stories of customers whose card is declined.
import assert from 'node:assert/strict';
import { story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] },
};
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];
const bill = 'rebill: COFFEE 12.99 = 12.99';

/** Returns a change to a card that is declined. The first order is paid before the change. */
const goesBad = (token: string) => ({
  operation: 'updateAutoOrderPayment' as const,
  body: { card_number_token: token, card_expiration_month: 12, card_expiration_year: 2040 },
});

story(
  'declined, tried again three days later, and paid',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.ask(goesBad('tok_decline_1x_insufficient_funds-ann'));
    await ann.lived('2026-01-15 10:00 create');
    await shop.until('2026-02-16T00:00');
    const waiting = await ann.read();
    assert.deepEqual(
      [waiting.status, waiting.credit_card_attempt, waiting.next_attempt],
      ['active', 1, '2026-02-18T10:00:00-05:00'],
    );
    await shop.until('2026-03-16T00:00');
    await ann.lived(
      '2026-02-15 10:00 decline: insufficient funds, attempt 1',
      `2026-02-18 10:00 ${bill}`,
      `2026-03-15 10:00 ${bill}`,
    );
    assert.equal((await ann.read()).credit_card_attempt, 0);
  },
);

story(
  'declined to the end, disabled, and revived by a new card',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.ask(goesBad('tok_decline'));
    await shop.until('2026-03-01T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      '2026-02-15 10:00 decline: do not honor, attempt 1',
      '2026-02-18 10:00 decline: do not honor, attempt 2',
      '2026-02-21 10:00 decline: do not honor, attempt 3, the last',
      '2026-02-21 10:00 disable: declined',
    );
    assert.deepEqual([(await ann.read()).status, (await ann.read()).enabled], ['disabled', false]);

    const answer = await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_new',
        card_expiration_month: 1,
        card_expiration_year: 2041,
        attempt_rebill: true,
      },
    });
    assert.equal(answer['rebill_success'], true);
    await shop.until('2026-04-01T00:00');
    await ann.lived(
      '2026-03-01 00:00 update',
      `2026-03-01 00:00 ${bill}`,
      `2026-03-15 10:00 ${bill}`,
    );
  },
);

story('a stolen card is not tried again', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order(monthly);
  await ann.ask(goesBad('tok_decline_stolen_card'));
  await shop.until('2026-06-01T00:00');
  await ann.lived(
    '2026-01-15 10:00 create',
    '2026-02-15 10:00 decline: stolen card, attempt 1, the last',
    '2026-02-15 10:00 disable: declined',
  );
});

story(
  'a coupon for each retry, and a cancelation at the end',
  {
    on: '2026-01-15T10:00',
    settings: {
      dunning: { retry_days: [1, 2], retry_coupon_codes: ['TEN', 'HALF'], at_end: 'cancel' },
      coupons: [
        { code: 'TEN', percent: 10 },
        { code: 'HALF', percent: 50 },
      ],
    },
  },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.ask(goesBad('tok_decline_2x-coupons'));
    const bob = await shop.order(monthly, { email: 'bob@example.com' });
    await bob.ask(goesBad('tok_decline'));
    await shop.until('2026-03-16T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      '2026-02-15 10:00 decline: do not honor, attempt 1',
      '2026-02-16 10:00 decline: do not honor, attempt 2',
      '2026-02-18 10:00 rebill: COFFEE 12.99 + coupon -6.49 = 6.50',
      `2026-03-15 10:00 ${bill}`,
    );
    await bob.lived(
      '2026-01-15 10:00 create',
      '2026-02-15 10:00 decline: do not honor, attempt 1',
      '2026-02-16 10:00 decline: do not honor, attempt 2',
      '2026-02-18 10:00 decline: do not honor, attempt 3, the last',
      '2026-02-18 10:00 cancel: declined',
    );
  },
);

story(
  'a lost answer does not charge a customer twice',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.ask(goesBad('tok_timeout_after'));
    await shop.until('2026-04-01T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      `2026-02-15 10:00 ${bill}`,
      `2026-03-15 10:00 ${bill}`,
    );
  },
);

story(
  'a new card between missed shipments: still one of them a day',
  { on: '2026-01-15T10:00', settings: { missed_shipments: 'bill' } },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.updateItem({ paused: true });
    await shop.until('2026-04-01T10:00');
    await ann.updateItem({ paused: false });
    await shop.until('2026-04-01T10:01');
    assert.equal((await ann.bills()).length, 1);
    await ann.ask(goesBad('tok_approve_new'));
    await shop.until('2026-04-01T23:00');
    assert.equal((await ann.bills()).length, 1);
    await shop.until('2026-04-02T11:00');
    assert.equal((await ann.bills()).length, 2);
  },
);

story(
  'a card that expires in five months: its notice, a new date by the bank, and the next rebills',
  { on: '2026-01-15T10:00', settings: { card_expiry_notice_months: 2 } },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly, { card: 'tok_visa_0626_1111' });
    const oldDate = { card_expiration_month: 6, card_expiration_year: 2026 };
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: { card_number_token: 'tok_visa_0626_1111', ...oldDate },
    });
    await shop.until('2026-05-31T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      `2026-02-15 10:00 ${bill}`,
      `2026-03-15 10:00 ${bill}`,
      '2026-04-01 00:00 update: card expiring',
      `2026-04-15 10:00 ${bill}`,
      `2026-05-15 10:00 ${bill}`,
    );
    const orderId = (await ann.read()).original_order_id!;
    const bank = (card: object) =>
      ann.ask({
        operation: 'actAtSimulator',
        body: { action: 'update card', order_id: orderId, ...card },
      });
    await bank({ card_expiration_month: 9, card_expiration_year: 2026 });
    await shop.until('2026-07-31T00:00');
    await ann.lived(
      '2026-05-31 00:00 update',
      `2026-06-15 10:00 ${bill}`,
      '2026-07-01 00:00 update: card expiring',
      `2026-07-15 10:00 ${bill}`,
    );
    // The bank sends a new card number: the digits change along with the date, and no notice
    // follows for years.
    await bank({ card_last_four: '4242', card_expiration_month: 9, card_expiration_year: 2031 });
    await shop.until('2026-10-31T00:00');
    await ann.lived(
      '2026-07-31 00:00 update',
      `2026-08-15 10:00 ${bill}`,
      `2026-09-15 10:00 ${bill}`,
      `2026-10-15 10:00 ${bill}`,
    );
    const [last] = (await ann.bills('payment')).toReversed();
    const { card_number, card_expiration_year } = last?.payment?.credit_card ?? {};
    assert.deepEqual([card_number?.slice(-4), card_expiration_year], ['4242', 2031]);
  },
);

story(
  'an account that the bank has closed: no retry, a task, and a new card that ends it',
  {
    on: '2026-01-15T10:00',
    settings: { workflowRules: { auto_order_card_update_issue: { enabled: true } } },
  },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order(monthly);
    await ann.ask(goesBad('tok_decline_account_closed'));
    await shop.until('2026-03-01T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      '2026-02-15 10:00 decline: account closed, attempt 1, the last',
      '2026-02-15 10:00 disable: declined',
    );
    const tasksOf = async () => {
      const { auto_order_code: code = '' } = await ann.read();
      const { tasks } = await ann.ask({
        operation: 'getWorkflowTaskByObjectType',
        params: { object_type: 'auto order', object_id: code },
      });
      return tasks.map(({ system_task_type, status }: Record<string, unknown>) => [
        system_task_type,
        status,
      ]);
    };
    assert.deepEqual(await tasksOf(), [['auto_order_card_update_issue', 'open']]);
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: { ...goesBad('tok_new').body, attempt_rebill: true },
    });
    assert.deepEqual(await tasksOf(), [['auto_order_card_update_issue', 'closed - customer']]);
    await shop.until('2026-03-16T00:00');
    await ann.lived(
      '2026-03-01 00:00 update',
      `2026-03-01 00:00 ${bill}`,
      `2026-03-15 10:00 ${bill}`,
    );
  },
);

story(
  'a notice within a week of the clock comes after the rebills before it',
  { on: '2026-01-15T10:00', settings: { card_expiry_notice_months: 2 } },
  async (shop) => {
    await shop.sells(coffee);
    const weekly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Weekly' }];
    const ann = await shop.order(weekly, { card: 'tok_visa_0626_1111' });
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_visa_0626_1111',
        card_expiration_month: 6,
        card_expiration_year: 2026,
      },
    });
    const billed = (...days: readonly string[]) => days.map((day) => `2026-${day} 10:00 ${bill}`);
    await shop.until('2026-04-10T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      ...billed('01-22', '01-29', '02-05', '02-12', '02-19', '02-26', '03-05', '03-12', '03-19'),
      ...billed('03-26'),
      '2026-04-01 00:00 update: card expiring',
      ...billed('04-02', '04-09'),
    );
  },
);

const old = { type: 'VISA', number: '1111', month: 3, year: 2031 };
const unknown = { type: undefined, number: undefined, month: undefined, year: undefined };
const token = (card_number_token: string, more: object = {}) => ({
  payment: { credit_card: { card_number_token, ...more } },
});
/** The client sends these digits back as it read them. */
const digits = { card_number: 'XXXXXXXXXXXX1111', card_number_truncated: true };
const cardsGiven: [what: string, request: object, card: object][] = [
  ['nothing but a token', token('tok_approve-new'), unknown],
  ['the digits that were read', token('tok_approve-new', digits), unknown],
  ['a token with digits', token('tok_approve_4242'), { ...unknown, number: '4242' }],
  [
    'an expiration',
    token('tok_approve-new', { card_expiration_month: 5, card_expiration_year: 2040 }),
    { ...unknown, month: 5, year: 2040 },
  ],
  [
    'a token that the gateway knows',
    token('tok_mastercard_1230_4444'),
    { type: 'MasterCard', number: '4444', month: 12, year: 2030 },
  ],
  ['the same token', token('tok_visa_0331_1111'), old],
  ['no token', token('', { card_expiration_month: 4 }), { ...old, month: 4 }],
];

for (const [what, body, expected] of cardsGiven)
  story(
    `a card given with ${what}: nothing of another card`,
    { on: '2026-01-15T10:00' },
    async (shop) => {
      await shop.sells(coffee);
      const { credit_card } = (body as ReturnType<typeof token>).payment;
      const doors = [
        { operation: 'updateAutoOrder' as const, body: { original_order: body } },
        { operation: 'updateOrder' as const, body },
        ...(credit_card.card_number_token && !('card_number' in credit_card)
          ? [{ operation: 'updateAutoOrderPayment' as const, body: credit_card }]
          : []),
      ];
      for (const door of doors) {
        const ann = await shop.order(monthly, { card: 'tok_visa_0331_1111' });
        const { original_order_id: order_id = '' } = await ann.read();
        await ann.ask({ ...door, params: { order_id, auto_order_oid: ann.oid } });
        const { order } = await ann.ask({
          operation: 'getOrder',
          params: { order_id },
          query: { _expand: 'payment' },
        });
        const card = order.payment.credit_card;
        assert.deepEqual(
          {
            type: card.card_type,
            number: card.card_number?.slice(-4),
            month: card.card_expiration_month,
            year: card.card_expiration_year,
          },
          expected,
          door.operation,
        );
      }
    },
  );

for (const keeps of [false, true])
  story(
    `each attempt of a rebill is a transaction with its gateway and code, ${keeps ? '' : 'no '}order kept`,
    { on: '2026-01-15T10:00', settings: { store_declined_rebills: keeps } },
    async (shop) => {
      await shop.sells(coffee);
      const ann = await shop.order(monthly);
      await ann.ask(goesBad(`tok_decline_1x_insufficient_funds-${keeps}`));
      await shop.until('2026-02-20T00:00');
      const [rebill] = await ann.bills('payment,payment.transaction');
      const { transactions = [] } = rebill?.payment ?? {};
      const detail = (name: string) =>
        transactions.map(({ details }) => details?.find((each) => each.name === name)?.value);
      assert.deepEqual(detail('code'), ['insufficient funds', undefined]);
      assert.deepEqual(
        transactions.map(({ transaction_gateway, successful }) => [
          transaction_gateway,
          successful,
        ]),
        [
          ['simulator', false],
          ['simulator', true],
        ],
      );
      const { original_order: original } = (
        await ann.ask({
          operation: 'getAutoOrder',
          query: { _expand: 'original_order,original_order.payment' },
        })
      ).auto_order;
      assert.equal(original.payment.rotating_transaction_gateway_code, 'simulator');
    },
  );
