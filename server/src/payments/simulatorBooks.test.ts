import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chargeOf } from './gateway.suite.ts';
import { chargeOrder } from './simulator.ts';
import { type BookAnswer, SimulatorBooks } from './simulatorBooks.ts';
import { behaviourOf, testCards } from './simulatorCards.ts';

const order = (cardToken: string) => chargeOrder('simulator', chargeOf(cardToken));
const outcome = (answer: BookAnswer) =>
  answer.kind === 'charge' ? (answer.charge.declined ?? 'captured') : answer.kind;

test('the outcome of each card', async (t) => {
  const cases: [token: string, behaviour: object][] = [
    ['tok_approve', { kind: 'approve' }],
    ['tok_approve-anna', { kind: 'approve' }],
    ['visa_of_somebody', { kind: 'approve' }],
    ['tok_decline', { kind: 'decline', reason: 'do not honor' }],
    ['tok_decline_stolen_card-7', { kind: 'decline', reason: 'stolen card' }],
    ['tok_decline_no_such_reason', { kind: 'decline', reason: 'card declined' }],
    ['tok_decline_2x_insufficient_funds', { kind: 'decline', reason: 'insufficient funds' }],
    ['tok_decline_0x', { kind: 'approve' }],
    ['tok_timeout_before', { kind: 'time out', when: 'before capture' }],
    ['tok_timeout_after', { kind: 'time out', when: 'after capture' }],
    ['tok_timeout_always', { kind: 'time out', when: 'always' }],
    ['tok_slow_250', { kind: 'slow', delayMs: 250 }],
  ];
  for (const [token, behaviour] of cases)
    await t.test(token, () =>
      assert.deepEqual(behaviourOf(token, { key: 'k', declinesBefore: 0 }), behaviour),
    );
});

test('a mixed card has each outcome as often as its token says, and a key always the same one', () => {
  const fates = Array.from({ length: 4000 }, (_, n) =>
    behaviourOf('tok_mixed_5_5_5', { key: `k${n}`, declinesBefore: 0 }),
  );
  const share = (kind: string) => fates.filter((fate) => fate.kind === kind).length / fates.length;
  assert.ok(Math.abs(share('decline') - 0.05) < 0.015);
  assert.ok(Math.abs(share('time out') - 0.1) < 0.02);
  assert.deepEqual(behaviourOf('tok_mixed_5_5_5', { key: 'k7', declinesBefore: 0 }), fates[7]);
});

test('a card that is declined twice is approved from then on; a repetition counts for nothing', () => {
  const books = new SimulatorBooks();
  const first = order('tok_decline_2x-bob');
  const outcomes = [
    first,
    first,
    order('tok_decline_2x-bob'),
    order('tok_decline_2x-bob'),
    order('tok_decline_2x-bob'),
  ].map((each) => outcome(books.charge(each)));
  assert.deepEqual(outcomes, [
    'do not honor',
    'do not honor',
    'do not honor',
    'captured',
    'captured',
  ]);
});

test('a script decides before the token, charge by charge', () => {
  const books = new SimulatorBooks();
  books.script('tok_approve-x', [
    { kind: 'decline', reason: 'expired card' },
    { kind: 'time out', when: 'after capture' },
  ]);
  const lost = order('tok_approve-x');
  assert.deepEqual(
    [order('tok_approve-x'), lost, order('tok_approve-x')].map((each) =>
      outcome(books.charge(each)),
    ),
    ['expired card', 'lost', 'captured'],
  );
  assert.equal(outcome(books.charge(lost)), 'captured');
});

test('books in a file outlive the process, and a line that a crash cut off is as if it never was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'books-'));
  const path = join(folder, 'books.jsonl');
  const before = new SimulatorBooks(path);
  const charged = order('tok_approve');
  const answer = before.charge(charged);
  assert.ok(answer.kind === 'charge');
  before.refund({
    account: 'simulator',
    key: 'refund',
    reference: answer.charge.reference,
    amount: 1000,
  });
  before.close();
  await appendFile(path, '{"kind":"charge","charge":{"acc');

  const after = new SimulatorBooks(path);
  assert.equal(outcome(after.charge(charged)), 'captured');
  assert.deepEqual(after.captures(), [{ ...answer.charge, refunded: 1000 }]);
  assert.equal(
    after.refund({
      account: 'simulator',
      key: 'refund 2',
      reference: answer.charge.reference,
      amount: 1000,
    }).kind,
    'refused',
  );

  const next = order('tok_approve');
  after.charge(next);
  after.close();
  assert.equal(outcome(new SimulatorBooks(path).find('simulator', next.key)), 'captured');
  await rm(folder, { recursive: true });
});

test('two servers on one file know what the other charged, and book each key once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-books-'));
  try {
    const path = join(folder, 'simulator.jsonl');
    const [one, two] = [new SimulatorBooks(path), new SimulatorBooks(path)];
    const charge = order('tok_approve');
    assert.equal(outcome(two.find(charge.account, charge.key)), 'absent');
    assert.equal(outcome(one.charge(charge)), 'captured');
    assert.equal(outcome(two.find(charge.account, charge.key)), 'captured');
    two.charge(charge);
    const { reference } = two.captures()[0]!;
    const refund = { account: charge.account, key: 'refund', reference, amount: charge.amount };
    assert.equal(two.refund(refund).kind, 'refunded');
    assert.equal(one.refund({ ...refund, key: 'again' }).kind, 'refused');
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    assert.equal(lines.length, 2, 'one charge and one refund');
    one.close();
    two.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the table of cards in the documentation is the one that decides', async () => {
  const documented = await readFile(new URL('../../../docs/testing.md', import.meta.url), 'utf8');
  for (const { token, meaning } of testCards) {
    assert.ok(
      documented.includes(
        `| ${token
          .split(', ')
          .map((each) => `\`${each}\``)
          .join(', ')} | ${meaning} |`,
      ),
      `docs/testing.md lacks: ${token} | ${meaning}`,
    );
  }
});
