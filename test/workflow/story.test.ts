// Tells the story of one declined card, from the decline to the end of its task, as the people
// involved see it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { LiveFrame } from '../../contract/src/live.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { connectLive, type LiveClient, listen } from '../support/liveClient.ts';
import {
  addColleague,
  addGroup,
  addSubscription,
  ask,
  type Colleague,
  changeTask,
} from '../support/workflow.ts';

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

    await assignDeclinedCards(app, billing);
    // Dee subscribes to tea every month.
    const oid = {
      auto_order_oid: (await addSubscription(app, 'dee@example.com')).auto_order_oid,
    };
    await ask(app, {
      operation: 'updateAutoOrderPayment',
      params: oid,
      body: card('tok_decline_lost_card'),
    });

    // The rebill of 15 February is declined for good.
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
    await takeAndWrite(app, id, bob);

    // Dee enters another card, and the amount due is charged.
    const { rebill_success: paid } = await ask(app, {
      operation: 'updateAutoOrderPayment',
      params: oid,
      body: { ...card('tok_new'), attempt_rebill: true },
    });
    assert.equal(paid, true);
    await assertClosed(app, id);
    await assertScreenFollowed(live, id);
    live.close();
  },
);

const card = (token: string) => ({
  card_number_token: token,
  card_expiration_month: 12,
  card_expiration_year: 2030,
});

/** Changes the merchant's rules: tasks about declined cards go to the billing group. */
async function assignDeclinedCards(app: TestApp, groupId: number): Promise<void> {
  await ask(app, {
    operation: 'updateWorkflowRules',
    body: {
      rules: [
        {
          system_task_type: 'auto_order_card_update_issue',
          enabled: true,
          assigned_to_group_id: groupId,
          priority: '3 - high',
        },
      ],
    },
  });
}

/** Bob takes the task, and attaches the customer's file. */
async function takeAndWrite(app: TestApp, id: string, bob: Colleague): Promise<void> {
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
  const attachments = [{ file_name: 'mail.txt', upload_key: upload.key }];
  const notes = [{ note: 'Wrote to Dee', attachments }];
  await changeTask(app, id, { status: 'awaiting customer feedback', notes }, bob.key);
}

async function assertClosed(app: TestApp, id: string): Promise<void> {
  const { task } = await ask(app, { operation: 'getWorkflowTask', params: { task_uuid: id } });
  assert.equal(task.status, 'closed - customer');
  assert.deepEqual(
    task.histories.map(
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
}

/** Asserts that Bob's screen received each change of the task, and the number of open tasks. */
async function assertScreenFollowed(live: LiveClient, id: string): Promise<void> {
  const isTask = (frame: LiveFrame) => frame.event_task?.workflow_task_uuid === id;
  assert.deepEqual(
    (await live.until(4, isTask)).map(
      ({ event_type: type, event_task: sent }) => `${type}: ${sent?.status}`,
    ),
    [
      'task created: open',
      'task updated: open',
      'task updated: awaiting customer feedback',
      'task updated: closed - customer',
    ],
  );
  const isCount = (frame: LiveFrame) => frame.event_type === 'open count';
  await live.until(3, isCount);
  const counts = live.frames.filter(isCount).map((frame) => frame.event_open_count!);
  assert.deepEqual([counts[0], Math.max(...counts), counts.at(-1)], [0, 1, 0]);
}
