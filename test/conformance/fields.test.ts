// Tests each field of the auto_order and the workflow document: it is written and read over HTTP,
// and none is dropped without a warning.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';
import { autoOrderDocument, type Facts, workflowDocument } from './facts.ts';
import { playFields } from './fieldScenario.ts';
import { fieldTable } from './fieldTable.ts';

const app = await testApp();
const { seen, kept, lost } = await playFields(app);

const namesOf = ({ models }: Facts): string[] =>
  Object.entries(models).flatMap(([model, { fields }]) =>
    Object.keys(fields).map((field) => `${model}.${field}`),
  );
const documented = [...namesOf(autoOrderDocument), ...namesOf(workflowDocument)];

test('the table has one row for each of the 663 and 142 fields', () => {
  assert.equal(documented.length, 663 + 142);
  assert.deepEqual(Object.keys(fieldTable).sort(), [...new Set(documented)].sort());
});

test('data is read back as it was sent', () => {
  assert.deepEqual(lost, []);
  assert.deepEqual(
    documented.filter((field) => fieldTable[field] === 'data' && !kept.fields.has(field)),
    [],
  );
});

test('computed fields appear, or have an effect where they are sent', () => {
  assert.deepEqual(
    documented.filter((field) => fieldTable[field] === 'computed' && !seen.fields.has(field)),
    [],
  );
});

test('fewer than 60 fields are not applicable, and none of them ever appears', (t) => {
  const isOut = (field: string) => fieldTable[field]!.startsWith('not applicable');
  const out = documented.filter(isOut);
  assert.deepEqual(
    out.filter((field) => seen.fields.has(field) || kept.fields.has(field)),
    [],
  );
  assert.ok(out.length < 60, `${out.length} fields are not applicable`);
  const count = (kind: string) => documented.filter((field) => fieldTable[field] === kind).length;
  t.diagnostic(
    `${documented.length} fields: ${count('computed')} computed, ${count('data')} data, ` +
      `${out.length} not applicable`,
  );
});
