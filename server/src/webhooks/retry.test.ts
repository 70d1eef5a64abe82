import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  type DeliveryResult,
  decideRetry,
  isBeyondHope,
  isWaiting,
  parseRetryAfter,
} from './retry.ts';

const now = Temporal.Instant.from('2026-03-01T12:00:00Z');

const cases: [
  name: string,
  result: DeliveryResult,
  failures: number,
  jitter: number,
  expected: string,
][] = [
  ['200 delivers', { kind: 'answered', status: 200 }, 1, 0, 'delivered'],
  ['204 delivers', { kind: 'answered', status: 204 }, 5, 0, 'delivered'],
  ['410 is gone', { kind: 'answered', status: 410 }, 1, 0, 'gone'],
  [
    '410 is gone, whatever it asks',
    { kind: 'answered', status: 410, retryAfterSeconds: 5 },
    1,
    0,
    'gone',
  ],
  ['a redirect is a failure', { kind: 'answered', status: 302 }, 1, 0, '2026-03-01T12:01:00Z'],
  ['first failure, a minute', { kind: 'answered', status: 500 }, 1, 0, '2026-03-01T12:01:00Z'],
  ['second, two minutes', { kind: 'failed', why: 'timed out' }, 2, 0, '2026-03-01T12:02:00Z'],
  [
    'sixth, half an hour and two',
    { kind: 'failed', why: 'timed out' },
    6,
    0,
    '2026-03-01T12:32:00Z',
  ],
  ['seventh, an hour', { kind: 'failed', why: 'timed out' }, 7, 0, '2026-03-01T13:00:00Z'],
  [
    'hundredth, still an hour',
    { kind: 'failed', why: 'timed out' },
    100,
    0,
    '2026-03-01T13:00:00Z',
  ],
  [
    'jitter shortens by at most a fifth',
    { kind: 'failed', why: 'timed out' },
    7,
    1,
    '2026-03-01T12:48:00Z',
  ],
  [
    'Retry-After is honoured',
    { kind: 'answered', status: 503, retryAfterSeconds: 7 },
    4,
    1,
    '2026-03-01T12:00:07Z',
  ],
  [
    'Retry-After of 0 is a second',
    { kind: 'answered', status: 503, retryAfterSeconds: 0 },
    1,
    0,
    '2026-03-01T12:00:01Z',
  ],
  [
    'after five failures a short Retry-After waits as long as none',
    { kind: 'answered', status: 503, retryAfterSeconds: 0 },
    6,
    0,
    '2026-03-01T12:32:00Z',
  ],
  [
    'after five failures a long Retry-After is honoured',
    { kind: 'answered', status: 503, retryAfterSeconds: 7200 },
    6,
    0,
    '2026-03-01T14:00:00Z',
  ],
  [
    'Retry-After of a year is a day',
    { kind: 'answered', status: 429, retryAfterSeconds: 31_536_000 },
    1,
    0,
    '2026-03-02T12:00:00Z',
  ],
];
for (const [name, result, failures, jitter, expected] of cases) {
  test(name, () => {
    const decision = decideRetry(result, failures, now, jitter);
    assert.equal(decision.kind === 'retry' ? decision.at.toString() : decision.kind, expected);
  });
}

test('a webhook is given up after three days of failures, not a second earlier', () => {
  assert.ok(isBeyondHope(Temporal.Instant.from('2026-02-26T12:00:00Z'), now));
  assert.ok(!isBeyondHope(Temporal.Instant.from('2026-02-26T12:00:01Z'), now));
});

test('Retry-After in seconds, as a date, and as nonsense', () => {
  const read = (header: string | undefined) => parseRetryAfter(header, now);
  assert.deepEqual(
    [
      read('120'),
      read('Sun, 01 Mar 2026 12:00:30 GMT'),
      read('Sun, 01 Mar 2026 11:00:00 GMT'),
      read('soon'),
      read('-5'),
      read(undefined),
    ],
    [120, 30, 0, undefined, undefined, undefined],
  );
});

const waiting: [what: string, nextAt: string, attempts: number, lastTried: string, is: boolean][] =
  [
    ['a retry beyond any lease', '12:02:00', 3, '11:58:00', true],
    ['the end of a lease that begins now', '12:01:00', 3, '11:52:00', false],
    ['a retry soon after the failure', '12:00:50', 1, '11:59:59', true],
    ['a retry that is due', '11:59:59', 1, '11:59:00', false],
    ['in hand since its retry was due', '12:00:40', 1, '11:58:30', false],
  ];
for (const [what, nextAt, attempts, lastTried, is] of waiting)
  test(`whether a delivery certainly waits: ${what}: ${is}`, () => {
    const at = (time: string) => Temporal.Instant.from(`2026-03-01T${time}Z`);
    const delivery = { nextAt: at(nextAt), attempts, lastTriedAt: at(lastTried) };
    assert.equal(isWaiting(delivery, now, 60_000), is);
  });
