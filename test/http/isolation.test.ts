// Tests access: calls every routed operation as every kind of caller without access to it,
// generated from the contract. A leak is a missing refusal, a response with data of another
// merchant, a change, or a status that reveals whether another merchant's object exists.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fieldsOf } from '@perennial/contract/fields.ts';
import {
  type Operation,
  type OperationId,
  operationIds,
  operation as operationOf,
} from '../../contract/src/operations.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { insertApplication, setDisabled } from '../../server/src/oauth/applicationStore.ts';
import { insertGrant, insertTokens } from '../../server/src/oauth/grantStore.ts';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { hashKey } from '../../server/src/staff/apiKey.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';
import { newCredential } from '../../server/src/staff/credential.ts';
import { deleteUser } from '../../server/src/staff/staffStore.ts';
import { allPermissions, type TestRequest, testApp, testNow } from '../support/app.ts';
import { logInAs } from '../support/sessions.ts';
import { addUser } from '../support/staff.ts';
import { objectsOf, type PathValues, unknownObjects } from './objects.ts';

// The clock does not move: otherwise a session would record each minute when it was used, and that
// would count as a change.
const startedAt = systemClock.now();
const app = await testApp({ clock: { ...systemClock, now: () => startedAt } });
await app.addMerchant('OTHER');
// This merchant has more of each object than the others, so its last ones have numbers that the
// others do not use.
const theirs = await objectsOf(app, app.key, 4);
await objectsOf(app, await app.addKey('OTHER'), 1);
/** Texts that no response to another merchant may contain. */
const marks = [
  ...new Set([
    // The value of `mail_kind` is a word of the API, so any response may contain it.
    ...Object.entries(theirs)
      .filter(([name, value]) => name !== 'mail_kind' && /[A-Za-z]/.test(value) && value.length > 5)
      .map(([, value]) => value),
    '"merchant_id":"TEST"',
    'Support 4',
    'example.com/hook4',
  ]),
];

interface Caller {
  readonly who: string;
  readonly permissions: readonly string[];
  readonly isStranger: boolean;
  /** The credential was valid once; every operation must refuse it now. */
  readonly hasEnded?: true;
  readonly request: Pick<TestRequest, 'key' | 'headers'>;
}

const gone = { permissions: [], isStranger: false, hasEnded: true } as const;
const reads = allPermissions.filter((permission) => permission.endsWith('_read'));
const writes = allPermissions.filter((permission) => permission.endsWith('_write'));
const callers: Caller[] = [
  {
    who: 'a key without permissions',
    permissions: [],
    isStranger: false,
    request: { key: await app.addKey('TEST', []) },
  },
  {
    who: 'a key that reads',
    permissions: reads,
    isStranger: false,
    request: { key: await app.addKey('TEST', reads) },
  },
  {
    who: 'a key that writes',
    permissions: writes,
    isStranger: false,
    request: { key: await app.addKey('TEST', writes) },
  },
  {
    who: 'a key of a user without permissions',
    permissions: [],
    isStranger: false,
    request: { key: await boundKey() },
  },
  {
    who: 'a token of a user without permissions',
    permissions: [],
    isStranger: false,
    request: await token('TEST', []),
  },
  {
    who: 'a token of a user who reads',
    permissions: reads,
    isStranger: false,
    request: await token('TEST', reads),
  },
  {
    who: 'a session of a user without permissions',
    permissions: [],
    isStranger: false,
    request: (await logInAs(app, { login: 'visitor' })).request,
  },
  {
    who: 'a session of a user who reads',
    permissions: reads,
    isStranger: false,
    request: (await logInAs(app, { login: 'reader', permissions: reads })).request,
  },
  {
    who: 'a key of another merchant',
    permissions: allPermissions,
    isStranger: true,
    request: { key: await app.addKey('OTHER') },
  },
  {
    who: 'a token of another merchant',
    permissions: allPermissions,
    isStranger: true,
    request: await token('OTHER', allPermissions),
  },
  {
    who: 'a session of another merchant',
    permissions: allPermissions,
    isStranger: true,
    request: (await logInAs(app, { login: 'ann', permissions: allPermissions }, 'OTHER')).request,
  },
];

