import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { emptyDatabase, openTestDatabase } from '../support/database.ts';
import { withPool } from '../support/testStore.ts';
import { schemaText } from './schemaText.ts';

const checkedIn = await readFile(
  new URL('../../server/src/platform/storage/schema.sql', import.meta.url),
  'utf8',
);
const migrated = await openTestDatabase();

test('the schema.sql that is checked in is fresh', async () => {
  assert.equal(checkedIn, await schemaText(migrated.db), 'run npm run schema');
});

test('schema.sql makes the database that it was read from', async (t) => {
  const made = await withPool(await emptyDatabase(t, migrated.connection), async (db) => {
    await db.run(checkedIn);
    return schemaText(db);
  });
  assert.equal(made, checkedIn);
});

test('what it does not write is refused by name', async (t) => {
  const statements = `
    create view one as select 1 as one;
    create sequence two;
    create type three as enum ('once');
    create table watched ();
    create function look() returns trigger language plpgsql as 'begin end';
    create trigger four before insert on watched execute function look()`;
  await withPool(await emptyDatabase(t, migrated.connection), async (db) => {
    await db.run(statements);
    await assert.rejects(
      schemaText(db),
      /does not write this yet: relation one, relation two, type three, trigger four$/,
    );
  });
});
