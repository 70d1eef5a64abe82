import assert from 'node:assert/strict';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { WorkflowTask } from '../../contract/src/workflow.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';
import type { AnswerBody } from './answerBody.ts';
import { allPermissions, type TestApp, type TestRequest, testNow } from './app.ts';
import { monthlyItem, monthlyOrder } from './monthly.ts';

/** A user of a merchant, with a key that is bound to the user. */
export interface Colleague {
  readonly userId: number;
  readonly name: string;
  readonly key: string;
}

/** Adds a user over the API, and binds a key with every permission to the user. */
export async function addColleague(
  app: TestApp,
  name: string,
  merchantKey = app.key,
  merchantId = 'TEST',
): Promise<Colleague> {
  const permissions = allPermissions.map((permission) => ({
    permission_Name: permission,
    selected: true,
  }));
  const login = name.toLowerCase().replace(/\W/g, '');
  const { body } = await app.request({
    operation: 'insertUser',
    key: merchantKey,
    body: { full_name: name, login, email: `${login}@example.com`, permissions },
  });
  const userId = body.user?.user_id;
  assert.ok(userId, JSON.stringify(body));
  const { key } = await createApiKey(
    app.db,
    randomIds,
    {
      merchantId,
      name: `key of ${name}`,
      permissions: allPermissions,
      allowedIps: [],
      userId,
    },
    testNow,
  );
  return { userId, name, key };
}

/** Adds a group over the API with these members. */
export async function addGroup(
  app: TestApp,
  name: string,
  members: readonly Colleague[],
): Promise<number> {
  const users = members.map(({ userId }) => ({ user_id: userId, member: true }));
  const { body } = await app.request({ operation: 'insertGroup', body: { name, users } });
  const groupOid = body.group?.group_oid;
  assert.ok(groupOid, JSON.stringify(body));
  return groupOid;
}

/** Sends a request that must succeed and returns the body. */
export async function ask<Id extends OperationId>(
  app: TestApp,
  request: TestRequest<Id>,
): Promise<AnswerBody<Id>> {
  const { status, body } = await app.request(request);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Subscribes a customer to an item of the catalogue by a paid order. Returns the auto order. */
export async function addSubscription(
  app: TestApp,
  email: string,
): Promise<{ auto_order_oid: number; auto_order_code: string }> {
  await ask(app, { operation: 'insertItem', body: monthlyItem('TEA', 8) });
  return subscribe(app, monthlyOrder('TEA', { email }));
}

/** Inserts an order that starts an auto order, and returns the auto order. */
export async function subscribe(app: TestApp, order: ReturnType<typeof monthlyOrder>) {
  const { order: inserted } = await ask(app, { operation: 'insertOrder', body: order });
  const params = { reference_order_id: inserted.order_id };
  return (await ask(app, { operation: 'getAutoOrderByReferenceOrderId', params })).auto_order;
}

/** Inserts a task and returns it. */
export async function addTask(
  app: TestApp,
  task: WorkflowTask,
  key = app.key,
): Promise<WorkflowTask & { workflow_task_uuid: string }> {
  return (await ask(app, { operation: 'insertWorkflowTask', body: task, key })).task;
}

/** Changes a task and returns the status and the body. */
export function changeTask(app: TestApp, taskUuid: string, change: object, key = app.key) {
  return app.request({
    operation: 'updateWorkflowTask',
    params: { task_uuid: taskUuid },
    body: change,
    key,
  });
}