/** Credentials that were valid once and have ended. */
const ended: Caller[] = [
  { who: 'a revoked key', ...gone, request: { key: await revokedKey() } },
  { who: 'a key of a user who was deleted', ...gone, request: { key: await orphanedKey() } },
  {
    who: 'a token that was granted with an earlier password',
    ...gone,
    request: await token('TEST', allPermissions, { passwordVersion: -1 }),
  },
  {
    who: 'a token that has expired',
    ...gone,
    request: await token('TEST', allPermissions, { hours: -1 }),
  },
  {
    who: 'a token of an application that was disabled',
    ...gone,
    request: await token('TEST', allPermissions, { isDisabled: true }),
  },
  { who: 'a session that was ended', ...gone, request: await endedSession() },
  { who: 'a session of an earlier password', ...gone, request: await outdatedSession() },
];

/** One key for each write permission, without any other permission. */
const single: Caller[] = await Promise.all(
  writes.map(async (permission) => ({
    who: `a key with ${permission} alone`,
    permissions: [permission],
    isStranger: false,
    request: { key: await app.addKey('TEST', [permission]) },
  })),
);
const ofKinds: Caller[] = await Promise.all(
  (['public', 'confidential'] as const).map(async (kind) => ({
    who: `a token of a ${kind} application`,
    permissions: reads,
    isStranger: false,
    request: await token('TEST', reads, { kind }),
  })),
);
callers.push(...ended, ...single, ...ofKinds);

const routed = operationIds.filter((id) => {
  const { base, path, method, permissions } = operationOf(id);
  return (
    permissions.length > 0 &&
    app.app.http.hasRoute({ method, url: base + path.replace(/\{(\w+)\}/g, ':$1') })
  );
});

let asked = 0;
const leaks: string[] = [];
for (const id of routed) {
  test(id, async () => {
    const before = await checksum();
    const found: string[] = [];
    for (const caller of callers)
      found.push(
        ...(await (caller.isStranger ? askStranger(id, caller) : askColleague(id, caller))),
      );
    const changed = Object.entries(await checksum())
      .filter(([table, sum]) => before[table] !== sum)
      .map(([table]) => `${id} changed ${table}`);
    leaks.push(...found, ...changed);
    assert.deepEqual([...found, ...changed], []);
  });
}

/**
 * Operations of administrators, who see and change the webhooks of all applications
 * (test/webhooks/permissions.test.ts, server/src/webhooks/health.test.ts).
 */
const forAdministrators: readonly OperationId[] = [
  'updateWebhookOwner',
  'updateMerchantWebhook',
  'deleteMerchantWebhook',
  'getMerchantWebhookDeliveries',
];

test('another application of the same merchant has no part in a webhook', async () => {
  const key = await app.addKey('TEST');
  assert.equal((await app.request({ operation: 'getWebhooks', key })).body.webhooks.length, 0);
  const ofWebhooks = routed.filter(
    (id) => operationOf(id).path.includes('{webhookOid}') && !forAdministrators.includes(id),
  );
  for (const id of ofWebhooks) {
    asked++;
    assert.equal(
      (
        await app.request({
          operation: id,
          params: { ...unknownObjects, ...theirs },
          key,
          ...bodyOf(id, {}),
        })
      ).status,
      404,
      id,
    );
  }
});

test('the matrix has at least 5,000 cases', () => {
  assert.ok(asked >= 5000, `${asked} requests`);
});

after(() =>
  console.log(
    `  isolation: ${asked} requests to ${routed.length} operations by ${callers.length} ` +
      `kinds of callers, ${leaks.length} leaks`,
  ),
);

/**
 * Calls an operation as a caller of the same merchant, which must be refused unless the caller has
 * the operation's permission.
 */
