import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  amountWords,
  curlLines,
  dueWords,
  parseTarget,
  previewedWords,
  progressOf,
  shownNow,
  stateWords,
  typedSpan,
} from '../../web/src/clock/clock.ts';
import { eventWords, type LogLine, paced } from '../../web/src/clock/eventPace.ts';

test('a span or a date says where the clock is to be; other texts say nothing', () => {
  const table: [typed: string, target: object | undefined][] = [
    ['1mo', { advance_by: '1mo' }],
    ['+3mo', { advance_by: '3mo' }],
    ['+ 1y 6mo', { advance_by: '1y6mo' }],
    ['10D', { advance_by: '10d' }],
    ['p1m', { advance_by: 'P1M' }],
    ['PT5H', { advance_by: 'PT5H' }],
    ['2027-01-31', { until: '2027-01-31' }],
    ['2027-01-31 09:00', { until: '2027-01-31T09:00' }],
    [' 2027-01-31T09:00:30 ', { until: '2027-01-31T09:00:30' }],
    ['', undefined],
    ['1', undefined],
    ['1m', undefined],
    ['tomorrow', undefined],
    ['-3mo', undefined],
    ['2027-01-31T09:00Z', undefined],
  ];
  for (const [typed, target] of table) assert.deepEqual(parseTarget(typed), target, typed);
});

test('in the palette only a text that begins with + moves the clock', () => {
  assert.equal(typedSpan('+3mo'), '3mo');
  assert.equal(typedSpan('3mo'), undefined);
  assert.equal(typedSpan('+1 555 0100'), undefined);
  assert.equal(typedSpan('+2027-01-31'), undefined);
});

test('progress is the share of the time that was played', () => {
  const advance = (reached: string) =>
    progressOf({
      from_dts: '2026-01-01T00:00:00-05:00',
      reached_dts: reached,
      to_dts: '2026-01-11T00:00:00-05:00',
    });
  assert.equal(advance('2026-01-01T00:00:00-05:00'), 0);
  assert.equal(advance('2026-01-06T00:00:00-05:00'), 0.5);
  assert.equal(advance('2026-01-11T00:00:00-05:00'), 1);
  assert.equal(progressOf({}), 1);
});

test('what is due is one sentence', () => {
  const table: [due: Parameters<typeof dueWords>[0], words: string][] = [
    [[], 'Nothing is due'],
    [[{ kind: 'auto orders', count: 0 }], 'Nothing is due'],
    [[{ kind: 'auto orders', count: 1 }], '1 auto order is due'],
    [
      [
        { kind: 'auto orders', count: 1706 },
        { kind: 'tasks', count: 1 },
      ],
      '1,706 auto orders and 1 task are due',
    ],
  ];
  for (const [due, words] of table) assert.equal(dueWords(due), words);
});

test('amounts of several currencies are all named', () => {
  assert.equal(amountWords([], 'USD'), '$0.00');
  assert.equal(amountWords([{ currency_code: 'USD', total: 4807.63 }], 'USD'), '$4,807.63');
  assert.match(
    amountWords(
      [
        { currency_code: 'USD', total: 1 },
        { currency_code: 'CAD', total: 12 },
      ],
      'USD',
    ),
    /^\$1\.00 and CAD\s12\.00$/,
  );
});

test('figures that count a part say which', () => {
  assert.equal(previewedWords({ is_complete: true, previewed_count: 3 }), undefined);
  assert.match(previewedWords({ is_complete: false, previewed_count: 500 }) ?? '', /first 500/);
});

test('an advance says how it ended', () => {
  assert.equal(stateWords({ state: 'done' }), 'Arrived');
  assert.equal(stateWords({ state: 'stopped' }), 'Stopped before its end');
  assert.match(stateWords({ state: 'failed', failure_reason: 'the disk is full' }), /disk is full/);
});

test('a running clock is counted on between two reads; a standing one is not', () => {
  const now = '2026-01-15T12:00:00-05:00';
  assert.equal(shownNow(now, 'standing', 60_000), now);
  assert.equal(shownNow(now, 'running', 60_000), '2026-01-15T17:01:00.000Z');
});

test('the lines for a terminal move the clock to the same moment and hold no credential', () => {
  const lines = curlLines('http://127.0.0.1:8080', {
    advance_id: 'a1',
    to_dts: '2026-02-15T12:00:00-05:00',
  });
  assert.match(lines, /\{"now_dts":"2026-02-15T12:00:00-05:00"\}/);
  assert.match(lines, /clock\/advances\/a1\/days$/);
  assert.match(lines, /x-ultracart-simple-key: \$KEY/);
});

test('ten events a second are shown and the others counted; old lines go', () => {
  const events = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => ({ cursor: `1-${from + index}` }));
  assert.equal(paced([], events(3)).length, 3);
  const busy = paced([], events(422));
  assert.equal(busy.length, 11);
  assert.deepEqual(busy.at(-1), { key: 'more 1-421', leftOut: 412 });
  let log: LogLine[] = [];
  for (let second = 0; second < 50; second++) log = paced(log, events(20, second * 20));
  assert.equal(log.length, 120);
  assert.equal(new Set(log.map(({ key }) => key)).size, 120);
  assert.equal(eventWords('auto_order_rebill'), 'Auto order rebill');
});
