import assert from 'node:assert/strict';
import type { Operation } from '@perennial/contract/operations.ts';
import { reachable, schemas } from '@perennial/contract/schemas.ts';
import { Ajv, type ValidateFunction } from 'ajv';

/**
 * Checks a response against the contract as the strictest published client reads it: it allows no
 * null, no field that the model lacks, no enum value outside the list, no text over its length, and
 * no decimal in an integer.
 */
export function checkAnswer(operation: Operation, status: number, body: unknown): void {
  const model = status === 200 ? operation.response?.$id : 'ErrorResponse';
  if (model === undefined) return;
  const validate = validatorOf(model);
  if (validate(body)) return;
  const faults = validate.errors!.map(
    (error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`,
  );
  assert.fail(
    `${operation.method} ${operation.path} returned what ${model} does not allow:\n${faults.join('\n')}`,
  );
}

// `date-time` is the API's format (whole seconds, numeric offset), checked as published clients
// show it. Years outside 1900 to 2999 may have been stored before they were refused; responses show
// them unchanged.
const wireDate =
  /^(?:\d{4,5}|[+-]\d{6})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}(?::\d{2})?(?: BC)?$/;
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  // Each process of tests compiles only the models that it needs. contract/src/openapi.test.ts
  // checks the schemas, and the generated code is not optimised.
  validateSchema: false,
  meta: false,
  code: { optimize: false },
  formats: { 'date-time': wireDate, int32: true, int64: true },
});
const validators = new Map<string, ValidateFunction>();

function validatorOf(name: string): ValidateFunction {
  const known = validators.get(name);
  if (known) return known;
  const names = [...reachable({ $ref: name })];
  const validate = ajv.compile({
    $ref: `#/$defs/${name}`,
    $defs: Object.fromEntries(names.map((each) => [each, strict(each)])),
  });
  validators.set(name, validate);
  return validate;
}

function strict(name: string): object {
  const { $id: _, ...schema } = JSON.parse(JSON.stringify(schemas[name])) as Record<
    string,
    unknown
  >;
  return closed(schema);
}

/** Closes every object to unknown fields, and makes names of models references into `$defs`. */
function closed(schema: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...schema };
  if (typeof copy['$ref'] === 'string') return { $ref: `#/$defs/${copy['$ref']}` };
  if (copy['properties'] && copy['additionalProperties'] === undefined)
    copy['additionalProperties'] = false;
  for (const key of ['properties', 'patternProperties'] as const) {
    if (copy[key])
      copy[key] = Object.fromEntries(
        Object.entries(copy[key]).map(([field, value]) => [
          field,
          closed(value as Record<string, unknown>),
        ]),
      );
  }
  if (copy['items']) copy['items'] = closed(copy['items'] as Record<string, unknown>);
  return copy;
}
