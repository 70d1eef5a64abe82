// Tests the sentences of the log-in form.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDays } from '../../web/src/kit/moment.ts';
import { logInWords } from '../../web/src/shell/logInWords.ts';

const form = { asksForMerchant: false, hasCode: false };

test('a refused log-in says what to do next, in words of the form', () => {
  const table: [code: Parameters<typeof logInWords>[0]['code'], entered: object, words: RegExp][] =
    [
      [
        'wrong_log_in',
        {},
        /^The login and the password do not match\. Check them; an administrator/,
      ],
      [
        'wrong_log_in',
        { asksForMerchant: true },
        /^The merchant, the login and the password do not/,
      ],
      ['second_factor_needed', {}, /^Enter the code that your authenticator app shows now/],
      ['second_factor_needed', { hasCode: true }, /^The code is wrong or was used before\. Enter/],
      ['expired_password', {}, /Ask an administrator for a new one\.$/],
      ['ended_session', {}, /Log in again\.$/],
      ['too_many_attempts', {}, /^The server's sentence$/],
    ];
  for (const [code, entered, words] of table)
    assert.match(
      logInWords({ code, message: "The server's sentence" }, { ...form, ...entered }),
      words,
    );
});

test('before the log-in, moments name the zone that they are in', () => {
  const shown = withDays(
    'It is on hold since 2026-03-04T09:14:00-05:00, until 2026-03-05.',
    'Europe/Berlin',
    '2026-03-01T12:00:00Z',
    'exact',
  );
  assert.match(shown, /^It is on hold since Wed 4 Mar 2026, 15:14:00 .+, until Thu 5 Mar\.$/);
});
