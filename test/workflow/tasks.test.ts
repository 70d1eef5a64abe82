// Tests the twelve operations of the workflow reference and their promises, over HTTP and on a real
// database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import {
  addColleague,
  addGroup,
  addSubscription,
  addTask,
  ask,
  changeTask,
} from '../support/workflow.ts';
import { oneTakerWins } from './oneTaker.ts';

const app = await testApp();
const ann = await addColleague(app, 'Ann Archer');
const bob = await addColleague(app, 'Bob Baker');
const cyd = await addColleague(app, 'Cyd Cole');
const billing = await addGroup(app, 'Billing', [ann, bob]);
const autoOrder = await addSubscription(app, 'ann1@example.com');

const search = async (body: object, query: Record<string, string | number> = {}, key = ann.key) =>
  (await ask(app, { operation: 'getWorkflowTasks', body, query, key })).tasks.map(
    (task) => task.task_name,
  );

test('a task is inserted with its numbers, its defaults and data of its object', async () => {
  const task = await addTask(
    app,
    {
      task_name: 'Call Ann Smith',
      object_type: 'auto order',
      object_id: String(autoOrder.auto_order_oid),
      tags: ['vip', ' vip ', 'call'],
      properties: [{ name: 'source', value: 'phone' }],
    },
    ann.key,
  );
  assert.equal(task.status, 'open');
  assert.equal(task.priority, '2 - medium');
  assert.equal(task.object_id, String(autoOrder.auto_order_oid));
  assert.equal(task.object_url, `http://perennial.test/o/${autoOrder.auto_order_code}`);
  assert.match(task.task_context ?? '', /^Auto order .* of Ann Smith \(ann1@example.com\), active/);
  assert.deepEqual([task.global_task_number, task.object_task_number], [1, 1]);
  assert.deepEqual(task.tags, ['vip', 'call']);
  assert.deepEqual(task.created_by, { user_id: ann.userId, user: 'Ann Archer' });
  assert.equal(task.created_dts, '2026-01-15T12:00:00-05:00');
  assert.deepEqual(
    task.histories?.map(({ description, user, ip_address }) => [
      description,
      user?.user,
      ip_address,
    ]),
    [['Created', 'Ann Archer', '127.0.0.1']],
  );
});

test('the tasks of an object are found by oid and code, with a space or a plus in the path', async () => {
  for (const [type, id] of [
    ['auto%20order', 'auto_order_oid'],
    ['auto+order', 'auto_order_code'],
  ] as const) {
    const { body } = await app.request<'getWorkflowTaskByObjectType'>({
      method: 'GET',
      path: `/rest/v2/workflow/tasks/by/${type}/${autoOrder[id]}`,
    });
    assert.equal(body.tasks.length, 1);
    assert.match(body.task_context, /^Auto order/);
  }
  const nothing = await app.request<'getWorkflowTaskByObjectType'>({
    method: 'GET',
    path: '/rest/v2/workflow/tasks/by/order/TEST-9',
  });
  assert.deepEqual([nothing.status, nothing.body.tasks], [200, []]);
  const unknown = await app.request({ method: 'GET', path: '/rest/v2/workflow/tasks/by/planet/1' });
  assert.equal(unknown.status, 400);
});

test('a task keeps the name of its object, and every name of the object finds it', async () => {
  await ask(app, { operation: 'insertItem', body: { merchant_item_id: 'Oolong' } });
  const { customer_profile_oid: profileOid } = (
    await ask(app, { operation: 'insertCustomer', body: { email: 'nan@example.com' } })
  ).customer;
  const orderId = 'TEST-0000000001';
  const code = autoOrder.auto_order_code;
  const rows = [
    ['item', ['oolong', 'OOLONG', ' Oolong ']],
    ['order', [orderId.toLowerCase(), orderId]],
    ['auto order', [code.toLowerCase(), code, String(autoOrder.auto_order_oid)]],
    ['customer profile', [`00${profileOid}`, String(profileOid)]],
    ['item', ['not there', ' not there ']],
  ] as const;
  for (const [object_type, names] of rows) {
    const task_name = `About ${object_type} ${names[0]}`;
    const task = await addTask(app, { task_name, object_type, object_id: names[0] });
    assert.equal(task.object_id, names[0]);
    for (const object_id of names) {
      const path = `/rest/v2/workflow/tasks/by/${encodeURIComponent(object_type)}`;
      const by = await app.request<'getWorkflowTaskByObjectType'>({
        method: 'GET',
        path: `${path}/${encodeURIComponent(object_id)}`,
      });
      const searches = [{ object_id }, { object_type, object_id }].map((body) =>
        ask(app, { operation: 'searchWorkflowTasks', body }),
      );
      for (const { tasks } of [by.body, ...(await Promise.all(searches))])
        assert.equal(tasks[0]?.task_name, task_name, `${object_type} ${object_id}`);
    }
  }
});

