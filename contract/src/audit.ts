/**
 * Models of audits, which run in the background (/perennial/v1). No published client uses these
 * models, so they may grow.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, int32, many, model, one, oneOf, text } from './fields.ts';

export const AuditFinding = model(
  'AuditFinding',
  'A stored figure that the orders and attempts contradict, with the record that it is about.',
  {
    object_type: text('auto order, auto order item, order, rebill or charge.'),
    object_id: text(),
    auto_order_oid: int32('The auto order that it is about, when there is one.'),
    order_id: text('The order that it is about, when it is an order or the charge of one.'),
    field: text(),
    stored: text(),
    recomputed: text(),
  },
);
export type AuditFinding = Static<typeof AuditFinding>;

export const BackgroundAudit = model(
  'BackgroundAudit',
  'An audit of the books. Its times are on the machine’s clock, even with a test clock.',
  {
    audit_id: text(),
    state: oneOf(['waiting', 'running', 'done', 'failed']),
    requested_dts: dateTime(),
    started_dts: dateTime(),
    ended_dts: dateTime(),
    done_count: int32('Auto orders that were recomputed so far.'),
    total_count: int32('Auto orders in all.'),
    order_count: int32('Orders that were read; set at the end.'),
    attempt_count: int32('Charges that were read; set at the end.'),
    difference_count: int32('Set at the end.'),
    failure_reason: text('Why it failed, when it did.'),
    differences: many(AuditFinding, 'The first thousand. Not in lists.'),
  },
);
export type BackgroundAudit = Static<typeof BackgroundAudit>;

export const BackgroundAuditResponse = answer('BackgroundAuditResponse', {
  audit: one(BackgroundAudit),
});
export type BackgroundAuditResponse = Static<typeof BackgroundAuditResponse>;

export const BackgroundAuditsResponse = answer('BackgroundAuditsResponse', {
  audits: many(BackgroundAudit, 'The latest first.'),
});
export type BackgroundAuditsResponse = Static<typeof BackgroundAuditsResponse>;
