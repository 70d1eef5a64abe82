/** Compares our models with the published ones, field by field. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fieldsOf } from '@perennial/contract/fields.ts';
import { type Operation, operations } from '@perennial/contract/operations.ts';
import { reachable, schemas } from '@perennial/contract/schemas.ts';
import {
  autoOrderDocument,
  currentApi,
  type FactField,
  type Facts,
  newer,
  responseFields,
  workflowDocument,
} from './facts.ts';

/** A field of which any fact may be missing or left undefined. */
type LooseField = { readonly [Fact in keyof FactField]?: FactField[Fact] | undefined };

/**
 * The fields in which our model differs, because the documents disagree with each other or we
 * accept more than they require: our definition and the reason.
 */
const agreedDifferences: Readonly<
  Record<string, { readonly ours: LooseField; readonly why: string }>
> = {
  'OrderProperty.value': {
    ours: { maxLength: 3800 },
    why: 'the older, longer length is still taken',
  },
  'CustomerTag.tag_value': { ours: { maxLength: 250 }, why: 'the newer, longer length is taken' },
  'OrderChannelPartner.channel_partner_order_id': {
    ours: { maxLength: 50 },
    why: 'the newer API gave it a length',
  },
  'Customer.signup_dts': {
    ours: { format: 'dateTime' },
    why: 'the newer API says that it is a date',
  },
  'Order.currency_code': { ours: { enum: undefined }, why: 'the newer API takes any currency' },
  'OrderItem.special_product_type': {
    ours: { enum: undefined },
    why: 'the newer API takes any type',
  },
};

/** Enums with values that an older source does not list. The newest source must list each value. */
const widenedEnums: readonly string[] = [
  'AutoOrderItem.frequency',
  'AutoOrderItemSimpleSchedule.frequency',
  'Order.current_stage',
  'OrderPayment.payment_method',
  'Weight.uom',
];

describe('our models agree with', () => {
  test('the auto_order document: 79 objects, 663 fields', (t) => {
    const agreed = compare(autoOrderDocument);
    assert.deepEqual(agreed, { models: 79, fields: 663 });
    t.diagnostic(
      `auto_order document: ${agreed.models} of 79 objects and ${agreed.fields} of 663 fields agree`,
    );
  });

  test('the workflow document: 23 models, 142 fields', (t) => {
    const agreed = compare(workflowDocument);
    assert.deepEqual(agreed, { models: 23, fields: 142 });
    t.diagnostic(
      `workflow document: ${agreed.models} of 23 models and ${agreed.fields} of 142 fields agree`,
    );
  });

  test('the current API: 168 models, 1367 fields', (t) => {
    const agreed = compare(currentApi);
    assert.deepEqual(agreed, { models: 168, fields: 1367 });
    t.diagnostic(
      `current API: ${agreed.models} of 168 models and ${agreed.fields} of 1367 fields agree`,
    );
  });

  test('the newer pages', (t) => {
    const all = sizeOf(newer);
    const agreed = compare(newer);
    assert.deepEqual(agreed, all);
    const counts = `${agreed.models} of ${all.models} models and ${agreed.fields} of ${all.fields} fields`;
    t.diagnostic(`newer pages: ${counts} agree`);
  });
});

test('our models have only published fields, except those under /perennial/v1', () => {
  const published = [autoOrderDocument, workflowDocument, currentApi, newer];
  for (const [name, schema] of Object.entries(schemas)) {
    const sources = published.flatMap(({ models }) => models[name] ?? []);
    if (sources.length === 0) continue;
    const known = new Set(sources.flatMap(({ fields }) => Object.keys(fields)));
    assert.deepEqual(
      propertyNames(schema).filter((field) => !known.has(field)),
      [],
      name,
    );
  }
});

test('no model of a response has a field that the published one lacks', (t) => {
  const names = Object.keys(responseFields);
  for (const name of names) {
    const extra = propertyNames(schemas[name]!).filter(
      (field) => !responseFields[name]!.includes(field),
    );
    assert.deepEqual(extra, onRequest[name] ?? [], name);
  }
  t.diagnostic(`${names.length} models`);
});

/** Every model of a response under /rest/v2 is compared, except the `unpublished` ones. */
test('the models of all responses are compared', () => {
  const sources = [autoOrderDocument, workflowDocument, currentApi, newer].map(
    (each) => each.models,
  );
  const known = new Set([...sources, responseFields].flatMap((source) => Object.keys(source)));
  const shown = new Set(
    Object.values<Operation>(operations)
      .filter(({ base }) => base === '/rest/v2')
      .flatMap(({ response }) => (response ? [...reachable({ $ref: response.$id })] : [])),
  );
  assert.deepEqual([...shown].filter((name) => !known.has(name)).sort(), unpublished);
});

