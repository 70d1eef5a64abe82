// Tests every routed operation with every kind of bad request that its contract allows us to
// derive: the status, the message that names the field in the header and in the body, and that
// nothing changed.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fieldsOf } from '@perennial/contract/fields.ts';
import { errors } from '../../contract/src/errors.ts';
import {
  needsVersion,
  type Operation,
  type OperationId,
  operationIds,
  operation as operationOf,
} from '../../contract/src/operations.ts';
import { fromLoose } from '../../server/src/kernel/fromLoose.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';
import { revokeApiKey } from '../../server/src/staff/apiKeyStore.ts';
import {
  allPermissions,
  type TestAnswer,
  type TestRequest,
  testApp,
  testNow,
} from '../support/app.ts';
import { logInAs } from '../support/sessions.ts';
import { type BadInput, badBodies, badParams, badQueries } from './badInputCases.ts';
import { objectsOf, type PathValues, unknownObjects } from './objects.ts';

const app = await testApp();
await app.addMerchant('OTHER');
const otherKey = await app.addKey('OTHER');
const ours = await objectsOf(app, app.key, 1);
// The other merchant has more of each object, so its last ones have numbers that the first merchant
// does not use.
const theirs: PathValues = {
  ...(await objectsOf(app, otherKey, 3)),
  session_id: (await logInAs(app, { login: 'theirs' }, 'OTHER')).sessionId,
};

const revoked = await createApiKey(
  app.db,
  randomIds,
  { merchantId: 'TEST', name: 'revoked', permissions: [], allowedIps: [] },
  testNow,
);
await revokeApiKey(app.db, 'TEST', revoked.stored.keyId, testNow);
const idle = await app.addKey('TEST', []);

/**
 * Valid bodies for operations that refuse an empty object before they look up the object of the
 * path.
 */
const goodBodies: Partial<Record<OperationId, object>> = {
  consolidateAutoOrders: { source_auto_order_oids: [Number(ours['auto_order_oid'])] },
  cancelAutoOrderItemByReferenceOrderId: { cancel_type: 'end' },
  skipAutoOrder: { shipment_dts: '2026-02-15' },
  unskipAutoOrder: { shipment_dts: '2026-02-15' },
  previewAutoOrderChange: { auto_order: {} },
  mergeCustomer: { email: ours['email'] },
  generateCouponCodes: { quantity: 1 },
  generateOneTimeCodesByMerchantCode: { quantity: 1 },
  uploadCouponCodes: { coupon_codes: ['ANN-1'] },
  updateAutoOrderProperties: { properties: [] },
  updateAutoOrderItemProperties: { properties: [] },
  updateAutoOrderItemAddOns: { add_on_items: [] },
};

const ann = await logInAs(app, { login: 'ann', permissions: allPermissions });

let count = 0;
let sums = await checksum();
// Operations without a key belong to OAuth. Their refusals have another form and are tested in
// test/staff.
const routed = operationIds.filter(
  (id) =>
    (operationOf(id).permissions.length > 0 ||
      operationOf(id).anyCaller ||
      operationOf(id).sessionOnly) &&
    app.app.http.hasRoute({ method: operationOf(id).method, url: urlOf(operationOf(id)) }),
);

for (const id of routed) {
  test(id, async () => {
    const faults: string[] = [];
    for (const bad of casesOf(id)) {
      count++;
      faults.push(...(await faultsOf(id, bad)));
    }
    const changed = await changedTables();
    assert.ok(faults.length + changed.length === 0, [...changed, ...faults].join('\n'));
  });
}

after(() =>
  console.log(
    `  bad input: ${count} requests to ${routed.length} operations refused, nothing changed`,
  ),
);

