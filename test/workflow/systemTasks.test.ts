// Tests the tasks that the server raises by itself and closes when their cause is gone: every type,
// over HTTP, with a clock that is moved by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemTaskTypes, type WorkflowTask } from '../../contract/src/workflow.ts';
import { testApp } from '../support/app.ts';
import { monthlyOrder } from '../support/monthly.ts';
import { addColleague, ask, changeTask, subscribe } from '../support/workflow.ts';

const app = await testApp();
const ann = await addColleague(app, 'Ann Archer');
const types = systemTaskTypes;

const tasks = async (criteria: object): Promise<WorkflowTask[]> =>
  (
    await ask(app, {
      operation: 'searchWorkflowTasks',
      body: criteria,
      query: { _sort: 'global_task_number' },
    })
  ).tasks;
const shown = async (criteria: object) =>
  (await tasks(criteria)).map(({ system_task_type: type, status }) => `${type} ${status}`);

async function subscribeDee(
  email: string,
  card: string,
): Promise<{ oid: number; code: string; orderId: string }> {
  const order = monthlyOrder('TEA', { first_name: 'Dee', email }, card);
  const autoOrder = await subscribe(app, order);
  return {
    oid: autoOrder.auto_order_oid,
    code: autoOrder.auto_order_code,
    orderId: autoOrder.original_order_id,
  };
}

const moveTo = (now: string) => ask(app, { operation: 'setClock', body: { now_dts: now } });
const newCard = (oid: number, token: string, attempt: boolean) =>
  ask(app, {
    operation: 'updateAutoOrderPayment',
    params: { auto_order_oid: oid },
    body: {
      card_number_token: token,
      card_expiration_month: 1,
      card_expiration_year: 2031,
      attempt_rebill: attempt,
    },
  });