/** Our additional fields, which a response contains only if the request names them. */
const onRequest: Readonly<Record<string, readonly string[]>> = {
  OrderRefundableResponse: ['manual_only', 'stranded_refund'],
};

/** Clients read these responses without a model, or their API lacks the operation. */
const unpublished: readonly string[] = [
  'ChargebackDispute',
  'ChargebackDisputeResponse',
  'ChargebackDisputesResponse',
  'CouponAutoApplyResponse',
  'FulfillmentResult',
  'FulfillmentResultsResponse',
  'OauthMe',
  'StrandedRefund',
];

test('every agreed difference is one', () => {
  for (const path of [...Object.keys(agreedDifferences), ...widenedEnums]) {
    const [model, field] = path.split('.') as [string, string];
    const facts = [autoOrderDocument, currentApi].flatMap(
      ({ models }) => models[model]?.fields[field] ?? [],
    );
    const ours = factOf(propertiesOf(model)[field]!);
    const isSame = (fact: FactField) => JSON.stringify(relevant(fact)) === JSON.stringify(ours);
    assert.ok(!facts.every(isSame), `${path} no longer differs`);
  }
});

/**
 * Compares all models of a source, and returns how many match completely. If any differ, it fails
 * and names all of them.
 */
function compare({ models }: Facts) {
  const wrong: string[] = [];
  const agreed = { models: 0, fields: 0 };
  for (const [name, { fields, readOnlyObject }] of Object.entries(models)) {
    const schema = schemas[name] as { readOnly?: true; 'x-insert-only'?: true } | undefined;
    if (!schema) {
      wrong.push(`${name} is missing`);
      continue;
    }
    const before = wrong.length;
    const ours = schema.readOnly ? true : schema['x-insert-only'] ? 'except on insert' : undefined;
    if (ours !== readOnlyObject)
      wrong.push(`${name} is read-only: ${String(readOnlyObject)}, ours: ${String(ours)}`);
    for (const [field, fact] of Object.entries(fields)) {
      const fault = disagreement(`${name}.${field}`, fact, propertiesOf(name)[field]);
      if (fault) wrong.push(fault);
      else agreed.fields++;
    }
    if (wrong.length === before) agreed.models++;
  }
  assert.deepEqual(wrong, []);
  return agreed;
}

function disagreement(
  path: string,
  fact: FactField,
  property: object | undefined,
): string | undefined {
  if (!property) return `${path} is missing`;
  const ours = factOf(property);
  const expected = relevant({ ...fact, ...agreedDifferences[path]?.ours });
  if (widenedEnums.includes(path)) {
    const dropped = fact.enum!.filter((value) => !ours.enum!.includes(value));
    if (dropped.length > 0) return `${path} lacks ${dropped.join(', ')}`;
    return disagreement('', { ...fact, enum: ours.enum! }, property);
  }
  const same = JSON.stringify(expected) === JSON.stringify(ours);
  return same
    ? undefined
    : `${path} should be ${JSON.stringify(expected)}, is ${JSON.stringify(ours)}`;
}

/** Describes a field of our schema in the form of the facts. */
function factOf(property: object): FactField {
  const schema = property as {
    $ref?: string;
    type?: string;
    format?: string;
    items?: object;
    maxLength?: number;
    readOnly?: true;
    enum?: string[];
  };
  if (schema.$ref) return relevant({ type: 'object', ref: schema.$ref, readOnly: schema.readOnly });
  const format = schema.format === 'date-time' ? 'dateTime' : schema.format;
  const items = schema.items && elementOf(factOf(schema.items));
  return relevant({ ...schema, format, items });
}

/**
 * The facts name the model of a list's elements, but do not state that the elements are objects.
 */
function elementOf(element: FactField): FactField {
  return element.ref ? { ref: element.ref } : element;
}

/** Returns the facts that are compared, always in the same order. */
function relevant({
  type,
  format,
  items,
  ref,
  maxLength,
  readOnly,
  enum: values,
}: LooseField): FactField {
  const fact = { type, format, items, ref, maxLength, readOnly, enum: values && [...values] };
  return Object.fromEntries(Object.entries(fact).filter(([, value]) => value !== undefined));
}

function sizeOf({ models }: Facts) {
  const fields = Object.values(models).reduce(
    (sum, model) => sum + Object.keys(model.fields).length,
    0,
  );
  return { models: Object.keys(models).length, fields };
}

function propertiesOf(name: string): Readonly<Record<string, object>> {
  return fieldsOf(schemas[name]!);
}

function propertyNames(schema: object): string[] {
  return Object.keys((schema as { properties: object }).properties);
}
