import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextDelayMs } from '../../web/src/api/backoff.ts';
import { logInReason, Refused, refusalOf, retryDelayMs } from '../../web/src/api/refused.ts';

const refused = (status: number, code: string, retryAfterSeconds?: number) =>
  new Refused('…', { status, code, retryAfterSeconds });

test('a refusal has the server’s sentence, code, request and wait', () => {
  const headers = new Headers({
    'X-Perennial-Refusal': 'rate_limited',
    'X-Request-Id': 'r-1',
    'Retry-After': '3',
  });
  const { message, code, status, requestId, retryAfterSeconds } = refusalOf(429, headers, {
    error: { user_message: 'Too fast.' },
  });
  assert.deepEqual(
    [message, code, status, requestId, retryAfterSeconds],
    ['Too fast.', 'rate_limited', 429, 'r-1', 3],
  );
  assert.equal(refusalOf(502, new Headers(), undefined).code, 'status_502');
});

test('which calls are repeated, and after how long', () => {
  const table: [refused: Refused, attempt: number, ms: number | undefined][] = [
    [refused(0, 'offline'), 1, 250],
    [refused(503, 'unavailable'), 2, 1000],
    [refused(503, 'unavailable'), 4, undefined],
    [refused(409, 'idempotency_conflict'), 1, 250],
    [refused(409, 'other'), 1, undefined],
    [refused(412, 'version_mismatch'), 1, undefined],
    [refused(500, 'internal'), 1, undefined],
    [refused(429, 'rate_limited', 2), 1, 2000],
    // A wait that a person would notice is shown instead.
    [refused(429, 'rate_limited', 600), 1, undefined],
    [refused(429, 'too_many_attempts', 2), 1, undefined],
    [refused(400, 'missing_field'), 1, undefined],
  ];
  for (const [given, attempt, ms] of table)
    assert.equal(retryDelayMs(given, attempt), ms, `${given.code} ${attempt}`);
});

test('a missing permission does not end the session', () => {
  const table: [status: number, code: string, reason: string | undefined][] = [
    [401, 'ended_session', 'ended'],
    [401, 'missing_credentials', 'ended'],
    [401, 'recent_log_in_needed', 'recent'],
    [401, 'missing_permission', undefined],
    [401, 'address_not_allowed', undefined],
    [401, 'wrong_log_in', undefined],
    [404, 'not_found', undefined],
  ];
  for (const [status, code, reason] of table)
    assert.equal(logInReason(refused(status, code)), reason, code);
});

test('a cut line is tried again after half a second, later after at most half a minute', () => {
  assert.equal(nextDelayMs(0, 1), 500);
  assert.equal(nextDelayMs(0, 0), 250);
  assert.equal(nextDelayMs(3, 1), 4000);
  assert.equal(nextDelayMs(50, 1), 30_000);
});