test('the caller, and the other users and groups', async () => {
  assert.deepEqual((await ask(app, { operation: 'getWorkflowMe', key: ann.key })).user, {
    user_id: ann.userId,
    user: 'Ann Archer',
  });
  assert.deepEqual((await ask(app, { operation: 'getWorkflowMe' })).user, { user: 'test key' });
  const users = await ask(app, {
    operation: 'getWorkflowAssignmentUsers',
    query: { _limit: 2 },
    key: bob.key,
  });
  assert.deepEqual(
    users.users.map((each: { user: string }) => each.user),
    ['Ann Archer', 'Bob Baker'],
  );
  assert.equal(users.my_user_id, bob.userId);
  assert.equal(users.metadata.result_set.more, true);
  assert.deepEqual((await ask(app, { operation: 'getWorkflowAssignmentGroups' })).groups, [
    { group_id: billing, group: 'Billing' },
  ]);
});

test('absent fields stay, null clears, and every change has its line of history', async () => {
  const { workflow_task_uuid: id } = await addTask(app, {
    task_name: 'Edit me',
    task_details: 'first',
    due_dts: '2026-02-01T00:00:00-05:00',
  });
  const { body } = await changeTask(
    app,
    id,
    {
      due_dts: null,
      priority: '4 - critical',
      tags: ['x'],
      created_dts: '1999-01-01T00:00:00Z',
      global_task_number: 77,
    },
    bob.key,
  );
  assert.deepEqual(
    [body.task.task_details, body.task.due_dts, body.task.priority],
    ['first', undefined, '4 - critical'],
  );
  assert.equal(body.task.created_dts, '2026-01-15T12:00:00-05:00');
  assert.deepEqual(
    body.task.histories.map((line: { description: string }) => line.description),
    [
      'Created',
      'Priority: 2 - medium → 4 - critical; Due: 2026-02-01T00:00:00-05:00 → none; Tags: none → x',
    ],
  );
  const again = await changeTask(app, id, body.task);
  assert.equal(
    again.body.task.histories.length,
    2,
    'what comes back as it was read changes nothing',
  );
});

test('If-Match keeps a change from one who has seen an older version', async () => {
  const { workflow_task_uuid: id } = await addTask(app, { task_name: 'Versions' });
  const read = await app.request({ operation: 'getWorkflowTask', params: { task_uuid: id } });
  const etag = String(read.headers['etag']);
  const put = (name: string) =>
    app.request({
      operation: 'updateWorkflowTask',
      params: { task_uuid: id },
      body: { task_name: name },
      headers: { 'if-match': etag },
    });
  assert.equal((await put('first')).status, 200);
  assert.equal((await put('second')).status, 412);
});

test("a group's task is taken by a member, once; the refusal names its assignee", async () => {
  const { workflow_task_uuid: id } = await addTask(app, {
    task_name: 'For billing',
    assigned_to_group: 'billing',
  });
  const stranger = await changeTask(app, id, { assigned_to_user_id: cyd.userId }, cyd.key);
  assert.equal(stranger.status, 400);
  const taken = await changeTask(app, id, { assigned_to_user_id: ann.userId }, ann.key);
  assert.deepEqual(
    [
      taken.body.task.assigned_to_user,
      taken.body.task.assigned_to_group_id,
      taken.body.task.assigned_to_user_or_group,
    ],
    ['Ann Archer', undefined, 'Ann Archer'],
  );
  const late = await changeTask(app, id, { assigned_to_user_id: bob.userId }, bob.key);
  assert.equal(late.status, 400);
  assert.match(late.body.error.developer_message, /taken by Ann Archer/);
  const handedOver = await changeTask(app, id, { assigned_to_user_id: bob.userId }, ann.key);
  assert.equal(handedOver.body.task.assigned_to_user, 'Bob Baker');
  const { body } = await changeTask(app, id, { assigned_to_user_id: 7777 });
  assert.match(body.error.developer_message, /assigned_to_user_id names the user 7777/);
});

