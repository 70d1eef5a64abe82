/** Models of the stored data about people: its export, its erasure, and its retention. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { anyObject, dateTime, int32, model, one, oneOf, text } from './fields.ts';

export const CustomerExport = model('CustomerExport', 'All stored data about a customer.', {
  customer_profile_oid: int32(),
  tables: anyObject('The rows of each table of the data model, by its name, as they are stored.'),
});
export type CustomerExport = Static<typeof CustomerExport>;

export const CustomerExportResponse = answer('CustomerExportResponse', {
  export: one(CustomerExport),
});
export type CustomerExportResponse = Static<typeof CustomerExportResponse>;

export const ErasureSearch = model(
  'ErasureSearch',
  'The search of records of other customers for the email and the full name of an erased one.',
  {
    state: oneOf(['searching', 'ended']),
    begun_dts: dateTime(),
    ended_dts: dateTime('Absent while it searches.'),
    pass: int32(
      'A pass searches everything once. One that found something is followed by another.',
    ),
    place: text('The table that is searched now.'),
    rows: anyObject('The number of redacted rows or files of each table, by its name.'),
    failures: int32('How many rows could not be redacted; the log of the server names them.'),
  },
);
export type ErasureSearch = Static<typeof ErasureSearch>;

export const CustomerErasure = model('CustomerErasure', 'What an erasure did.', {
  customer_profile_oid: int32(),
  rows: anyObject(
    'How many rows of each table were redacted or deleted by the request, by the name of the table.',
  ),
  search: one(ErasureSearch, 'What follows in the background.'),
});
export type CustomerErasure = Static<typeof CustomerErasure>;

export const CustomerErasureResponse = answer('CustomerErasureResponse', {
  erasure: one(CustomerErasure),
});
export type CustomerErasureResponse = Static<typeof CustomerErasureResponse>;

export const ErasureSearchResponse = answer('ErasureSearchResponse', {
  search: one(ErasureSearch),
});
export type ErasureSearchResponse = Static<typeof ErasureSearchResponse>;

export const RetentionSettings = model(
  'RetentionSettings',
  'The number of days for which records are kept. A worker removes older ones.',
  {
    event_days: int32('Events and their payloads; 7 to 365, 30 by default.'),
    delivery_log_days: int32('The log of webhook deliveries; 1 to 365, 30 by default.'),
    mail_days: int32('Mails that were sent; 30 to 3650. Absent: for ever.'),
    order_days: int32(
      'The people of finished orders; 180 to 3650 days after the last change of the order, and of ' +
        'all orders of its auto order. Sums, items and dates stay. Absent: for ever.',
    ),
  },
);
export type RetentionSettings = Static<typeof RetentionSettings>;

export const RetentionCount = model(
  'RetentionCount',
  'The records that a period would remove at once.',
  {
    days: int32('Absent: for ever.'),
    before_dts: dateTime('Records from before this moment would be removed.'),
    count: int32('The number of records that would be removed.'),
  },
);
export type RetentionCount = Static<typeof RetentionCount>;

export const RetentionPreview = model(
  'RetentionPreview',
  'The records that periods would remove at once.',
  {
    event_days: one(RetentionCount),
    delivery_log_days: one(RetentionCount),
    mail_days: one(RetentionCount),
    order_days: one(RetentionCount),
  },
);
export type RetentionPreview = Static<typeof RetentionPreview>;

export const RetentionPreviewResponse = answer('RetentionPreviewResponse', {
  preview: one(RetentionPreview),
});
export type RetentionPreviewResponse = Static<typeof RetentionPreviewResponse>;