await ask(app, {
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    description: 'Green tea',
    pricing: { cost: 8 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

test('a rule needs an assignee, and keeps the fields that a change does not name', async () => {
  const put = (rules: object[]) =>
    app.request({ operation: 'updateWorkflowRules', body: { rules } });
  assert.equal((await put([{ system_task_type: 'item_low_stock', enabled: true }])).status, 400);
  assert.equal(
    (await put([{ system_task_type: types[0], enabled: true, assigned_to_user_id: 4711 }])).status,
    400,
  );
  assert.equal((await put([{ system_task_type: types[0], due_days: -1 }])).status, 400);
  const { rules } = await ask(app, { operation: 'getWorkflowRules' });
  assert.deepEqual(
    rules,
    types.map((type) => ({ system_task_type: type, enabled: false })),
  );
  const changed = (
    await put(
      types.map((type) => ({
        system_task_type: type,
        enabled: true,
        assigned_to_user_id: ann.userId,
        priority: '3 - high',
        tags: ['auto'],
        due_days: 2,
        expiration_days: 30,
      })),
    )
  ).body.rules;
  assert.deepEqual(changed[0], {
    system_task_type: types[0],
    enabled: true,
    assigned_to_user_id: ann.userId,
    priority: '3 - high',
    tags: ['auto'],
    due_days: 2,
    expiration_days: 30,
  });
});

test(
  'a hard decline raises a task; the customer fixes the card, the charge succeeds, the task ' +
    'closes itself',
  async () => {
    const { oid, code } = await subscribeDee('dee@example.com', 'tok_1');
    await newCard(oid, 'tok_decline_stolen_card', false);
    await moveTo('2026-02-16T12:00:00-05:00');
    const [task, ...others] = await tasks({ object_id: code });
    assert.equal(
      others.length,
      0,
      'a hard decline has one task, although it also ends the auto order',
    );
    assert.deepEqual(
      [
        task!.system_task_type,
        task!.status,
        task!.assigned_to_user,
        task!.priority,
        task!.tags,
        task!.object_type,
        task!.object_id,
        task!.object_url,
        task!.object_email,
        task!.created_by?.user,
      ],
      [
        'auto_order_card_update_issue',
        'open',
        'Ann Archer',
        '3 - high',
        ['auto'],
        'auto order',
        code,
        `http://perennial.test/o/${code}`,
        'dee@example.com',
        'Perennial',
      ],
    );
    assert.equal(task!.created_dts!.slice(0, 10), '2026-02-15');
    assert.equal(task!.due_dts!.slice(0, 10), '2026-02-17');
    assert.equal(task!.expiration_dts!.slice(0, 10), '2026-03-17');
    await newCard(oid, 'tok_1', true);
    assert.deepEqual(await shown({ object_id: code }), [
      'auto_order_card_update_issue closed - customer',
    ]);
  },
);

test('the end of the retries raises a task, and a paid rebill with the same card closes it by the system', async () => {
  const { oid, code } = await subscribeDee('eve@example.com', 'tok_1');
  await newCard(oid, 'tok_decline_3x_insufficient_funds', false);
  await moveTo('2026-04-20T12:00:00-04:00');
  assert.deepEqual(await shown({ object_id: code, status: 'open' }), [
    'auto_order_canceled_payment open',
  ]);
  await ask(app, {
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: { enabled: true },
  });
  await moveTo('2026-05-20T12:00:00-04:00');
  assert.deepEqual(await shown({ object_id: code }), [
    'auto_order_canceled_payment closed - system',
  ]);
});

test('the order of a declined rebill that is paid by check closes all its tasks', async () => {
  await ask(app, { operation: 'updateMerchantSettings', body: { store_declined_rebills: true } });
  const { oid, code } = await subscribeDee('kay@example.com', 'tok_1');
  await newCard(oid, 'tok_decline', false);
  await moveTo('2026-06-30T12:00:00-04:00');
  const { auto_order: autoOrder } = await ask(app, {
    operation: 'getAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: 'rebill_orders' },
  });
  const [{ order_id: orderId }] = autoOrder.rebill_orders;
  assert.deepEqual(
    [...(await shown({ object_id: code })), ...(await shown({ object_id: orderId }))],
    ['auto_order_canceled_payment open', 'order_accounts_receivable open'],
  );
  await ask(app, {
    operation: 'updateOrder',
    params: { order_id: orderId },
    body: { payment: { payment_method: 'Check' }, current_stage: 'Shipping Department' },
  });
  assert.deepEqual(
    [...(await shown({ object_id: code })), ...(await shown({ object_id: orderId }))],
    ['auto_order_canceled_payment closed - system', 'order_accounts_receivable closed - system'],
  );
});

test('an order in Accounts Receivable or Fraud Review has a task while it stays there', async () => {
  const { order } = await ask(app, {
    operation: 'insertOrder',
    body: {
      items: [{ merchant_item_id: 'TEA', quantity: 1 }],
      billing: { email: 'fay@example.com' },
      payment: { payment_method: 'Check' },
    },
  });
  const id = order.order_id;
  const move = (stage: string) =>
    ask(app, {
      operation: 'updateOrder',
      params: { order_id: id },
      body: { current_stage: stage },
    });
  assert.equal(order.current_stage, 'Accounts Receivable');
  assert.deepEqual(await shown({ object_id: id }), ['order_accounts_receivable open']);
  await move('Fraud Review');
  await move('Fraud Review');
  assert.deepEqual(await shown({ object_id: id }), [
    'order_accounts_receivable closed - system',
    'order_fraud_review open',
  ]);
  await move('Shipping Department');
  assert.deepEqual(await shown({ object_id: id }), [
    'order_accounts_receivable closed - system',
    'order_fraud_review closed - system',
  ]);
});

test('a card that is charged at once leaves no task behind', async () => {
  const { orderId } = await subscribeDee('gus@example.com', 'tok_1');
  assert.deepEqual(await tasks({ object_id: orderId }), []);
});

test('stock that runs low, runs out and comes back', async () => {
  const { item } = await ask(app, {
    operation: 'insertItem',
    body: {
      merchant_item_id: 'CUP',
      pricing: { cost: 5 },
      shipping: {
        track_inventory: true,
        distribution_centers: [
          {
            distribution_center_code: 'A',
            handles: true,
            inventory_level: 20,
            reorder_inventory_level: 5,
          },
        ],
      },
    },
  });
  const stock = (level: number) =>
    ask(app, {
      operation: 'updateItem',
      params: { merchant_item_oid: item.merchant_item_oid },
      body: {
        shipping: {
          track_inventory: true,
          distribution_centers: [
            {
              distribution_center_code: 'A',
              handles: true,
              inventory_level: level,
              reorder_inventory_level: 5,
            },
          ],
        },
      },
    });
  assert.deepEqual(await shown({ object_id: 'CUP' }), []);
  await stock(5);
  await stock(4);
  assert.deepEqual(await shown({ object_id: 'CUP' }), ['item_low_stock open']);
  await stock(0);
  assert.deepEqual(await shown({ object_id: 'CUP' }), [
    'item_low_stock closed - system',
    'item_out_of_stock open',
  ]);
  await stock(50);
  await stock(3);
  assert.deepEqual(await shown({ object_id: 'CUP' }), [
    'item_low_stock closed - system',
    'item_out_of_stock closed - system',
    'item_low_stock open',
  ]);
  const [first] = await tasks({ object_id: 'CUP' });
  const again = await changeTask(app, first!.workflow_task_uuid!, { status: 'open' });
  assert.equal(again.status, 400, 'a second open task about the same is refused');
  assert.match(again.body.error.developer_message, /Another task about this is already open/);
});

test('the tasks of the stock follow what is sold and what comes back', async () => {
  const center = { distribution_center_code: 'A', handles: true, reorder_inventory_level: 5 };
  await ask(app, {
    operation: 'insertItem',
    body: {
      merchant_item_id: 'BOWL',
      pricing: { cost: 5 },
      shipping: {
        track_inventory: true,
        distribution_centers: [{ ...center, inventory_level: 7 }],
      },
    },
  });
  const sell = async (quantity: number): Promise<string> => {
    const { order } = await ask(app, {
      operation: 'insertOrder',
      body: {
        billing: { email: 'bowls@example.com' },
        items: [{ merchant_item_id: 'BOWL', quantity }],
        payment: { payment_method: 'Cash' },
        channel_partner: { skip_payment_processing: true, store_completed: false },
      },
    });
    return order.order_id;
  };
  await sell(1);
  assert.deepEqual(await shown({ object_id: 'BOWL' }), []);
  await sell(2);
  assert.deepEqual(await shown({ object_id: 'BOWL' }), ['item_low_stock open']);
  const last = await sell(4);
  assert.deepEqual(await shown({ object_id: 'BOWL' }), [
    'item_low_stock closed - system',
    'item_out_of_stock open',
  ]);
  await ask(app, {
    operation: 'updateOrder',
    params: { order_id: last },
    body: { current_stage: 'Rejected' },
  });
  assert.deepEqual(await shown({ object_id: 'BOWL' }), [
    'item_low_stock closed - system',
    'item_out_of_stock closed - system',
    'item_low_stock open',
  ]);
});

test('a switched-off rule raises nothing, and what was raised still closes', async () => {
  await ask(app, {
    operation: 'updateWorkflowRules',
    body: { rules: types.map((type) => ({ system_task_type: type, enabled: false })) },
  });
  const { items } = await ask(app, { operation: 'getItems' });
  const cup = items.find((item) => item.merchant_item_id === 'CUP')!;
  const stock = (level: number) =>
    ask(app, {
      operation: 'updateItem',
      params: { merchant_item_oid: cup.merchant_item_oid },
      body: {
        shipping: {
          track_inventory: true,
          distribution_centers: [
            { handles: true, inventory_level: level, reorder_inventory_level: 5 },
          ],
        },
      },
    });
  await stock(0);
  assert.deepEqual(await shown({ object_id: 'CUP', status: 'open' }), []);
});
