// One failed card from the decline to the end of its task, as the people in between see it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { LiveFrame } from '../../contract/src/live.ts';
import { testApp } from '../support/app.ts';
import { connectLive, listen } from '../support/liveClient.ts';
import { addColleague, addGroup, ask, changeTask } from '../support/workflow.ts';

test(
  'a decline raises a task, a member takes it, writes a note with a file, the customer fixes ' +
    'the card, the task closes itself',
  async () => {
    const app = await testApp();
    const [ann, bob] = [
      await addColleague(app, 'Ann Archer'),
      await addColleague(app, 'Bob Baker'),
    ];
    const billing = await addGroup(app, 'Billing', [ann, bob]);
    const address = await listen(app);
    after(() => app.app.http.close());
    const live = await connectLive(app, address, bob.key);
    await live.until(2);

    // The merchant wants declined cards on the desk of the billing group.
    await ask(app, {
      operation: 'updateWorkflowRules',
      body: {
        rules: [
          {
            system_task_type: 'auto_order_card_update_issue',
            enabled: true,
            assigned_to_group_id: billing,
            priority: '3 - high',
          },
        ],
      },
    });
    await ask(app, {
      operation: 'insertItem',
      body: {
        merchant_item_id: 'TEA',
        pricing: { cost: 8 },
        auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
      },
    });
    const card = (token: string) => ({
      card_number_token: token,
      card_expiration_month: 12,
      card_expiration_year: 2030,
    });
    const { order } = await ask(app, {
      operation: 'insertOrder',
      body: {
        billing: {
          first_name: 'Dee',
          last_name: 'Doe',
          email: 'dee@example.com',
          country_code: 'US',
        },
        items: [{ merchant_item_id: 'TEA', quantity: 1, auto_order_schedule: 'Monthly' }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: { card_type: 'VISA', ...card('tok_good') },
        },
      },
    });
    const { auto_order: autoOrder } = await ask(app, {
      operation: 'getAutoOrderByReferenceOrderId',
      params: { reference_order_id: order.order_id },
    });
    const oid = { auto_order_oid: autoOrder.auto_order_oid };
    await ask(app, {
      operation: 'updateAutoOrderPayment',
      params: oid,
      body: card('tok_decline_lost_card'),
    });

    // 15 February: the rebill is declined for good.
    await ask(app, { operation: 'setClock', body: { now_dts: '2026-02-16T09:00:00-05:00' } });
    const {
      tasks: [task],
    } = await ask(app, {
      operation: 'getWorkflowTasks',
      body: { assigned_to_me: true },
      key: bob.key,
    });
    assert.equal(task.assigned_to_group, 'Billing');
    const id = task.workflow_task_uuid;

    // Bob takes it, and attaches what the customer sent.
    await changeTask(app, id, { assigned_to_user_id: bob.userId }, bob.key);
    const { workflow_attachment_upload_url: upload } = await ask(app, {
      operation: 'getWorkflowTaskAttachmentUploadUrl',
      params: { extension: 'txt' },
      key: bob.key,
    });
    await app.app.http.inject({
      method: 'PUT',
      url: new URL(upload.url).pathname,
      payload: 'I have a new card',
    });
    await changeTask(
      app,
      id,
      {
        status: 'awaiting customer feedback',
        notes: [
          {
            note: 'Wrote to Dee',
            attachments: [{ file_name: 'mail.txt', upload_key: upload.key }],
          },
        ],
      },
      bob.key,
    );

    // Dee enters another card, and what was due is charged.
    const { rebill_success: paid } = await ask(app, {
      operation: 'updateAutoOrderPayment',
      params: oid,
      body: { ...card('tok_new'), attempt_rebill: true },
    });
    assert.equal(paid, true);
    const { task: closed } = await ask(app, {
      operation: 'getWorkflowTask',
      params: { task_uuid: id },
    });
    assert.equal(closed.status, 'closed - customer');
    assert.deepEqual(
      closed.histories.map(
        (line: { description: string; user: { user: string } }) =>
          `${line.user.user}: ${line.description}`,
      ),
      [
        'Perennial: Created',
        'Bob Baker: Assigned to: group Billing → Bob Baker',
        'Bob Baker: Status: open → awaiting customer feedback; Note added',
        'Perennial: Status: awaiting customer feedback → closed - customer',
      ],
    );

    // And Bob's screen has followed.
    const isTask = (frame: LiveFrame) => frame.event_task?.workflow_task_uuid === id;
    assert.deepEqual(
      (await live.until(4, isTask)).map(
        ({ event_type: type, event_task: told }) => `${type}: ${told?.status}`,
      ),
      [
        'task created: open',
        'task updated: open',
        'task updated: awaiting customer feedback',
        'task updated: closed - customer',
      ],
    );
    const counts = () =>
      live.frames
        .filter((frame) => frame.event_type === 'open count')
        .map((frame) => frame.event_open_count);
    await live.until(3, (frame) => frame.event_type === 'open count');
    assert.deepEqual(
      [counts()[0], Math.max(...(counts() as number[])), counts().at(-1)],
      [0, 1, 0],
    );
    live.close();
  },
);
