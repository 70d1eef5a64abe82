import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';
import { fold } from '../kernel/caseFolding.ts';
import { rebillPolicy } from '../rebill/policy.ts';

const world = await testApp();
const read = async () => (await world.request({ operation: 'getMerchantSettings' })).body.settings;
const change = (body: object) => world.request({ operation: 'updateMerchantSettings', body });

test('a new merchant shows the settings that it was made with, and no defaults', async () => {
  assert.deepEqual(await read(), {
    merchant_id: 'TEST',
    company_name: 'TEST',
    time_zone: 'America/New_York',
    currency_code: 'USD',
  });
});

test('given settings change, absent ones stay, and the engine uses the result', async () => {
  const dunning = { retry_days: [1, 5], at_end: 'cancel', retry_coupon_codes: ['', 'STAY'] };
  const first = await change({
    dunning,
    coupons: [{ code: 'STAY', percent: 10 }],
    missed_shipments: 'roll forward',
  });
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.body.settings.dunning, dunning);
  const notices = { receipt: false, merchant_email: 'ops@beans.example' };
  await change({ company_name: 'Beans & Co', time_zone: 'Europe/Vienna', notices });
  const settings = await read();
  assert.deepEqual(
    [settings.company_name, settings.time_zone, settings.dunning, settings.notices],
    ['Beans & Co', 'Europe/Vienna', dunning, notices],
  );
  const policy = rebillPolicy((await world.context()).merchant);
  assert.deepEqual(
    [
      policy.dunning.retryDays,
      policy.dunning.atEnd,
      policy.missedShipments,
      policy.coupons.get(fold('STAY'))?.percent,
    ],
    [[1, 5], 'cancel', 'skip', 10],
  );
});

test('a null or an unknown field inside a section is never stored', async () => {
  const { status, text } = await change({
    notices: { disabled: null, receipt: false },
    webhooks: { allow_loopback: null, constructor: {}, other: 1 },
  });
  assert.equal(status, 200, text);
  assert.doesNotMatch(JSON.stringify(await read()), /null|constructor|other/);
  assert.deepEqual((await read()).notices, { receipt: false });
});

const refused: [name: string, body: object, field: RegExp][] = [
  ['the name of no zone', { time_zone: 'Mars/Olympus' }, /^time_zone is not the name of an IANA/],
  ['an offset as a zone', { time_zone: '+02:00' }, /^time_zone is not the name of an IANA/],
  ['a date as a zone', { time_zone: '2026-11-25T12:00:00Z' }, /^time_zone is not the name of/],
  // Only PostgreSQL knows this zone.
  [
    'a zone that only PostgreSQL knows',
    { time_zone: 'posixrules' },
    /^time_zone is not the name of an IANA/,
  ],
  ['another currency', { currency_code: 'EUR' }, /^currency_code cannot change/],
  ['a wait of no days', { dunning: { retry_days: [3, 0] } }, /^dunning\.retry_days/],
  [
    'a reason that no gateway gives',
    { dunning: { hard_decline_reasons: ['lost card', 'insufficent funds'] } },
    /^dunning\.hard_decline_reasons\[1\] holds an unknown value\. Send one of: account closed, /,
  ],
  [
    'a cascade for no reason',
    { gateways: { list: [], cascade_on: ['processing'] } },
    /^gateways\.cascade_on\[0\] holds an unknown value\. Send one of: account closed, /,
  ],
  [
    'a retry with a coupon that is none',
    { coupons: [{ code: 'STAY', percent: 10 }], dunning: { retry_coupon_codes: ['stay', 'NO'] } },
    /^dunning\.retry_coupon_codes\[1\] names NO, which is not a coupon that a retry can use/,
  ],
  ['an end that is none', { dunning: { at_end: 'explode' } }, /at_end holds an unknown value/],
  [
    'mail to no address',
    { notices: { merchant_email: 'Ann <ann@example.com>' } },
    /^notices\.merchant_email is not a valid email address/,
  ],
  [
    'mail from two addresses',
    { notices: { from_email: 'a@example.com,b@example.com' } },
    /^notices\.from_email is not a valid email address/,
  ],
  ['a card of a shop', { accepted_card_types: ['VISA', 'Shop'] }, /^accepted_card_types\[1\]/],
  ['a coupon of half a cent', { coupons: [{ code: 'X', amount: 0.005 }] }, /^coupons\[0\]\.amount/],
  ['a coupon of 101 percent', { coupons: [{ code: 'X', percent: 101 }] }, /^coupons\[0\]/],
  [
    'two gateways of one code',
    {
      gateways: {
        list: [
          { code: 'a', kind: 'simulator' },
          { code: 'a', kind: 'simulator' },
        ],
      },
    },
    /^gateways\.list contains a code twice/,
  ],
  [
    'Stripe on a test clock',
    { gateways: { list: [{ code: 'a', kind: 'stripe' }] } },
    /^gateways\.list\[0\]\.kind is stripe, which moves real money/,
  ],
  [
    'two shipping methods of one name',
    {
      shipping_methods: [
        { name: 'Ground', rates: [{ cost: 5 }] },
        { name: 'GROUND', rates: [{ cost: 6 }] },
      ],
    },
    /^shipping_methods\[1\]\.name is the name of another method/,
  ],
  [
    'a shipping method without rates',
    { shipping_methods: [{ name: 'Ground' }] },
    /^shipping_methods\[0\]\.rates is empty/,
  ],
  [
    'a rate below zero',
    { shipping_methods: [{ name: 'Ground', rates: [{ cost: -1 }] }] },
    /^shipping_methods\[0\]\.rates\[0\]\.cost is negative/,
  ],
  [
    'a rate for a country that is none',
    { shipping_methods: [{ name: 'Ground', rates: [{ cost: 1, countries: ['USA'] }] }] },
    /^shipping_methods\[0\]\.rates\[0\]\.countries has an unknown code/,
  ],
  ['a gateway without a kind', { gateways: { list: [{ code: 'a' }] } }, /^gateways\.list\[0\]/],
];
for (const [name, body, words] of refused) {
  test(`refused: ${name}`, async () => {
    const before = await read();
    const answer = await change(body);
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.developer_message, words);
    assert.deepEqual(await read(), before);
  });
}

test('a zone is kept in its own spelling', async () => {
  const changed = await change({ time_zone: 'europe/kyiv' });
  assert.equal(changed.body.settings.time_zone, 'Europe/Kyiv', changed.text);
});

test('a zone that should never have been stored can be read and replaced', async () => {
  for (const zone of ['2026-11-25T12:00:00Z', '+02:00', 'Mars/Olympus', '']) {
    await world.addMerchant(`BAD${zone.length}`, { timeZone: zone });
    const key = await world.addKey(`BAD${zone.length}`);
    const settings = await world.request({ operation: 'getMerchantSettings', key });
    assert.deepEqual([settings.status, settings.body.settings.time_zone], [200, zone]);
    const body = { time_zone: 'Asia/Tokyo' };
    const repaired = await world.request({ operation: 'updateMerchantSettings', key, body });
    assert.deepEqual(
      [repaired.status, repaired.body.settings?.time_zone],
      [200, 'Asia/Tokyo'],
      repaired.text,
    );
    assert.equal((await world.request({ operation: 'getItems', key })).status, 200);
  }
});

test('reading and writing need their permissions', async () => {
  const key = await world.addKey('TEST', ['auto_order_write']);
  assert.equal((await world.request({ operation: 'getMerchantSettings', key })).status, 401);
  assert.equal(
    (await world.request({ operation: 'updateMerchantSettings', key, body: {} })).status,
    401,
  );
});
