// Tests that records of an earlier release are found after migration 0055, including those that the
// release stored twice. Fields that the release spelt differently have their published names after
// 0395.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { emptyDatabase, openTestDatabase } from '../support/database.ts';
import { withPool } from '../support/testStore.ts';

const migrated = await openTestDatabase();

const before = [
  `insert into item (merchant_id, merchant_item_oid, merchant_item_id, document, created_at,
    modified_at)
   values ('TEST', 1, 'ΚΑΦΕΣ', '{"merchant_item_id": "ΚΑΦΕΣ"}', now(), now()),
     ('TEST', 2, 'καφες', '{"merchant_item_id": "καφες"}', now(), now()),
     ('TEST', 3, 'TEA', '{"merchant_item_id": "TEA"}', now(), now())`,
  `insert into item (merchant_id, merchant_item_oid, merchant_item_id, document, created_at,
    modified_at)
   values ('TEST', 4, 'MUG', '{"merchant_item_id": "MUG",
     "tags": {"tags": [{"tag_type": "item", "tag_value": "blue"}, {"tag_value": "new"}]},
     "properties": [{"name": "a", "value": "1", "expiration_dts": "2027-01-01T00:00:00Z"}],
     "google_product_search": {"shipping_label": "heavy", "size": "L"}}', now(), now())`,
  `insert into customer (merchant_id, customer_profile_oid, email, document, created_at,
    modified_at)
   values ('TEST', 1, 'é@a.example', '{"email": "é@a.example"}', now(), now()),
     ('TEST', 2, U&'e\\0301@a.example', '{"email": "e\\u0301@a.example"}', now(), now())`,
  `insert into auto_order_search_value (merchant_id, kind, value, auto_order_oid)
   values ('TEST', 'item', 'καφες', 1), ('TEST', 'item', 'καφεσ', 1), ('TEST', 'item', 'tea', 2)`,
  `insert into orders (merchant_id, order_id, head, created_at, modified_at, current_stage,
    currency, total_minor, facets, channel_partner_code, channel_partner_order_id)
   values ${[
     [1, 'ς'],
     [2, 'σ'],
     [3, 'x'],
   ]
     .map(
       ([number, partner]) => `('TEST', 'TEST-${number}', '{}', now(), now(), 'CO', 'USD', 0,
         array['TEST|city=straße', 'TEST|item_id=tea'], 'web', '${partner}')`,
     )
     .join(', ')}`,
  `insert into parked_auto_order (merchant_id, item_id_lc, auto_order_oid)
    values ('TEST', 'ς', 1), ('TEST', 'σ', 1)`,
];

// Item 4 after 0395.
const renamedItem = {
  merchant_item_id: 'MUG',
  tags: { tags: [{ tagType: 'item', tagValue: 'blue' }, { tagValue: 'new' }] },
  properties: [{ name: 'a', value: '1', expirationDts: '2027-01-01T00:00:00Z' }],
  google_product_search: { shippingLabel: 'heavy', size: 'L' },
};

test('what was stored before is found by its folded form', async (t) => {
  await withPool(await emptyDatabase(t, migrated.connection), async (db) => {
    const migrations = readMigrations();
    const place = migrations.findIndex(({ name }) => name.startsWith('0055'));
    await migrate(db, migrations.slice(0, place));
    for (const statement of before) await db.run(statement);
    await migrate(db, migrations);
    const texts = async (sql: string) =>
      (await db.rows<{ text: string }>(sql)).map(({ text }) => text);

    assert.deepEqual(
      await texts(
        `select merchant_item_id_lc || ' ' || (document ->> 'merchant_item_id') as text from item
          where merchant_id = 'TEST' order by merchant_item_oid`,
      ),
      ['καφεσ ΚΑΦΕΣ', 'καφεσ (2) καφες (2)', 'tea TEA', 'mug MUG'],
    );
    assert.deepEqual(
      (
        await texts(
          `select document::text as text from item where merchant_id = 'TEST' and merchant_item_oid = 4`,
        )
      ).map((text) => JSON.parse(text)),
      [renamedItem],
    );
    assert.deepEqual(
      await texts(
        `select email_lc as text from customer where merchant_id = 'TEST'
          order by customer_profile_oid`,
      ),
      ['é@a.example', 'é@a.example (2)'],
    );
    assert.deepEqual(
      await texts(
        `select value as text from auto_order_search_value where merchant_id = 'TEST'
          order by auto_order_oid`,
      ),
      ['καφεσ', 'tea'],
    );
    assert.deepEqual(
      await texts(
        `select array_to_string(facets, ' ') || ' ' || channel_partner_order_id as text from orders
          where merchant_id = 'TEST' order by order_id`,
      ),
      [
        'TEST|city=strasse TEST|item_id=tea ς',
        'TEST|city=strasse TEST|item_id=tea σ',
        'TEST|city=strasse TEST|item_id=tea x',
      ],
    );
    assert.deepEqual(
      await texts(`select item_id_lc as text from parked_auto_order where merchant_id = 'TEST'`),
      ['σ'],
    );
  });
});
