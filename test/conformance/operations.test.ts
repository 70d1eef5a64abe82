/**
 * Compares our operations with the published ones: method, path, parameters, permissions, body and
 * response.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { events } from '@perennial/contract/events.ts';
import { expansions } from '@perennial/contract/expansions.ts';
import {
  type Operation,
  type OperationId,
  operation,
  operationIds,
} from '@perennial/contract/operations.ts';
import { sortings } from '@perennial/contract/sorting.ts';
import {
  autoOrderDocument,
  currentApi,
  type FactOperation,
  type Facts,
  newer,
  queryNames,
  workflowDocument,
} from './facts.ts';

/** The differences of our operations from the published ones, with the reasons. */
const agreedDifferences: Readonly<Record<string, string>> = {
  'getAutoOrdersBatch permissions':
    'auto_order_read suffices as well: it is what every other read asks for',
  'getAutoOrdersByQuery permissions':
    'auto_order_read suffices as well: it is what every other read asks for',
  'getOrders total type': 'an order’s total has cents',
  'getItems parent_category_id': 'there are no categories',
  'getItems parent_category_path': 'there are no categories',
  'getCoupons affiliate_oid': 'there are no affiliates; a warning names the filter',
};

/** Fields that our lists sort by in addition to the documented ones. */
const moreSortable: readonly string[] = ['next_shipment_dts'];

describe('our operations agree with', () => {
  for (const [name, source, count] of [
    ['the auto_order document', autoOrderDocument, 8],
    ['the workflow document', workflowDocument, 12],
    ['the current API', currentApi, 55],
    ['the newer pages', newer, 17],
  ] as const) {
    test(`${name}: ${count} operations`, (t) => {
      assert.equal(agreeing(source), count);
      t.diagnostic(`${name}: ${count} of ${count} operations agree`);
    });
  }
});

test('no query parameter of the newest published client is unknown', () => {
  const published = Object.entries(queryNames) as [OperationId, readonly string[]][];
  const unknown = published.flatMap(([id, names]) => {
    const ours = parameters(operation(id).query).map(([name]) => name);
    return names.filter((name) => !ours.includes(name)).map((name) => `${id} ${name}`);
  });
  assert.deepEqual(
    unknown.filter((fault) => !isAgreed(fault)),
    [],
  );
});

test('the documented expansions and events are ours', () => {
  for (const [resource, names] of Object.entries(currentApi.expansions)) {
    const ours: readonly string[] = expansions[resource as keyof typeof expansions];
    assert.deepEqual(
      names.filter((name) => !ours.includes(name)),
      [],
      resource,
    );
  }
  assert.deepEqual(
    autoOrderDocument.events.filter((event) => !(event in events)),
    [],
  );
});

/**
 * Returns how many operations of a source match ours completely. If any differ, it fails and names
 * all of them.
 */
function agreeing({ operations }: Facts): number {
  const wrong = operations.flatMap((fact) => {
    const id = operationIds.find((name) => isSame(operation(name), fact));
    if (!id) return [`${fact.method} ${fact.path} is missing`];
    return disagreements(id, operation(id), fact).filter((fault) => !isAgreed(fault));
  });
  assert.deepEqual(wrong, []);
  return operations.length;
}

function isSame(ours: Operation, fact: FactOperation): boolean {
  return ours.base === '/rest/v2' && ours.method === fact.method && ours.path === fact.path;
}

function isAgreed(fault: string): boolean {
  return Object.keys(agreedDifferences).some((start) => fault.startsWith(start));
}

function disagreements(id: OperationId, ours: Operation, fact: FactOperation): string[] {
  const faults: string[] = [];
  const check = (what: string, given: unknown, expected: unknown) => {
    if (JSON.stringify(given) !== JSON.stringify(expected)) {
      faults.push(
        `${id} ${what} should be ${JSON.stringify(expected)}, is ${JSON.stringify(given)}`,
      );
    }
  };
  if (fact.operationId) check('name', id, fact.operationId);
  if (fact.permissions) check('permissions', ours.permissions, fact.permissions);
  if (fact.body) check('body', ours.body?.$id, fact.body.schema);
  if (fact.responses['200']) check('answer', ours.response?.$id, fact.responses['200']);
  if ('204' in fact.responses) check('status', ours.status, 204);
  check(
    'path parameters',
    parameters(ours.params),
    fact.pathParams.map(({ name, type }) => [name, type]),
  );
  for (const { name, type, max, allowed } of fact.query) {
    const given = parameters(ours.query).find(([known]) => known === name);
    if (!given) faults.push(`${id} ${name} is missing`);
    else check(`${name} type`, given[1], type);
    if (name === '_limit' && max !== undefined) check('maximum of _limit', ours.maxLimit, max);
    if (allowed) check('sortable fields', documentedSorting(ours), allowed);
  }
  return faults;
}

function parameters(schema: object | undefined): string[][] {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, { type: string }> };
  return Object.entries(properties).map(([name, { type }]) => [name, type]);
}

function documentedSorting({ sort }: Operation): string[] {
  return sort ? sortings[sort].filter((field) => !moreSortable.includes(field)) : [];
}