async function askColleague(
  id: OperationId,
  { who, permissions, hasEnded, request }: Caller,
): Promise<string[]> {
  const { permissions: needed, needsAll }: Operation = operationOf(id);
  const missing = needed.filter((permission) => !permissions.includes(permission));
  if (missing.length < (needsAll ? 1 : needed.length)) return [];
  asked++;
  const { status, headers } = await app.request({
    operation: id,
    params: { ...unknownObjects, ...theirs },
    ...bodyOf(id, {}),
    ...request,
  });
  if (hasEnded) return [401, 410].includes(status) ? [] : [`${id}, ${who}: ${status}`];
  const isNamed = String(headers['uc-rest-error']).includes(missing[0]!);
  return status === 401 && isNamed ? [] : [`${id}, ${who}: ${status} ${headers['uc-rest-error']}`];
}

/**
 * Calls an operation as a caller of another merchant that names our objects everywhere: in path,
 * query and body.
 */
async function askStranger(id: OperationId, { who, request }: Caller): Promise<string[]> {
  const ask = async (values: PathValues, params: PathValues = values) => {
    asked++;
    return app.request({
      operation: id,
      params: { ...unknownObjects, ...params },
      query: queryOf(id, values),
      ...bodyOf(id, values),
      ...request,
    });
  };
  const found: string[] = [];
  for (const values of [theirs, {}]) {
    const answer = await ask(values, theirs);
    // Values of these two fields are ignored: a refusal repeats the requested id, and a task may
    // have any id that its author writes.
    const shown =
      answer.status < 300 ? answer.text.replace(/"(object_id|coupon_code)": ?"[^"]*"/g, '') : '';
    const seen = marks.filter((mark) => shown.includes(mark));
    if (seen.length > 0)
      found.push(`${id}, ${who}: shows ${seen.join(', ')}: ${answer.text.slice(0, 300)}`);
  }
  if (/\{\w+\}/.test(operationOf(id).path)) {
    const [real, unreal] = [await ask({}, theirs), await ask({}, words)];
    if (real.status !== unreal.status)
      found.push(`${id}, ${who}: ${real.status} for ours, ${unreal.status} for none`);
  }
  return found;
}

function queryOf(id: OperationId, values: PathValues): Record<string, string> {
  const properties =
    (operationOf(id).query as { properties?: object } | undefined)?.properties ?? {};
  return Object.fromEntries(
    Object.keys(properties).flatMap((name) =>
      valueOf(name, values) === undefined ? [] : [[name, valueOf(name, values)!]],
    ),
  );
}

/** Returns a body in which every field that can name an object names ours. */
function bodyOf(id: OperationId, values: PathValues): Pick<TestRequest, 'body'> {
  const operation: Operation = operationOf(id);
  if (!operation.body) return {};
  const isWrite = operation.permissions.every((permission) => permission.endsWith('_write'));
  const fields = Object.entries(fieldsOf(operation.body)).flatMap(([name, { type, items }]) => {
    const value = valueOf(name, values) ?? valueOf(name.replace(/s$/, ''), values);
    if (value === undefined || (isWrite && chosen.has(name))) return [];
    const typed = (items?.type ?? type) === 'integer' ? Number(value) : value;
    return [[name, type === 'array' ? [typed] : typed]];
  });
  return { body: Object.fromEntries(fields) };
}

/** Path values from a fixed list, so they do not name an object. */
const words: PathValues = {
  mail_kind: 'shipment',
  language: 'any',
  object_type: theirs['object_type']!,
  extension: theirs['extension']!,
};
/**
 * Names that each merchant chooses itself. A write to such a name makes an object of the writer's
 * merchant.
 */
const chosen = new Set([
  'merchant_item_id',
  'email',
  'object_email',
  'item_id',
  'original_item_id',
  'external_id',
]);

