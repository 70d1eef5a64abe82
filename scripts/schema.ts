/**
 * Generates server/src/platform/storage/schema.sql from a migrated database; a test fails while it
 * is outdated.
 */
import { writeFileSync } from 'node:fs';
import { schemaText } from '../test/storage/schemaText.ts';
import { makeTemplate, startTestServer, withPool } from '../test/support/testStore.ts';

const server = await startTestServer();
try {
  const { connection, template } = await makeTemplate(server, 'migrated');
  const text = await withPool({ ...connection, database: template }, schemaText);
  writeFileSync(new URL('../server/src/platform/storage/schema.sql', import.meta.url), text);
} finally {
  await server.stop();
}
