/** Orders in readable form, and checks of orders (current API, OrderApi). */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { flag, int32, model, one, oneOf, text, texts } from './fields.ts';
import { Order } from './order.ts';

/** The checks to which a validation can be limited, by their names in requests. */
export const orderChecks = [
  'Billing Address Provided',
  'Billing Destination Restriction',
  'Billing Phone Numbers Provided',
  'Billing State Abbreviation Valid',
  'Billing Validate City State Zip',
  'Email provided if required',
  'Gift Message Length',
  'Item Quantity Valid',
  'Items Present',
  'Merchant Specific Item Relationships',
  'One per customer violations',
  'Referral Code Provided',
  'Shipping Address Provided',
  'Shipping Destination Restriction',
  'Shipping Method Ignore Invalid',
  'Shipping Method Provided',
  'Shipping State Abbreviation Valid',
  'Shipping Validate City State Zip',
  'Special Instructions Length',
] as const;
/** The name of a check. */
export type OrderCheck = (typeof orderChecks)[number];

export const OrderFormat = model('OrderFormat', 'The format of an order for a person.', {
  context: text('unknown, receipt, shipment, refund, quote-request or quote: the heading.'),
  dont_link_email_to_search: flag('No effect: these sheets have no links to a search.'),
  email_as_link: flag('True: the email address is a link that writes a mail.'),
  filter_distribution_center_oid: int32('Only the lines that this distribution center ships.'),
  filter_to_items_in_container_oid: int32('Not available: this server keeps no containers.'),
  format: oneOf(['text', 'div', 'table', 'email'], 'Absent: table.'),
  hide_bill_to_address: flag(),
  hide_price_information: flag('True: quantities alone, as a packing slip shows them.'),
  link_file_attachments: flag('Orders have no files here, so this changes nothing.'),
  show_contact_info: flag('True: the email address and the phone numbers.'),
  show_in_merchant_currency: flag('True: amounts in the merchant’s currency, not the customer’s.'),
  show_internal_information: flag('True: the stage, the rebill and the sales channel.'),
  show_merchant_notes: flag(),
  show_non_sensitive_payment_info: flag(
    'True: the payment method and the last digits of the card.',
  ),
  show_payment_info: flag('True: also the expiration of the card and the transactions.'),
  translate: flag('Not available: sheets are in English.'),
  use_phone_number_web_component: flag('Not available: phone numbers are plain text.'),
});
export type OrderFormat = Static<typeof OrderFormat>;

/** The names of an {@link OrderFormat} in early published clients. */
export const olderFormatNames: Readonly<Record<string, keyof OrderFormat>> = {
  dontLinkEmailToSearch: 'dont_link_email_to_search',
  emailAsLink: 'email_as_link',
  filterDistributionCenterOid: 'filter_distribution_center_oid',
  filterToItemsInContactOid: 'filter_to_items_in_container_oid',
  filter_to_items_in_contact_oid: 'filter_to_items_in_container_oid',
  hideBillToAddress: 'hide_bill_to_address',
  hidePriceInformation: 'hide_price_information',
  linkFileAttachments: 'link_file_attachments',
  showContactInfo: 'show_contact_info',
  showInMerchantCurrency: 'show_in_merchant_currency',
  showInternalInformation: 'show_internal_information',
  showMerchantNotes: 'show_merchant_notes',
  showNonSensitivePaymentInfo: 'show_non_sensitive_payment_info',
  showPaymentInfo: 'show_payment_info',
};

export const OrderFormatResponse = model('OrderFormatResponse', 'An order as people read it.', {
  css_links: texts('Style sheets that the div format needs; empty for other formats.'),
  formatted_result: text('HTML, or plain text for the text format.'),
});
export type OrderFormatResponse = Static<typeof OrderFormatResponse>;

export const OrderInvoiceResponse = answer('OrderInvoiceResponse', {
  pdfBase64: text('The PDF, encoded as base 64.'),
});
export type OrderInvoiceResponse = Static<typeof OrderInvoiceResponse>;

export const OrderPackingSlipResponse = answer('OrderPackingSlipResponse', {
  pdfBase64: text('The PDF, encoded as base 64.'),
});
export type OrderPackingSlipResponse = Static<typeof OrderPackingSlipResponse>;

export const OrderValidationRequest = model(
  'OrderValidationRequest',
  'An order to check. Nothing is stored.',
  {
    checks: texts(`Absent: all. Known checks: ${orderChecks.join(', ')}.`),
    order: one(Order),
  },
);
export type OrderValidationRequest = Static<typeof OrderValidationRequest>;

export const OrderValidationResponse = model(
  'OrderValidationResponse',
  'The result that an insert of the order would have.',
  {
    errors: texts('What must be fixed. Empty: an insert takes the order.'),
    messages: texts('Further notes for the merchant.'),
    order_was_updated: flag('Always false: a validation changes nothing.'),
  },
);
export type OrderValidationResponse = Static<typeof OrderValidationResponse>;