test('a task that waits for another cannot be closed before it; the refusal names both', async () => {
  const first = await addTask(app, { task_name: 'Ask the bank' });
  const second = await addTask(app, {
    task_name: 'Answer the customer',
    dependant_workflow_task_uuid: first.workflow_task_uuid,
  });
  const early = await changeTask(app, second.workflow_task_uuid, { status: 'closed' });
  assert.equal(early.status, 400);
  assert.match(
    early.body.error.developer_message,
    /"Answer the customer" cannot be closed while "Ask the bank" is open/,
  );
  const circle = await changeTask(app, first.workflow_task_uuid, {
    dependant_workflow_task_uuid: second.workflow_task_uuid,
  });
  assert.match(circle.body.error.developer_message, /itself waits for/);
  await changeTask(app, first.workflow_task_uuid, { status: 'closed' });
  assert.equal(
    (await changeTask(app, second.workflow_task_uuid, { status: 'closed' })).status,
    200,
  );
});

test('notes of one second are kept, sent back and edited one by one', async () => {
  const made = await addTask(app, {
    task_name: 'Two at once',
    notes: [{ note: 'Customer called' }, { note: 'Refund promised' }],
  });
  const id = made.workflow_task_uuid;
  await changeTask(app, id, { notes: [{ note: 'Refund paid' }] });
  const { task: read } = await ask(app, {
    operation: 'getWorkflowTask',
    params: { task_uuid: id },
  });
  assert.deepEqual(
    read.notes.map((each: { note: string }) => each.note),
    ['Customer called', 'Refund promised', 'Refund paid'],
  );
  assert.equal(new Set(read.notes.map((each: { note_dts: string }) => each.note_dts)).size, 1);
  const back = await changeTask(app, id, { ...read, priority: '3 - high' });
  assert.deepEqual(back.body.task.notes, read.notes);
  const edited = await changeTask(app, id, {
    notes: read.notes.with(1, { ...read.notes[1], note: 'Refund refused' }),
  });
  assert.deepEqual(
    edited.body.task.notes.map((each: { note: string; original_note?: string }) => [
      each.note,
      each.original_note,
    ]),
    [
      ['Customer called', undefined],
      ['Refund refused', 'Refund promised'],
      ['Refund paid', undefined],
    ],
  );
  const unclear = await changeTask(app, id, { notes: [{ ...read.notes[2], note: 'Which one?' }] });
  assert.deepEqual(
    [unclear.status, unclear.body.error.user_message.includes('notes[0].note')],
    [400, true],
  );
});

test('notes are added and edited by who wrote them, and the first text stays', async () => {
  const { workflow_task_uuid: id } = await addTask(app, { task_name: 'Notes' });
  const added = await changeTask(app, id, { notes: [{ note: 'Called, no answer' }] }, ann.key);
  const [note] = added.body.task.notes;
  assert.deepEqual(
    [note.note, note.user.user, note.note_dts],
    ['Called, no answer', 'Ann Archer', '2026-01-15T12:00:00-05:00'],
  );
  const foreign = await changeTask(
    app,
    id,
    { notes: [{ ...note, note: 'Bob was here' }] },
    bob.key,
  );
  assert.equal(foreign.status, 400);
  const edited = await changeTask(
    app,
    id,
    { notes: [{ ...note, note: 'Called, will call back' }, { note: 'Second' }] },
    ann.key,
  );
  assert.deepEqual(
    edited.body.task.notes.map((each: { note: string; original_note?: string }) => [
      each.note,
      each.original_note,
    ]),
    [
      ['Called, will call back', 'Called, no answer'],
      ['Second', undefined],
    ],
  );
  const kept = await changeTask(app, id, { notes: [] }, ann.key);
  assert.equal(kept.body.task.notes.length, 2);
});

