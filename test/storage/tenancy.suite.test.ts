import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMerchantRow, testDatabase } from '../support/database.ts';
import { tenantTables } from './statements.ts';

test('every key and ordered index of a tenant table begins with merchant_id', async (t) => {
  const db = await testDatabase(t);
  const tables = await tenantTables(db);
  const indexes = await db.rows<{ name: string; first: string | null }>(
    `select i.indexrelid::regclass::text as name, a.attname as first
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am on pg_am.oid = c.relam
     left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = any ($1::regclass[]) and pg_am.amname = 'btree'`,
    [tables],
  );
  assert.deepEqual(
    indexes.filter(({ first }) => first !== 'merchant_id'),
    [],
  );
  t.diagnostic(
    `${tables.length} tenant tables, ${indexes.length} ordered indexes, all led by merchant_id`,
  );
});

test('every foreign key between tenant tables carries merchant_id', async (t) => {
  const db = await testDatabase(t);
  const keys = await db.rows<{ name: string; columns: string[]; referenced: string[] }>(
    `select conrelid::regclass || '.' || conname as name,
       array(select attname::text from pg_attribute where attrelid = conrelid
         and attnum = any (conkey)) as columns,
       array(select attname::text from pg_attribute where attrelid = confrelid
         and attnum = any (confkey)) as referenced
     from pg_constraint where contype = 'f' and confrelid = any ($1::regclass[])`,
    [await tenantTables(db)],
  );
  assert.deepEqual(
    keys.filter(
      ({ columns, referenced }) =>
        !columns.includes('merchant_id') || !referenced.includes('merchant_id'),
    ),
    [],
  );
});

test('a table is partitioned by merchant completely, and a merchant is in one partition', async (t) => {
  const db = await testDatabase(t);
  const cut = await db.rows<{ name: string; pieces: number }>(
    `select partrelid::regclass::text as name, (select count(*) from pg_inherits
      where inhparent = partrelid) as pieces
     from pg_partitioned_table join pg_class on oid = partrelid
       where relnamespace = 'public'::regnamespace`,
  );
  const isPartitionedRun = (process.env['PERENNIAL_TEST_STORE'] ?? '').includes('partitioned');
  assert.deepEqual(
    cut.map(({ name }) => name).sort(),
    isPartitionedRun ? await tenantTables(db) : [],
  );
  assert.ok(cut.every(({ pieces }) => pieces === 4));
  await addMerchantRow(db, 'ONE');
  await db.run(
    `insert into counter (merchant_id, name, value) select m.merchant_id, 'n' || n, n
      from merchant m cross join generate_series(1, 100) n where m.merchant_id = 'ONE'`,
  );
  const homes = await db.rows(`select distinct tableoid from counter where merchant_id = 'ONE'`);
  assert.equal(homes.length, 1);
});
