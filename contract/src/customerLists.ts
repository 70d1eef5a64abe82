/** Models of a customer outside the profile: store credit, the wish list and email lists. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, decimal, flag, int32, many, model, one, text, texts, textTo } from './fields.ts';

export const CustomerStoreCreditLedgerEntry = model(
  'CustomerStoreCreditLedgerEntry',
  'A credit, its vesting, its expiration, or a use of it.',
  {
    action: text('Accrual, Vesting, Expiring, Used or Returned.'),
    amount: decimal(),
    description: textTo(500),
    entry_dts: text(),
    gift_certificate_ledger_oid: int32(),
    gift_certificate_oid: int32(),
    reference_order_id: text(),
  },
);
export type CustomerStoreCreditLedgerEntry = Static<typeof CustomerStoreCreditLedgerEntry>;

export const CustomerStoreCredit = model('CustomerStoreCredit', 'The store credit of a customer.', {
  available: decimal('Vested, not expired and not used.'),
  expiring: decimal('The rest of credits that expire within thirty days.'),
  future_ledgers: many(CustomerStoreCreditLedgerEntry),
  past_ledgers: many(CustomerStoreCreditLedgerEntry),
  total: decimal('The total of all credits.'),
  vesting: decimal('Not yet available.'),
});
export type CustomerStoreCredit = Static<typeof CustomerStoreCredit>;

export const CustomerStoreCreditAddRequest = model(
  'CustomerStoreCreditAddRequest',
  'A credit for a customer.',
  {
    amount: decimal('More than zero.'),
    description: text('At most 500 characters.'),
    expiration_days: int32('Absent or zero: it never expires.'),
    vesting_days: int32('Absent or zero: it is available at once.'),
  },
);
export type CustomerStoreCreditAddRequest = Static<typeof CustomerStoreCreditAddRequest>;

export const AdjustInternalCertificateRequest = model(
  'AdjustInternalCertificateRequest',
  'A change of a customer’s store credit.',
  {
    adjustment_amount: decimal('A negative amount reduces the credit.'),
    description: text('At most 500 characters.'),
    entry_dts: dateTime('Absent: now. Not in the future.'),
    expiration_days: int32('From entry_dts. Absent or zero: it never expires.'),
    order_id: text('The order that it is about.'),
    vesting_days: int32('From entry_dts. Absent or zero: it is available at once.'),
  },
);
export type AdjustInternalCertificateRequest = Static<typeof AdjustInternalCertificateRequest>;

export const AdjustInternalCertificateResponse = answer('AdjustInternalCertificateResponse', {
  adjustment_amount: decimal(),
  balance_amount: decimal('What is available now.'),
});
export type AdjustInternalCertificateResponse = Static<typeof AdjustInternalCertificateResponse>;

export const CustomerWishListItem = model(
  'CustomerWishListItem',
  'An item that a customer wishes for.',
  {
    add_dts: dateTime(),
    comments: textTo(1024),
    customer_profile_oid: int32(),
    customer_wishlist_item_oid: int32(),
    merchant_item_oid: int32(),
    position: int32(),
    priority: int32('3 is low, 5 is high.'),
  },
);
export type CustomerWishListItem = Static<typeof CustomerWishListItem>;

export const EmailListSegmentUsedBy = model(
  'EmailListSegmentUsedBy',
  'A flow or campaign that uses a list.',
  {
    email_campaign_uuid: text(),
    email_flow_uuid: text(),
    name: text(),
  },
);
export type EmailListSegmentUsedBy = Static<typeof EmailListSegmentUsedBy>;

export const EmailList = model('EmailList', 'A list of customers who want mails.', {
  allow_csv_download: flag(),
  created_dts: dateTime(),
  deleted: flag(),
  email_list_uuid: text(),
  esp_list_segment_folder_uuid: text(),
  member_count: int32(),
  merchant_id: text(),
  name: textTo(250),
  public_description: text(),
  public_list: flag(),
  storefront_oid: int32(),
  used_by: many(EmailListSegmentUsedBy),
});
export type EmailList = Static<typeof EmailList>;

export const CustomerEmailListChanges = model(
  'CustomerEmailListChanges',
  'Lists that a customer joins and leaves.',
  {
    add_to_lists: texts('Names or UUIDs. A new name creates a list.'),
    remove_from_lists: texts('Names or UUIDs.'),
  },
);
export type CustomerEmailListChanges = Static<typeof CustomerEmailListChanges>;

export const CustomerStoreCreditResponse = answer('CustomerStoreCreditResponse', {
  customer_store_credit: one(CustomerStoreCredit),
});
export type CustomerStoreCreditResponse = Static<typeof CustomerStoreCreditResponse>;

export const CustomerWishListItemResponse = answer('CustomerWishListItemResponse', {
  wishlist_item: one(CustomerWishListItem),
});
export type CustomerWishListItemResponse = Static<typeof CustomerWishListItemResponse>;

export const CustomerWishListItemsResponse = answer('CustomerWishListItemsResponse', {
  wishlist_items: many(CustomerWishListItem),
});
export type CustomerWishListItemsResponse = Static<typeof CustomerWishListItemsResponse>;

export const EmailListsResponse = answer('EmailListsResponse', {
  lists: many(EmailList),
});
export type EmailListsResponse = Static<typeof EmailListsResponse>;
