import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { browserWords } from '../../web/src/kit/browserWords.ts';
import { differences } from '../../web/src/kit/differences.ts';
import {
  dayOf,
  formatDay,
  formatDistance,
  formatMoment,
  formatWritten,
  withDays,
  zoneName,
} from '../../web/src/kit/moment.ts';
import { formatCount, formatMoney, formatMoneyChange } from '../../web/src/kit/money.ts';
import { type Modules, qrCode } from '../../web/src/me/qrCode.ts';

test('one moment in five zones', () => {
  const at = '2026-03-08T07:30:00Z';
  const now = '2026-01-15T17:00:00Z';
  const table: [zone: string, minute: string, day: string][] = [
    // In this night New York changes to daylight saving time, and 02:30 does not exist.
    ['America/New_York', 'Sun 8 Mar, 03:30', '2026-03-08'],
    ['America/Los_Angeles', 'Sat 7 Mar, 23:30', '2026-03-07'],
    ['Europe/Berlin', 'Sun 8 Mar, 08:30', '2026-03-08'],
    ['Asia/Kolkata', 'Sun 8 Mar, 13:00', '2026-03-08'],
    ['Pacific/Kiritimati', 'Sun 8 Mar, 21:30', '2026-03-08'],
  ];
  for (const [zone, minute, day] of table) {
    assert.equal(formatMoment(at, zone, 'minute', now), minute);
    assert.equal(dayOf(at, zone), day);
  }
});

test('the year is written when it is not the present one, in the zone of the merchant', () => {
  const now = '2026-12-31T23:30:00Z';
  const zones: [zone: string, words: string][] = [
    ['America/New_York', 'Fri 1 Jan 2027'],
    ['Asia/Tokyo', 'Fri 1 Jan'],
  ];
  for (const [zone, words] of zones)
    assert.equal(formatMoment('2027-01-01T10:00:00Z', zone, 'day', now), words);
  assert.equal(
    formatMoment('2026-07-01T00:00:05Z', 'America/New_York', 'exact', now),
    'Tue 30 Jun 2026, 20:00:05 GMT-4',
  );
});

test('days are shown as moments are, also in sentences of the server', () => {
  const now = '2026-02-01T12:00:00Z';
  const zone = 'America/New_York';
  assert.equal(formatDay('2026-03-03', now), 'Tue 3 Mar');
  assert.equal(formatDay('2027-03-03', now), 'Wed 3 Mar 2027');
  assert.equal(formatDay('March', now), 'March');
  for (const [text, shown] of [
    ['2026-03-03T14:00:00Z', 'Tue 3 Mar, 09:00'],
    ['2026-03-03T14:00:00', 'Tue 3 Mar, 14:00'],
  ] as const)
    assert.equal(formatWritten(text, zone, now), shown);
  for (const [sentence, shown] of [
    ['Monthly after 2026-03-03', 'Monthly after Tue 3 Mar'],
    ['2026-03-01, 2027-03-02.', 'Sun 1 Mar, Tue 2 Mar 2027.'],
    ['stopped at 2026-03-03T14:00:00Z (why)', 'stopped at Tue 3 Mar, 09:00 (why)'],
    ['from 2026-03-03T09:00:00.250-05:00 on', 'from Tue 3 Mar, 09:00 on'],
    ['the wall time 2026-03-03T09:00:00', 'the wall time 2026-03-03T09:00:00'],
    ['order TEST-2026-03-03-7 and 2026-99-99', 'order TEST-2026-03-03-7 and 2026-99-99'],
  ] as const)
    assert.equal(withDays(sentence, zone, now), shown);
});

test('distances are in the largest whole unit', () => {
  const now = '2026-03-01T12:00:00Z';
  const table: [at: string, words: string][] = [
    ['2026-03-01T12:00:40Z', 'now'],
    ['2026-03-01T12:01:00Z', 'in 1 min'],
    ['2026-03-01T11:15:00Z', '45 min ago'],
    ['2026-03-01T10:00:00Z', '2 hours ago'],
    ['2026-03-02T13:00:00Z', 'in 1 day'],
    ['2026-04-15T12:00:00Z', 'in 1 month'],
    ['2024-03-01T12:00:00Z', '2 years ago'],
  ];
  for (const [at, words] of table) assert.equal(formatDistance(at, now), words, at);
});