const otherNames: Readonly<Record<string, string>> = {
  webhook_oid: 'webhookOid',
  workflow_task_uuid: 'task_uuid',
  related_workflow_task_uuid: 'task_uuid',
  dependant_workflow_task_uuid: 'task_uuid',
  assigned_to_user_id: 'user_id',
  assigned_to_group_id: 'group_oid',
  original_order_id: 'order_id',
  item_id: 'merchant_item_id',
  object_email: 'email',
  source_auto_order_oid: 'auto_order_oid',
  original_item_id: 'merchant_item_id',
};

const valueOf = (name: string, values: PathValues): string | undefined =>
  values[name] ?? values[otherNames[name] ?? ''];

async function boundKey(): Promise<string> {
  const userId = await addUser(app.db, 'TEST', { login: 'idle' });
  return (
    await createApiKey(
      app.db,
      randomIds,
      { merchantId: 'TEST', name: 'bound', permissions: allPermissions, allowedIps: [], userId },
      testNow,
    )
  ).key;
}

async function revokedKey(): Promise<string> {
  const key = await app.addKey('TEST');
  await app.db.run(
    'update api_key set revoked_at = created_at where merchant_id = $1 and key_hash = $2',
    ['TEST', hashKey(key)],
  );
  return key;
}

async function orphanedKey(): Promise<string> {
  const userId = await addUser(app.db, 'TEST', { login: 'left', permissions: allPermissions });
  const details = { merchantId: 'TEST', name: 'left', permissions: allPermissions, allowedIps: [] };
  const { key } = await createApiKey(app.db, randomIds, { ...details, userId }, testNow);
  await deleteUser(app.db, 'TEST', userId);
  return key;
}

async function endedSession(): Promise<Caller['request']> {
  const { request } = await logInAs(app, { login: 'gone', permissions: allPermissions });
  assert.equal((await app.request({ operation: 'logOut', ...request })).status, 204);
  return request;
}

async function outdatedSession(): Promise<Caller['request']> {
  const user = { login: 'outdated', permissions: allPermissions };
  const { userId, request } = await logInAs(app, user);
  await app.request({
    operation: 'updateUser',
    params: { user_id: userId },
    body: { change_password_to: 'another horse battery' },
  });
  app.app.keys.forget();
  return request;
}

/** The differences from a valid token of an application like UltraCart's. */
interface TokenDetails {
  readonly kind?: 'public' | 'confidential' | 'compatible';
  readonly passwordVersion?: number;
  readonly hours?: number;
  readonly isDisabled?: boolean;
}

async function token(
  merchantId: string,
  permissions: readonly string[],
  { kind = 'compatible', passwordVersion = 0, hours = 1, isDisabled }: TokenDetails = {},
): Promise<Caller['request']> {
  const clientId = randomIds.secret(16);
  await insertApplication(app.db, {
    clientId,
    name: 'App',
    description: '',
    redirectUris: [],
    kind,
    permissions: allPermissions,
    createdAt: testNow,
  });
  if (isDisabled) await setDisabled(app.db, clientId, testNow);
  const userId = await addUser(app.db, merchantId, { login: clientId, permissions });
  const grant = {
    merchantId,
    grantId: randomIds.uuid(),
    clientId,
    userId,
    permissions: allPermissions,
    passwordVersion,
  };
  const access = newCredential(randomIds, merchantId);
  await insertGrant(app.db, grant, testNow);
  await insertTokens(app.db, grant, [
    { hash: access.hash, kind: 'access', expiresAt: systemClock.now().add({ hours }) },
  ]);
  return { key: null, headers: { authorization: `Bearer ${access.text}` } };
}

/** Returns a checksum over our rows in every table that contains any. */
async function checksum(): Promise<Record<string, string>> {
  const tables = await app.db.rows<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      and a.attname = 'merchant_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition`,
  );
  const sums = tables.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)),
        0) as sum from ${name} t where merchant_id = 'TEST'`,
  );
  return Object.fromEntries(
    (await app.db.rows<{ name: string; sum: string }>(sums.join(' union all '))).map(
      ({ name, sum }) => [name, sum],
    ),
  );
}