test('a delayed task opens and a task expires when the clock reaches the moment', async () => {
  await app.setClock('2026-01-15T17:00:00Z');
  const sleeper = await addTask(app, {
    task_name: 'Sleeper',
    status: 'delayed',
    delay_until_dts: '2026-01-16T09:00:00-05:00',
  });
  const mayfly = await addTask(app, {
    task_name: 'Mayfly',
    expiration_dts: '2026-01-17T09:00:00-05:00',
  });
  const statuses = async () =>
    Promise.all(
      [sleeper, mayfly].map(
        async (task) =>
          (
            await ask(app, {
              operation: 'getWorkflowTask',
              params: { task_uuid: task.workflow_task_uuid },
            })
          ).task.status,
      ),
    );
  await app.work('workflow tasks');
  assert.deepEqual(await statuses(), ['delayed', 'open']);
  await ask(app, { operation: 'setClock', body: { now_dts: '2026-01-18T12:00:00-05:00' } });
  assert.deepEqual(await statuses(), ['open', 'closed - expiration']);
  const { task } = await ask(app, {
    operation: 'getWorkflowTask',
    params: { task_uuid: sleeper.workflow_task_uuid },
  });
  assert.deepEqual(
    task.histories
      .map((line: { description: string; activity_dts: string; user: { user: string } }) => [
        line.description,
        line.activity_dts,
        line.user.user,
      ])
      .at(-1),
    ['Status: delayed → open', '2026-01-16T09:00:00-05:00', 'Perennial'],
  );
  assert.equal(
    (
      await changeTask(app, mayfly.workflow_task_uuid, {
        delay_until_dts: '2020-01-01T00:00:00Z',
        status: 'delayed',
      })
    ).status,
    400,
  );
});

test('every filter narrows, every field sorts, and priority sorts by its number', async () => {
  await addTask(app, {
    task_name: 'P1',
    priority: '1 - low',
    tags: ['p', 'q'],
    object_email: 'P@Example.com',
    assigned_to_user_id: bob.userId,
  });
  await addTask(app, {
    task_name: 'P4',
    priority: '4 - critical',
    tags: ['p'],
    assigned_to_group_id: billing,
  });
  await addTask(app, { task_name: 'P3', priority: '3 - high', tags: ['p'], due_dts: '2026-03-01' });
  assert.deepEqual(await search({ tags: ['p'] }, { _sort: 'priority' }), ['P1', 'P3', 'P4']);
  assert.deepEqual(await search({ tags: ['p'] }, { _sort: '-priority' }), ['P4', 'P3', 'P1']);
  assert.deepEqual(await search({ tags: ['p', 'q'] }), ['P1']);
  assert.deepEqual(await search({ tags: ['p'], assigned_to_me: true }), ['P4']);
  assert.deepEqual(
    await search({ tags: ['p'], assigned_to_me: true }, { _sort: 'task_name' }, bob.key),
    ['P1', 'P4'],
  );
  assert.deepEqual(await search({ tags: ['p'], unassigned: true }), ['P3']);
  assert.deepEqual(await search({ object_email: 'p@example.COM' }), ['P1']);
  assert.deepEqual(await search({ tags: ['p'], assigned_to_user: 'bob baker' }), ['P1']);
  assert.deepEqual(await search({ due_dts_begin: '2026-02-20', due_dts_end: '2026-03-02' }), [
    'P3',
  ]);
  assert.deepEqual(await search({ tags: ['p'], status: 'closed' }), []);
  assert.deepEqual(
    await search({ object_type: 'auto order', created_by: { user_id: ann.userId } }),
    ['Call Ann Smith'],
  );
  for (const field of [
    'assigned_to_user_or_group',
    'object_id',
    'status',
    'global_task_number',
    'last_update_dts',
    'expiration_dts',
    'task_details',
  ]) {
    assert.equal((await search({ tags: ['p'] }, { _sort: field })).length, 3, field);
  }
  assert.equal(
    (await app.request({ operation: 'getWorkflowTasks', body: {}, query: { _limit: 501 } })).status,
    400,
  );
  const all = await search({ status: 'closed' });
  assert.ok(
    all.includes('Mayfly') && all.includes('Answer the customer'),
    'closed finds every way of being closed',
  );
});