test('zones have names for people', () => {
  assert.equal(zoneName('America/New_York'), 'New York');
  assert.equal(zoneName('UTC'), 'UTC');
});

test('amounts show the currency that is not the merchant’s', () => {
  assert.equal(formatMoney(42.1, 'USD'), '$42.10');
  assert.equal(formatMoney(42.1, 'CAD', 'USD'), 'CAD\u00a042.10');
  assert.equal(formatMoney(1234, 'JPY'), '¥1,234');
  assert.equal(formatMoneyChange(38.4, 42.6, 'USD'), '+$4.20');
  assert.equal(formatMoneyChange(42.6, 38.4, 'USD'), '−$4.20');
  assert.equal(formatMoneyChange(1, 1, 'USD'), '±$0.00');
  assert.equal(formatCount(10_000, true), '10,000+');
});

test('two records differ in named fields', () => {
  const before = { code: 'A', items: [{ quantity: 1 }, { quantity: 2 }], note: 'x' };
  const after = { code: 'A', items: [{ quantity: 3 }, { quantity: 2 }], pause: true };
  assert.deepEqual(differences(before, after), [
    { path: 'items[0].quantity', before: 1, after: 3 },
    { path: 'note', before: 'x' },
    { path: 'pause', after: true },
  ]);
  assert.deepEqual(differences(before, structuredClone(before)), []);
  assert.deepEqual(differences([1], { 0: 1 }), [{ path: '', before: [1], after: { 0: 1 } }]);
});

const drawn = (code: Modules | undefined): string | undefined =>
  code?.map((row) => row.map((isDark) => (isDark ? '#' : '.')).join('')).join('\n');

// Another program's QR code reader read the expected codes back.
test('a text becomes a QR code of the smallest version, as readers read it', () => {
  assert.equal(drawn(qrCode('PERENNIAL')), perennial);
  const account =
    'otpauth://totp/Perennial:demo%20(TEST)?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' +
    '&issuer=Perennial&algorithm=SHA1&digits=6&period=30';
  for (const [text, size, digest] of [
    [account, 49, 'e510a4a5f0a7ab51'],
    ['x'.repeat(412), 77, '7d42c1735fe8f78d'],
  ] as const) {
    const code = qrCode(text);
    assert.equal(code?.length, size);
    const hash = createHash('sha256').update(drawn(code) ?? '');
    assert.equal(hash.digest('hex').slice(0, 16), digest);
  }
  assert.equal(qrCode('x'.repeat(413)), undefined);
});

const perennial = `
#######.#..#..#######
#.....#.##..#.#.....#
#.###.#...###.#.###.#
#.###.#.##.##.#.###.#
#.###.#...##..#.###.#
#.....#..####.#.....#
#######.#.#.#.#######
........#..##........
#.##.###...##.#..#.##
.#.###..##.##..#.##..
.###.###...#.###...##
.#####.###.#...###.#.
#.##..#.#.#.#..####..
........####.#...#.##
#######.#.####.##.#..
#.....#.###....#####.
#.###.#...#.#.####...
#.###.#.##.#..#.##.#.
#.###.#.#...#.#..##..
#.....#..##..#..#...#
#######.#....#.#.....
`.trim();

test('a browser is named in words; another program as it names itself', () => {
  const mozilla = 'Mozilla/5.0';
  const kit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  const table = [
    [`${mozilla} (X11; Linux x86_64) ${kit} Chrome/156.0.0.0 Safari/537.36`, 'Chrome 156 on Linux'],
    [
      `${mozilla} (Windows NT 10.0; Win64; x64) ${kit} Chrome/155.0 Safari/537.36 Edg/155.0`,
      'Edge 155 on Windows',
    ],
    [`${mozilla} (Macintosh; Intel Mac OS X 14.4; rv:160.0) Firefox/160.0`, 'Firefox 160 on macOS'],
    [
      `${mozilla} (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E Safari/604.1`,
      'Safari 18 on iOS',
    ],
    ['curl/8.5.0', 'curl/8.5.0'],
  ] as const;
  for (const [agent, words] of table) assert.equal(browserWords(agent), words);
});
