/** What is stored about one customer, and its erasure. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { anyObject, int32, model, one } from './fields.ts';

export const CustomerExport = model('CustomerExport', 'All that is stored about a customer.', {
  customer_profile_oid: int32(),
  tables: anyObject('The rows of each table of the data model, by its name, as they are stored.'),
});
export type CustomerExport = Static<typeof CustomerExport>;

export const CustomerExportResponse = answer('CustomerExportResponse', {
  export: one(CustomerExport),
});
export type CustomerExportResponse = Static<typeof CustomerExportResponse>;

export const CustomerErasure = model('CustomerErasure', 'What an erasure did.', {
  customer_profile_oid: int32(),
  rows: anyObject(
    'How many rows of each table were redacted or deleted, by the name of the table.',
  ),
});
export type CustomerErasure = Static<typeof CustomerErasure>;

export const CustomerErasureResponse = answer('CustomerErasureResponse', {
  erasure: one(CustomerErasure),
});
export type CustomerErasureResponse = Static<typeof CustomerErasureResponse>;