test("my open tasks are counted: mine and my groups'", async () => {
  const before = (await ask(app, { operation: 'getWorkflowTaskOpenCount', key: bob.key }))
    .open_count;
  await addTask(app, { task_name: 'One more', assigned_to_group_id: billing });
  await addTask(app, { task_name: 'And one', assigned_to_user_id: bob.userId });
  await addTask(app, { task_name: 'Not mine', assigned_to_user_id: cyd.userId });
  assert.equal(
    (await ask(app, { operation: 'getWorkflowTaskOpenCount', key: bob.key })).open_count,
    before + 2,
  );
  assert.equal((await ask(app, { operation: 'getWorkflowTaskOpenCount' })).open_count, 0);
  assert.deepEqual((await ask(app, { operation: 'getWorkflowTaskTags' })).tags, [
    'call',
    'p',
    'q',
    'vip',
    'x',
  ]);
});

test('beyond the document: search by text and object', async () => {
  await addTask(app, {
    task_name: 'Zebra crossing',
    task_details: '100%_sure',
    object_type: 'customer profile',
    object_id: '4711',
  });
  await addTask(app, { task_name: 'Zebra two' });
  const find = async (body: object) =>
    (await ask(app, { operation: 'searchWorkflowTasks', body })).tasks.map(
      (task: { task_name: string }) => task.task_name,
    );
  assert.deepEqual(await find({ text: 'ZEBRA' }), ['Zebra two', 'Zebra crossing']);
  assert.deepEqual(await find({ text: '100%_sure' }), ['Zebra crossing']);
  assert.deepEqual(await find({ object_type: 'customer profile', object_id: '4711' }), [
    'Zebra crossing',
  ]);
});

test('many tasks say what their items and customers are, whatever the case of an id', async () => {
  const put = (operation: 'insertItem' | 'insertCustomer', body: object) =>
    ask(app, { operation, body, query: { _expand: 'shipping' } });
  const ids = ['Cocoa', 'mate'];
  for (const merchant_item_id of ids)
    await put('insertItem', { merchant_item_id, description: `Good ${merchant_item_id}` });
  const { customer } = (await put('insertCustomer', { email: 'zoe@example.com' })) as {
    customer: { customer_profile_oid: number };
  };
  const contextOf = async (object_type: 'item' | 'customer profile', object_id: string) =>
    (await addTask(app, { task_name: 'Look', object_type, object_id })).task_context;
  assert.equal(await contextOf('item', 'cOCOA'), 'Item Cocoa: Good Cocoa');
  assert.equal(await contextOf('item', 'MATE'), 'Item mate: Good mate');
  const oid = String(customer.customer_profile_oid);
  assert.equal(await contextOf('customer profile', oid), 'Customer zoe@example.com');
  for (const unknown of ['9', '99999999999', 'zoe'])
    assert.equal(await contextOf('customer profile', unknown), undefined);
  assert.equal(await contextOf('item', 'no cocoa'), undefined);
});

