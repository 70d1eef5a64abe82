import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { bodyExamples } from './examples.ts';
import { inputDocument, inputSchema } from './input.ts';
import { openApiDocument, openApiText } from './openapi.ts';
import { operation, operationIds } from './operations.ts';

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(openApiDocument()));
  assert.ok(valid, JSON.stringify(errors, undefined, 2));
  assert.equal(validator.version, '3.1');
});

test('the document that is checked in is fresh', () => {
  const checkedIn = readFileSync(new URL('../openapi.json', import.meta.url), 'utf8');
  assert.equal(checkedIn, openApiText(), 'run npm run openapi');
});

test('every reference in the document leads somewhere', () => {
  const document = openApiDocument();
  const references = [...openApiText().matchAll(/"\$ref": "#\/([^"]+)"/g)].map(([, path]) => path!);
  for (const path of new Set(references)) {
    const target = path
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
    assert.ok(target, path);
  }
});

test('every operation with a body has a valid example', () => {
  const ajv = new Ajv({
    allowUnionTypes: true,
    schemas: [inputDocument()],
    formats: { 'date-time': true, 'criteria-date-time': true },
  });
  for (const id of operationIds) {
    const { body } = operation(id);
    assert.equal(body !== undefined, id in bodyExamples, id);
    if (body)
      assert.ok(ajv.validate(inputSchema(body), bodyExamples[id]), `${id}: ${ajv.errorsText()}`);
  }
});
