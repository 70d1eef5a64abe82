import { byMention, type PersonKeeper } from '../platform/privacy/person.ts';

/** The personal data in items: the authors of reviews, and the reasons of stock changes. */
export const itemPeople: PersonKeeper = {
  tables: [
    {
      table: 'item_review',
      key: ['merchant_item_oid', 'review_oid'],
      where: "(document->>'customer_profile_oid')::bigint = any($2::bigint[])",
      match: 'customerOids',
      columns: { document: 'jsonb' },
    },
    {
      table: 'item_review',
      key: ['merchant_item_oid', 'review_oid'],
      where: "lower(document->>'reviewer_email') = any($2::text[])",
      match: 'emails',
      columns: { document: 'jsonb' },
    },
    {
      table: 'stock_adjustment',
      key: ['merchant_item_oid', 'adjustment_oid'],
      ...byMention('reason'),
      columns: { reason: 'text' },
      kept: 'center_code adjusted_by',
    },
  ],
};
