// Tests how the changes of an entry of the audit log are shown, in rows that a person can read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedFields, summaryOf } from '../../web/src/auditLog/words.ts';

const ground = { name: 'Ground', rates: [{ cost: 4.95 }] };
const air = { name: 'Air', rates: [{ cost: 20, free_from: 100 }] };

type Fields = Readonly<Record<string, unknown>>;

const table: [what: string, before: Fields, after: Fields, rows: [string, string, string][]][] = [
  ['a text', { full_name: 'Ann' }, { full_name: 'Anna' }, [['full name', 'Ann', 'Anna']]],
  ['a field that was empty', { email: '' }, { email: 'a@b.c' }, [['email', '–', 'a@b.c']]],
  ['yes and no', { isTest: true }, { isTest: false }, [['is test', 'yes', 'no']]],
  ['a list of words', { tags: ['a'] }, { tags: ['a', 'b'] }, [['tags', 'a', 'a, b']]],
  ['an empty list', { tags: [] }, { tags: ['a'] }, [['tags', '–', 'a']]],
  [
    'a record: only what differs',
    { retry: { days: 3, is_on: true } },
    { retry: { days: 5, is_on: true } },
    [['retry › days', '3', '5']],
  ],
  [
    'a record of a list, by its name',
    { shipping_methods: [ground, air] },
    { shipping_methods: [air, { ...ground, rates: [{ cost: 6 }] }] },
    [['shipping methods › Ground › rates › 1 › cost', '4.95', '6']],
  ],
  [
    'a record that is new in a list',
    { shipping_methods: [ground] },
    { shipping_methods: [air, ground] },
    [
      ['shipping methods › Air › name', '–', 'Air'],
      ['shipping methods › Air › rates › 1 › cost', '–', '20'],
      ['shipping methods › Air › rates › 1 › free from', '–', '100'],
    ],
  ],
  [
    'the last record of a list goes',
    { shipping_methods: [ground] },
    { shipping_methods: [] },
    [
      ['shipping methods › Ground › name', 'Ground', '–'],
      ['shipping methods › Ground › rates › 1 › cost', '4.95', '–'],
    ],
  ],
  [
    'the events of a new webhook',
    {},
    { subscriptions: [{ eventName: 'order_create', expansion: '' }] },
    [['subscriptions › order_create › event name', '–', 'order_create']],
  ],
  [
    'records without a name are counted',
    { steps: [{ days: 1 }, { days: 2 }] },
    { steps: [{ days: 1 }, { days: 3 }] },
    [['steps › 2 › days', '2', '3']],
  ],
  [
    'records with one name are counted',
    { steps: [{ name: 'a' }, { name: 'a' }] },
    { steps: [{ name: 'a' }, { name: 'b' }] },
    [
      ['steps › 1 › name', 'a', '–'],
      ['steps › 2 › name', 'a', '–'],
      ['steps › a › name', '–', 'a'],
      ['steps › b › name', '–', 'b'],
    ],
  ],
];

for (const [what, before, after, rows] of table)
  test(`an entry of the audit log shows ${what}`, () => {
    const fields = changedFields({ before, after });
    assert.deepEqual(
      fields.map((field) => [field.name, field.before, field.after]),
      rows,
    );
    assert.doesNotMatch(JSON.stringify(fields.map((field) => field.after)), /[{}]/);
  });

test('the list names the outermost fields only', () => {
  const entry = { before: { shipping_methods: [ground], max_discount: 1 }, after: { name: 'b' } };
  assert.equal(summaryOf(entry), 'shipping methods, max discount, name');
});
