/** Models of the timeline of an auto order or a customer, and of the explanation of a charge. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, decimal, flag, int32, many, model, one, oneOf, text, texts } from './fields.ts';
import { AmountRule, PreviewCouponRule, PreviewLine, TaxRule } from './perennial.ts';

/** The kinds of entries of a timeline. */
export const timelineKinds = [
  'rebill',
  'attempt',
  'mail',
  'change',
  'task',
  'stop',
  'merge',
  'delivery',
] as const;

export const TimelineActor = model('TimelineActor', 'Who did it.', {
  kind: oneOf(
    ['key', 'oauth', 'session', 'user', 'customer', 'system'],
    'user: a person, where the way in was not kept.',
  ),
  name: text(),
  user_id: int32(),
  address: text('The network address of the request.'),
});
export type TimelineActor = Static<typeof TimelineActor>;

export const FieldChange = model('FieldChange', 'A field that was changed.', {
  field: text('For example items[COFFEE].paused.'),
  before: text('Absent: it had no value.'),
  after: text('Absent: it no longer has a value. For a part as a whole: added, removed, changed.'),
});
export type FieldChange = Static<typeof FieldChange>;

export const ChargeAttempt = model('ChargeAttempt', 'One attempt to charge a rebill.', {
  number: int32('Counted from 1 within the rebill.'),
  rebill_number: int32(),
  state: oneOf(
    ['paid', 'declined', 'under way', 'in doubt'],
    'In doubt: the gateway has not answered.',
  ),
  at_dts: dateTime(),
  reason: text('Why it was declined. This and the next two are absent for what was not declined.'),
  message: text('The gateway’s own words.'),
  hard: flag('True: the gateway says that another attempt would be declined as well.'),
  gateway: text(),
  reference: text('The gateway’s reference.'),
  amount: decimal(),
  currency_code: text(),
  next_dts: dateTime('When it was planned to be tried again.'),
});
export type ChargeAttempt = Static<typeof ChargeAttempt>;

export const TimelineMail = model('TimelineMail', 'A mail about an auto order.', {
  mail_kind: text('For example preshipment, receipt, declined_card.'),
  state: oneOf(['waiting', 'sent', 'skipped', 'bounced']),
  email: text(),
  subject: text(),
  skip_reason: text('Why it was not sent.'),
  delivered_dts: dateTime(),
  bounced_dts: dateTime(),
});
export type TimelineMail = Static<typeof TimelineMail>;

export const TimelineDelivery = model('TimelineDelivery', 'A delivery attempt of a webhook.', {
  webhook_oid: int32(),
  success: flag(),
  status_code: int32(),
  event_names: texts(),
  delivered_dts: dateTime('By the machine’s clock, also where the merchant has a test clock.'),
});
export type TimelineDelivery = Static<typeof TimelineDelivery>;

export const TimelineEntry = model('TimelineEntry', 'One thing that happened.', {
  entry_id: text(),
  at_dts: dateTime('On the merchant’s clock.'),
  kind: oneOf(timelineKinds),
  title: text('What happened, in one sentence.'),
  auto_order_oid: int32(),
  order_id: text(),
  rebill_number: int32(),
  actor: one(TimelineActor, 'Absent where only the sentence was kept.'),
  changes: many(FieldChange),
  attempt: one(ChargeAttempt),
  mail: one(TimelineMail),
  task_uuid: text(),
  delivery: one(TimelineDelivery),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

export const TimelineResponse = answer('TimelineResponse', {
  entries: many(TimelineEntry, 'The newest first.'),
  next_cursor: text('Send it as `before` to read older entries; absent when there are none.'),
  previous_cursor: text('Send it as `after` to read newer entries.'),
});
export type TimelineResponse = Static<typeof TimelineResponse>;

export const ChargeExplanation = model(
  'ChargeExplanation',
  'The explanation of an order’s charge.',
  {
    order_id: text(),
    auto_order_oid: int32(),
    rebill_number: int32('0 for the original order.'),
    plan: oneOf(
      ['kept', 'not kept'],
      'Not kept: an original order, or a rebill of an earlier version; the lines have no rules then.',
    ),
    plan_note: text('What is missing and why, if no plan was stored.'),
    at_dts: dateTime('When it was charged, or last attempted.'),
    currency_code: text(),
    lines: many(PreviewLine),
    coupon_rules: many(PreviewCouponRule, 'Absent without coupons.'),
    subtotal: decimal(),
    discount: decimal(),
    shipping: decimal(),
    shipping_rules: many(AmountRule, 'How shipping was determined, in the order of the rules.'),
    tax: decimal(),
    tax_rules: many(TaxRule, 'In the order in which they were applied.'),
    store_credit: decimal('What store credit pays. Absent: nothing.'),
    total: decimal('What is left to charge.'),
    attempts: many(ChargeAttempt, 'The oldest first.'),
    differences: texts('What differed from a preview that was read before, one sentence each.'),
  },
);
export type ChargeExplanation = Static<typeof ChargeExplanation>;

export const ChargeExplanationResponse = answer('ChargeExplanationResponse', {
  explanation: one(ChargeExplanation),
});
export type ChargeExplanationResponse = Static<typeof ChargeExplanationResponse>;