interface Case extends BadInput {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

function casesOf(id: OperationId): Case[] {
  const operation = operationOf(id);
  return [
    ...callers(operation),
    ...versions(operation),
    ...badBodies(operation),
    ...badQueries(operation),
    ...badParams(operation),
    ...strangers(id),
    ...otherVersions(id),
    ...crowds(operation),
    ...further(id),
  ];
}

function callers({ permissions }: Operation): Case[] {
  return [
    { what: 'no key', status: 401, key: null, names: 'x-ultracart-simple-key' },
    { what: 'an unknown key', status: 401, key: 'f'.repeat(64), names: 'key' },
    { what: 'a revoked key', status: 401, key: revoked.key, names: 'revoked' },
    ...permissions.slice(0, 1).map((permission) => ({
      what: 'a key without the permission',
      status: 401,
      key: idle,
      names: permission,
    })),
  ];
}

function versions(operation: Operation): Case[] {
  if (!needsVersion(operation)) return [];
  return ['', '2016-01-01'].map((version) => ({
    what: `version "${version}"`,
    status: 400,
    headers: { 'x-ultracart-api-version': version },
    names: 'X-UltraCart-Api-Version',
  }));
}

/** Path parameters with a fixed list of values; any other value is bad input. */
const listed = new Set(['object_type', 'extension', 'mail_kind', 'language']);
/**
 * Path parameters for which an unknown value is not refused: for example, an object without tasks
 * has an empty list.
 */
const listing = new Set(['object_id', 'desired_total', 'storefront_host_name']);

/** Requests for objects that do not exist, or that belong to another merchant. */
function strangers(id: OperationId): Case[] {
  // This operation reports whether a code exists, so an unknown code is not an error.
  if (id === 'doesCouponCodeExist') return [];
  const names = Object.keys(
    (operationOf(id).params as { properties?: object } | undefined)?.properties ?? {},
  );
  const body = goodBodies[id] ?? {};
  return names
    .filter((name) => !listing.has(name))
    .flatMap((name) => [
      {
        what: `unknown ${name}`,
        ...(listed.has(name) ? { status: 400, names: name } : { status: 404 }),
        params: { [name]: unknownObjects[name] ?? 'nothing' },
        body,
      },
      ...(theirs[name] === undefined || theirs[name] === ours[name]
        ? []
        : [
            {
              what: `another merchant's ${name}`,
              status: 404,
              params: { [name]: theirs[name] },
              body,
            },
          ]),
    ]);
}

/** Requests with an outdated version, and with a version where the operation compares none. */
function otherVersions(id: OperationId): Case[] {
  const { method, versioned } = operationOf(id);
  // There is only one auto order, and it cannot be merged into itself.
  if (method === 'GET' || id === 'consolidateAutoOrders') return [];
  return [
    {
      what: 'If-Match of another version',
      ...(versioned ? { status: 412 } : { status: 400 }),
      names: 'If-Match',
      headers: { 'if-match': '"4000000"' },
      body: goodBodies[id] ?? {},
    },
  ];
}

/** A batch with one element more than allowed. */
function crowds({ body, maxElements, maxElementsAsync }: Operation): Case[] {
  if (!body || maxElements === undefined) return [];
  const [[name, field]] = Object.entries(fieldsOf(body)).filter(([, { items }]) => items) as [
    [string, { items: { type?: string } }],
  ];
  const many = (length: number) => ({
    [name]: Array.from({ length }, (_, i) =>
      field.items.type === 'integer' ? i + 1 : field.items.type === 'string' ? `TEST-${i}` : {},
    ),
  });
  return [
    { what: `${maxElements + 1} ${name}`, status: 400, names: name, body: many(maxElements + 1) },
    ...(maxElementsAsync === undefined
      ? []
      : [
          {
            what: `${maxElementsAsync + 1} ${name} later`,
            status: 400,
            names: name,
            body: many(maxElementsAsync + 1),
            query: { _async: 'true' },
          },
        ]),
  ];
}

/** Bad requests that apply to one operation only. */
function further(id: OperationId): Case[] {
  switch (id) {
    case 'consolidateAutoOrders':
      return [Number(theirs['auto_order_oid']), 2_147_483_000].map((oid) => ({
        what: `source ${oid}`,
        status: 400,
        names: 'source_auto_order_oids',
        body: { source_auto_order_oids: [oid] },
      }));
    default:
      return [];
  }
}

async function faultsOf(id: OperationId, bad: Case): Promise<string[]> {
  const operation = operationOf(id);
  const hasBody = operation.body !== undefined && bad.rawBody === undefined && bad.names !== 'body';
  // Operations of sessions are called with a session, except where the case is about the caller.
  const session: Pick<TestRequest, 'key' | 'headers'> =
    operation.sessionOnly && bad.key === undefined ? ann.request : {};
  const request: TestRequest = {
    operation: id,
    ...fromLoose<TestRequest>({ query: bad.query, key: bad.key, rawBody: bad.rawBody }),
    ...session,
    headers: { ...session.headers, ...bad.headers },
    params: { ...unknownObjects, ...ours, ...bad.params },
    ...(hasBody ? { body: bad.body ?? goodBodies[id] ?? {} } : {}),
  };
  const answer = await app.request(request);
  const wrong = faultsIn(answer, bad);
  return wrong.length === 0
    ? []
    : [`${id}, ${bad.what}: ${wrong.join('; ')}: ${answer.text.slice(0, 160)}`];
}

/** Returns the faults in the response to a bad request. */
function faultsIn({ status, headers, body }: TestAnswer, bad: Case): string[] {
  const message: string = body?.error?.user_message ?? '';
  const isError = !body?.success && message !== '' && body.error.error_code === String(status);
  return [
    status === bad.status ? '' : `status ${status} instead of ${bad.status}`,
    isError ? '' : 'no Error body',
    message === headers['uc-rest-error'] ? '' : 'UC-REST-ERROR says otherwise',
    Object.hasOwn(errors, String(headers['x-perennial-refusal'])) ? '' : 'no code of the refusal',
    message.includes(bad.names ?? '') ? '' : `does not name ${bad.names}`,
  ].filter((fault) => fault !== '');
}

/**
 * Returns a checksum over every row of every table, which must be the same afterwards. It leaves
 * out what the server records about any request, and when a session was last used, which is stored
 * once a minute. There is one statement for each merchant and one for the installation. On Citus
 * each of them goes to one node, but one statement for all merchants would need a plan for each
 * table and take seconds.
 */
async function checksum(): Promise<ReadonlyMap<string, string>> {
  const tables = await app.db.rows<{ name: string; hasMerchant: boolean }>(
    `select c.relname as name, exists (select from pg_index i
        join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where i.indrelid = c.oid and i.indisprimary and a.attname = 'merchant_id') as "hasMerchant"
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition and c.relname not in ('rate_bucket', 'migration')
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
         and d.objid = c.oid and d.deptype = 'e')`,
  );
  const sumOf = (name: string, condition: string) =>
    `select '${name}' as name, count(*) || ':' || coalesce(sum(hashtextextended(
      ${name === 'user_session' ? "(to_jsonb(t) - '{seen_at,idle_until}'::text[])" : 't'}::text, 0)),
      0) as sum from ${name} t ${condition}`;
  const ofMerchants = tables.filter(({ hasMerchant }) => hasMerchant);
  const ofAll = tables.filter(({ hasMerchant }) => !hasMerchant);
  const sums = new Map<string, string>();
  const add = async (texts: readonly string[], owner: string, values: readonly unknown[]) => {
    const rows = await app.db.rows<{ name: string; sum: string }>(
      texts.join(' union all '),
      values,
    );
    for (const { name, sum } of rows) sums.set(`${name}${owner}`, sum);
  };
  const merchants = await app.db.rows<{ id: string }>('select m.merchant_id as id from merchant m');
  for (const { id } of merchants)
    await add(
      ofMerchants.map(({ name }) => sumOf(name, 'where t.merchant_id = $1')),
      ` of ${id}`,
      [id],
    );
  await add(
    ofAll.map(({ name }) => sumOf(name, '')),
    '',
    [],
  );
  return sums;
}

/** Compares the checksums with those after the operation before this one. */
async function changedTables(): Promise<string[]> {
  const before = sums;
  sums = await checksum();
  const names = new Set([...before.keys(), ...sums.keys()]);
  return [...names]
    .filter((name) => before.get(name) !== sums.get(name))
    .map((name) => `changed the table ${name}`);
}

function urlOf({ base, path }: Operation): string {
  return base + path.replace(/\{(\w+)\}/g, ':$1');
}