test('beyond the document: many at once, and deletion', async () => {
  const one = await addTask(app, { task_name: 'Zebra one' });
  const two = await addTask(app, { task_name: 'Zebra two' });
  const uuids = [
    one.workflow_task_uuid,
    two.workflow_task_uuid,
    '00000000-0000-4000-8000-000000000000',
  ];
  const { results } = await ask(app, {
    operation: 'batchUpdateWorkflowTasks',
    body: { task_uuids: uuids, assigned_to_user_id: cyd.userId, add_tags: ['zoo'] },
  });
  assert.deepEqual(
    results.map(
      (result: { success: boolean; task?: { assigned_to_user: string; tags: string[] } }) => [
        result.success,
        result.task?.assigned_to_user,
        result.task?.tags,
      ],
    ),
    [
      [true, 'Cyd Cole', ['zoo']],
      [true, 'Cyd Cole', ['zoo']],
      [false, undefined, undefined],
    ],
  );
  assert.equal(
    (
      await app.request({
        operation: 'deleteWorkflowTask',
        params: { task_uuid: two.workflow_task_uuid },
      })
    ).status,
    204,
  );
  assert.equal(
    (
      await app.request({
        operation: 'getWorkflowTask',
        params: { task_uuid: two.workflow_task_uuid },
      })
    ).status,
    404,
  );
  const events = await app.db.rows<{ name: string; data: { object: { task_name: string } } }>(
    "select name, data from event where merchant_id = 'TEST' and object_id = $1 order by object_sequence",
    [two.workflow_task_uuid],
  );
  assert.deepEqual(
    events.map(({ name, data }) => [name, data.object.task_name]),
    ['create', 'update', 'delete'].map((verb) => [`workflow_task_${verb}`, 'Zebra two']),
  );
});

test('beyond the document: saved searches are shared or private', async () => {
  const { saved_search: saved } = await ask(app, {
    operation: 'insertSavedSearch',
    body: { name: 'Zoo', search: { tags: ['zoo'] }, sort: '-priority' },
    key: ann.key,
  });
  assert.deepEqual(
    (await ask(app, { operation: 'getSavedSearches', key: bob.key })).saved_searches,
    [],
  );
  await ask(app, {
    operation: 'updateSavedSearch',
    params: { saved_search_oid: saved.saved_search_oid },
    body: { shared: true },
    key: ann.key,
  });
  const { saved_searches: shared } = await ask(app, {
    operation: 'getSavedSearches',
    key: bob.key,
  });
  assert.deepEqual(
    shared.map((each: { name: string; search: object }) => [each.name, each.search]),
    [['Zoo', { tags: ['zoo'] }]],
  );
  assert.equal(
    (
      await app.request({
        operation: 'deleteSavedSearch',
        params: { saved_search_oid: saved.saved_search_oid },
        key: bob.key,
      })
    ).status,
    404,
  );
});

test('each kind of view needs the permission of its list', async () => {
  const kinds = { items: 'item_read', coupons: 'coupon_read', audit_log: 'configuration_read' };
  for (const [kind, permission] of Object.entries(kinds)) {
    const insert = async (permissions: readonly string[]) => {
      const key = await app.addKey('TEST', permissions);
      const body = { kind, name: 'View', filters: { q: 'x' } };
      const { status } = await app.request({ operation: 'insertSavedSearch', key, body });
      const read = await ask(app, { operation: 'getSavedSearches', key });
      return [status, read.saved_searches.length];
    };
    assert.deepEqual(await insert([permission]), [200, 1], kind);
    assert.deepEqual(await insert(['order_read']), [401, 0], kind);
  }
});

test('numbers have neither gaps nor repeats when many insert at once and some are refused', async () => {
  await app.addMerchant('BUSY');
  const key = await app.addKey('BUSY');
  const inserts = Array.from({ length: 60 }, (_, i) =>
    app.request({
      operation: 'insertWorkflowTask',
      key,
      body: {
        task_name: `Task ${i}`,
        object_type: 'order',
        object_id: `BUSY-${i % 3}`,
        ...(i % 4 === 0 ? { status: 'closed - system' } : {}),
      },
    }),
  );
  const answers = await Promise.all(inserts);
  const tasks = answers.filter(({ status }) => status === 200).map(({ body }) => body.task);
  assert.equal(tasks.length, 45);
  const sorted = (numbers: number[]) => numbers.sort((a, b) => a - b);
  assert.deepEqual(
    sorted(tasks.map((task) => task.global_task_number)),
    Array.from({ length: 45 }, (_, i) => i + 1),
  );
  for (const id of ['BUSY-0', 'BUSY-1', 'BUSY-2'])
    assert.deepEqual(
      sorted(tasks.filter((task) => task.object_id === id).map((task) => task.object_task_number)),
      Array.from({ length: 15 }, (_, i) => i + 1),
    );
});

test('of many who take a task at once one wins', () => oneTakerWins(app, 4));
