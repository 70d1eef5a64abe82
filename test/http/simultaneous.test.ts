// Tests simultaneous requests about the same names or the same records: each succeeds, or is
// refused with the reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp();

/** A kind of record whose name is unique, and the requests that insert and rename one. */
interface Named {
  readonly kind: string;
  insert(name: string): TestRequest;
  /** Returns the number of the record in a response. */
  oid(body: Record<string, Record<string, number>>): number;
  rename(oid: number, name: string): TestRequest;
}

const email = (name: string) => `${name}@example.com`;
const off = { percent_off_subtotal: { discount_percent: 5 } };
const kinds: readonly Named[] = [
  {
    kind: 'profiles',
    insert: (name) => ({ operation: 'insertCustomer', body: { email: email(name) } }),
    oid: ({ customer }) => customer!['customer_profile_oid']!,
    rename: (customer_profile_oid, name) => ({
      operation: 'updateCustomer',
      params: { customer_profile_oid },
      body: { email: email(name) },
    }),
  },
  {
    kind: 'coupons',
    insert: (name) => ({ operation: 'insertCoupon', body: { merchant_code: name, ...off } }),
    oid: ({ coupon }) => coupon!['coupon_oid']!,
    rename: (coupon_oid, name) => ({
      operation: 'updateCoupon',
      params: { coupon_oid },
      body: { merchant_code: name },
    }),
  },
  {
    kind: 'pricing tiers',
    insert: (name) => ({ operation: 'insertPricingTier', body: { name } }),
    oid: ({ pricing_tier }) => pricing_tier!['pricing_tier_oid']!,
    rename: (pricing_tier_oid, name) => ({
      operation: 'updatePricingTier',
      params: { pricing_tier_oid },
      body: { name },
    }),
  },
  {
    kind: 'users',
    insert: (login) => ({
      operation: 'insertUser',
      body: { login, full_name: login, email: `${login}@example.com` },
    }),
    oid: ({ user }) => user!['user_id']!,
    rename: (user_id, login) => ({
      operation: 'updateUser',
      params: { user_id },
      body: { login },
    }),
  },
  {
    kind: 'groups',
    insert: (name) => ({ operation: 'insertGroup', body: { name } }),
    oid: ({ group }) => group!['group_oid']!,
    rename: (group_oid, name) => ({
      operation: 'updateGroup',
      params: { group_oid },
      body: { name },
    }),
  },
];

const many = Array.from({ length: 6 }, (_, place) => place);

for (const { kind, insert, oid, rename } of kinds)
  test(`${kind} that are given one name at once: one gets it, the others are refused`, async () => {
    const oids: number[] = [];
    for (const place of many) {
      const { body, text } = await app.request(insert(`first${place}`));
      assert.ok(body.success, text);
      oids.push(oid(body as never));
    }
    for (const name of ['second', 'third', 'fourth']) {
      const answers = await Promise.all(oids.map((each) => app.request(rename(each, name))));
      const statuses = answers.map(({ status }) => status).sort((one, other) => one - other);
      assert.deepEqual(statuses, [200, 400, 400, 400, 400, 400]);
    }
  });

test('a coupon and a one-time code that get one text at once: one of them gets it', async () => {
  const coupons = kinds.find(({ kind }) => kind === 'coupons')!;
  const oidOf = async (name: string) =>
    coupons.oid((await app.request(coupons.insert(name))).body as never);
  const params = { coupon_oid: await oidOf('WITH-CODES') };
  const renamed = await oidOf('RENAMED');
  for (const place of many) {
    const name = `BOTH-${place}`;
    const named = place % 2 === 0 ? coupons.insert(name) : coupons.rename(renamed, name);
    const body = { coupon_codes: [name] };
    const [uploaded, coupon] = await Promise.all([
      app.request({ operation: 'uploadCouponCodes', params, body }),
      app.request(named),
    ]);
    const isCode = uploaded.body.uploaded_codes?.length === 1;
    assert.equal(coupon.status, isCode ? 400 : 200, `${name} ${coupon.text}`);
    if (!isCode) assert.deepEqual(uploaded.body.duplicate_codes, [name]);
  }
});

const pieces = ['PIECE-1', 'PIECE-2', 'PIECE-3', 'PIECE-4', 'PIECE-5', 'PIECE-6'];

/** Sends the requests of several clients at once, half of them in the opposite order. */
const fromBothEnds = (request: (ids: readonly string[]) => TestRequest) =>
  many.map((place) => app.request(request(place % 2 === 0 ? pieces : pieces.toReversed())));

test('batches that name the same records in another order wait for each other', async () => {
  const oids = new Map<string, number>();
  for (const piece of pieces) {
    await app.request({ operation: 'insertItem', body: { merchant_item_id: piece } });
    const { body } = await app.request({
      operation: 'insertCoupon',
      body: { merchant_code: piece, ...off },
    });
    oids.set(piece, body.coupon.coupon_oid);
  }
  const stock = fromBothEnds((ids) => ({
    operation: 'updateItemInventories',
    body: {
      inventory_updates: ids.map((merchant_item_id, level) => ({
        merchant_item_id,
        distribution_center_code: 'DFLT',
        inventory_level: level,
      })),
    },
  }));
  for (const { status, text } of await Promise.all(stock)) assert.equal(status, 204, text);
  const coupons = fromBothEnds((ids) => ({
    operation: 'updateCoupons',
    body: { coupons: ids.map((id) => ({ coupon_oid: oids.get(id), description: id })) },
  }));
  for (const { status, text } of await Promise.all(coupons)) assert.equal(status, 200, text);
});
