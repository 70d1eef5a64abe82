// Tests the later form of each released migration that Citus refuses: it changes rows as the
// released one does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../server/src/platform/storage/database.ts';
import {
  type Migration,
  migrate,
  readMigrations,
  splitStatements,
} from '../../server/src/platform/storage/migrate.ts';
import { addMerchantRow, emptyDatabase, nodesOfStore } from '../support/database.ts';
import { withPool } from '../support/testStore.ts';

/** Documents of items from before each migration that has a later form. */
const documents: Readonly<Record<string, readonly object[]>> = {
  '0395_item_wire_names.sql': [
    {
      tags: {
        tags: [
          { tag_type: 'a', tag_value: 'b', note: null },
          { tagType: 'c', tag_type: 'lost', tag_value: null },
          { tag_type: 'a "quoted" one', 'x,]': [1.5, null] },
          'text',
          7,
        ],
      },
      properties: [{ name: 'n', expiration_dts: '2026-01-01' }, { name: 'm' }, null],
      google_product_search: { shipping_label: 'L', brand: null },
    },
    { tags: { tags: [] }, note: '"tag_' },
    { properties: [{ expirationDts: '2027-01-01', expiration_dts: '2026-01-01' }] },
    { google_product_search: { shippingLabel: 'kept' } },
  ],
};

const migrations = readMigrations();

for (const migration of migrations.filter(({ released }) => released !== undefined))
  test(`${migration.name}: both forms have the same result`, async (t) => {
    const rows = documents[migration.name];
    assert.ok(rows, 'give the rows that it changes');
    const [node] = await nodesOfStore();
    const empty = await emptyDatabase(t, { ...node!, database: 'rewritten' });
    await withPool(empty, async (db) => {
      await migrate(db, migrations.slice(0, migrations.indexOf(migration)));
      await addMerchantRow(db, 'ONE');
      for (const [index, document] of rows.entries())
        await db.run(
          `insert into item (merchant_id, merchant_item_oid, merchant_item_id, document, created_at, modified_at)
           select m.merchant_id, $2::int, $3, $4, now(), now() from merchant m where m.merchant_id = $1`,
          ['ONE', index, `ITEM${index}`, JSON.stringify(document)],
        );
      const now = await resultOf(db, migration.sql);
      assert.deepEqual(now, await resultOf(db, migration.released!));
      assert.notDeepEqual(now, await resultOf(db, 'select 1'));
    });
  });

/** Runs the statements, returns the resulting documents, and rolls the statements back. */
async function resultOf(db: Database, sql: Migration['sql']): Promise<readonly object[]> {
  const undone = new Error('undone');
  let result: readonly object[] = [];
  await db
    .transaction(async (tx) => {
      for (const statement of splitStatements(sql)) await tx.run(statement);
      result = await tx.rows(
        'select document from item where merchant_id = $1 order by merchant_item_oid',
        ['ONE'],
      );
      throw undone;
    })
    .catch((error: unknown) => assert.equal(error, undone));
  return result;
}
