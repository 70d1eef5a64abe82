/**
 * The clock of a merchant: its time, the work that is due, and its advances. No published client
 * uses these models, so they may grow.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, decimal, flag, int32, many, model, one, oneOf, text } from './fields.ts';

export const ClockDueWork = model('ClockDueWork', 'The amount of due work of one kind.', {
  kind: oneOf(
    ['auto orders', 'tasks'],
    'auto orders: rebills, retries, notices and endings. tasks: delays and expirations.',
  ),
  count: int32('Counted up to 10,000.'),
});
export type ClockDueWork = Static<typeof ClockDueWork>;

export const ClockAmount = model('ClockAmount', 'An amount of money in one currency.', {
  currency_code: text(),
  total: decimal(),
});
export type ClockAmount = Static<typeof ClockAmount>;

export const Clock = model('Clock', 'The current state of a merchant’s clock.', {
  mode: oneOf(
    ['real', 'running', 'standing'],
    'Real time; a test clock that runs; a test clock that does not run.',
  ),
  now_dts: dateTime('What this clock shows.'),
  advance_id: text('The running advance, if there is one.'),
  next_due_dts: dateTime(
    'The next moment at which something is due by this clock; absent when nothing is due ever.',
  ),
  next_due: many(ClockDueWork, 'The work due on the day of next_due_dts.'),
});
export type Clock = Static<typeof Clock>;

export const ClockRequest = model('ClockRequest', 'How to move a clock.', {
  mode: oneOf(
    ['real', 'running', 'standing'],
    'Absent: unchanged. Real only if the clock was never moved.',
  ),
  now_dts: dateTime(
    'The moment up to which all due work is played. A moment in the past is refused.',
  ),
  advance_by: text(
    'The same as a span: an ISO 8601 duration such as P1Y, or 1y, 3mo, 2w, 10d, 5h.',
  ),
});
export type ClockRequest = Static<typeof ClockRequest>;

export const ClockAdvance = model('ClockAdvance', 'The progress of an advance of the clock.', {
  advance_id: text(),
  from_dts: dateTime(),
  to_dts: dateTime(),
  reached_dts: dateTime('All work due up to here has been played.'),
  done: flag('True once it has ended: it arrived, was stopped or failed.'),
  state: oneOf(
    ['playing', 'stopping', 'stopped', 'done', 'failed'],
    'stopping: it ends after the current stretch of at most a few days.',
  ),
  failure_reason: text('The reason if it stopped early.'),
  rebill_count: int32('Rebills that were paid. The counts grow while it plays.'),
  decline_count: int32('Charges that were declined.'),
  notice_count: int32('Pre-shipment notices.'),
});
export type ClockAdvance = Static<typeof ClockAdvance>;

export const ClockResponse = answer('ClockResponse', {
  clock: one(Clock),
  advance: one(ClockAdvance),
});
export type ClockResponse = Static<typeof ClockResponse>;

export const ClockAdvanceResponse = answer('ClockAdvanceResponse', { advance: one(ClockAdvance) });
export type ClockAdvanceResponse = Static<typeof ClockAdvanceResponse>;

export const ClockAdvancesResponse = answer('ClockAdvancesResponse', {
  advances: many(ClockAdvance, 'The latest first.'),
});
export type ClockAdvancesResponse = Static<typeof ClockAdvancesResponse>;

export const ClockAdvanceDay = model(
  'ClockAdvanceDay',
  'The results of an advance on one day of the merchant’s calendar. Days without an event are absent.',
  {
    day: text('YYYY-MM-DD, in the time zone that the merchant had while the advance played.'),
    rebills: int32('Charges: paid and declined.'),
    paid: int32(),
    declined: int32(),
    notices: int32('Pre-shipment notices.'),
    total: decimal('The amount paid in the merchant’s currency.'),
    totals: many(ClockAmount, 'The amounts paid, by currency.'),
  },
);
export type ClockAdvanceDay = Static<typeof ClockAdvanceDay>;

export const ClockAdvanceDaysResponse = answer('ClockAdvanceDaysResponse', {
  days: many(ClockAdvanceDay, 'In order.'),
});
export type ClockAdvanceDaysResponse = Static<typeof ClockAdvanceDaysResponse>;

export const ClockSkippedMails = model(
  'ClockSkippedMails',
  'Mails of one kind that were not sent during an advance, for one reason.',
  {
    kind: text('For example preshipment, declined_card, receipt.'),
    reason: text('Why they were not sent.'),
    count: int32(),
  },
);
export type ClockSkippedMails = Static<typeof ClockSkippedMails>;

export const ClockSkippedMailsResponse = answer('ClockSkippedMailsResponse', {
  skipped_mails: many(ClockSkippedMails, 'The most frequent first.'),
});
export type ClockSkippedMailsResponse = Static<typeof ClockSkippedMailsResponse>;

export const ClockDueRebill = model('ClockDueRebill', 'A rebill that is due until a moment.', {
  auto_order_oid: int32(),
  auto_order_code: text(),
  rebill_number: int32(),
  due_dts: dateTime(),
  total: decimal(),
  currency_code: text(),
  expected: oneOf(
    ['paid', 'declined', 'no answer'],
    'By the test card. Absent after a decline of the same auto order, because the retries decide then.',
  ),
});
export type ClockDueRebill = Static<typeof ClockDueRebill>;

export const ClockDue = model('ClockDue', 'The work due until a moment.', {
  now_dts: dateTime('What the clock shows.'),
  until_dts: dateTime('The requested moment.'),
  due: many(ClockDueWork),
  previewed_count: int32(
    'The auto orders whose rebills are counted below: the first to be due, up to _limit.',
  ),
  is_complete: flag('False when more auto orders are due than were previewed.'),
  rebill_count: int32('Rebills of the previewed auto orders until then, if every charge succeeds.'),
  expected_declines: int32('Auto orders among them whose test card declines a charge until then.'),
  totals: many(ClockAmount, 'What these rebills cost, by currency.'),
  rebills: many(ClockDueRebill, 'The first hundred, in the order of their moments.'),
});
export type ClockDue = Static<typeof ClockDue>;

export const ClockDueResponse = answer('ClockDueResponse', { due: one(ClockDue) });
export type ClockDueResponse = Static<typeof ClockDueResponse>;
