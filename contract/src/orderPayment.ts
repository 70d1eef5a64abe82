/** The payment of an order. Only tokens and the last four digits of a card are ever stored. */
import type { Static } from 'typebox';
import { Currency } from './common.ts';
import {
  dateTime,
  decimal,
  flag,
  imported,
  int32,
  many,
  model,
  one,
  oneOf,
  readOnly,
  text,
  textTo,
} from './fields.ts';

export const OrderPaymentCheck = model('OrderPaymentCheck', 'Payment by check.', {
  check_number: text(),
});
export type OrderPaymentCheck = Static<typeof OrderPaymentCheck>;

export const OrderPaymentCreditCardDualVaultedProperty = model(
  'OrderPaymentCreditCardDualVaultedProperty',
  'A property of a vaulted card.',
  {
    name: text(),
    value: text(),
  },
);
export type OrderPaymentCreditCardDualVaultedProperty = Static<
  typeof OrderPaymentCreditCardDualVaultedProperty
>;

export const OrderPaymentCreditCardDualVaulted = model(
  'OrderPaymentCreditCardDualVaulted',
  'The card as a gateway keeps it.',
  {
    gateway_name: text(),
    properties: many(OrderPaymentCreditCardDualVaultedProperty),
    rotating_transaction_gateway_code: text(),
  },
);
export type OrderPaymentCreditCardDualVaulted = Static<typeof OrderPaymentCreditCardDualVaulted>;

/** The methods by which a customer pays an order later, without a gateway. */
const invoicedMethods: ReadonlySet<unknown> = new Set([
  'Cash',
  'Check',
  'COD',
  'Money Order',
  'Purchase Order',
  'Wire Transfer',
]);

/** Returns whether an order waits in Accounts Receivable until it is paid in another way. */
export const isInvoiced = (method: string | undefined): boolean => invoicedMethods.has(method);

/** The types of card that an order can have. */
export const cardTypes = ['AMEX', 'Diners Club', 'Discover', 'JCB', 'MasterCard', 'VISA'] as const;

export const OrderPaymentCreditCard = model(
  'OrderPaymentCreditCard',
  'Payment by card: token, last four digits, expiration.',
  {
    card_auth_ticket: imported(text()),
    card_authorization_amount: readOnly(decimal()),
    card_authorization_dts: readOnly(dateTime()),
    card_authorization_reference_number: readOnly(text()),
    card_expiration_month: int32('1-12.'),
    card_expiration_year: int32('Four digits.'),
    card_number: readOnly(text('Masked to the last 4.')),
    card_number_token: text('Hosted-field token that updates the card number.'),
    card_number_truncated: readOnly(flag()),
    card_type: oneOf(cardTypes),
    card_verification_number_token: text(
      'Insert/import only; ignored on update; always null or empty in responses.',
    ),
    dual_vaulted: one(OrderPaymentCreditCardDualVaulted),
  },
);
export type OrderPaymentCreditCard = Static<typeof OrderPaymentCreditCard>;

export const OrderPaymentECheck = model('OrderPaymentECheck', 'Payment by electronic check.', {
  bank_aba_code: textTo(9),
  bank_account_name: textTo(50),
  bank_account_number: textTo(50, 'Masked to the last 4.'),
  bank_account_type: oneOf(['Checking', 'Savings']),
  bank_name: textTo(50),
  bank_owner_type: oneOf(['Personal', 'Business']),
  customer_tax_id: textTo(9, 'Masked to the last 4.'),
  drivers_license_dob: textTo(10),
  drivers_license_number: textTo(50, 'Masked to the last 4.'),
  drivers_license_state: textTo(2),
});
export type OrderPaymentECheck = Static<typeof OrderPaymentECheck>;

export const OrderPaymentHealthBenefitCard = model(
  'OrderPaymentHealthBenefitCard',
  'Payment by health benefit card.',
  {
    health_benefit_card_expiration_month: int32(),
    health_benefit_card_expiration_year: int32(),
    health_benefit_card_number: text(),
    health_benefit_card_number_token: text(),
    health_benefit_card_number_truncated: flag(),
    health_benefit_card_verification_number_token: text(),
  },
);
export type OrderPaymentHealthBenefitCard = Static<typeof OrderPaymentHealthBenefitCard>;

export const OrderPaymentInsurance = model('OrderPaymentInsurance', 'Payment by insurance.', {
  application_id: text(),
  claim_id: text(),
  insurance_type: text(),
  refund_claim_id: text(),
});
export type OrderPaymentInsurance = Static<typeof OrderPaymentInsurance>;

export const OrderPaymentPayPal = model('OrderPaymentPayPal', 'Payment by PayPal.', {
  customer_id: text(),
  vault_id: text(),
});
export type OrderPaymentPayPal = Static<typeof OrderPaymentPayPal>;

export const OrderPaymentPurchaseOrder = model(
  'OrderPaymentPurchaseOrder',
  'Payment by purchase order.',
  {
    purchase_order_number: text(),
  },
);
export type OrderPaymentPurchaseOrder = Static<typeof OrderPaymentPurchaseOrder>;

export const OrderPaymentTransactionDetail = model(
  'OrderPaymentTransactionDetail',
  'A detail that the gateway gave.',
  {
    name: text(),
    type: text(),
    value: text(),
  },
  { readOnly: true },
);
export type OrderPaymentTransactionDetail = Static<typeof OrderPaymentTransactionDetail>;

export const OrderPaymentTransaction = model(
  'OrderPaymentTransaction',
  'An attempt to charge.',
  {
    details: many(OrderPaymentTransactionDetail),
    successful: flag(),
    transaction_gateway: text(),
    transaction_id: int32(),
    transaction_timestamp: dateTime(),
  },
  { readOnly: true },
);
export type OrderPaymentTransaction = Static<typeof OrderPaymentTransaction>;

/** The payment of an order. */
export const paymentMethods = [
  'Affirm',
  'Amazon',
  'Amazon Pay',
  'Amazon SC',
  'Cash',
  'Check',
  'COD',
  'Credit Card',
  'Crypto',
  'eBay',
  'eCheck',
  'Google Shopping',
  'Goldbelly',
  'GoHighLevel',
  'Insurance',
  'Link',
  'LoanHero',
  'Money Order',
  'PayPal',
  'Purchase Order',
  'Quote Request',
  'Unknown',
  'Wire Transfer',
  'Walmart',
  'Shop.com',
  'Sezzle',
  'Venmo',
  'Apple Pay',
  'Google Pay',
  'Health Benefit Card',
  'PayPal Fastlane',
  'Klarna',
] as const;

export const OrderPayment = model('OrderPayment', 'How an order is paid.', {
  check: one(OrderPaymentCheck, 'If payment_method=Check.'),
  credit_card: one(OrderPaymentCreditCard, 'If payment_method=Credit Card.'),
  echeck: one(OrderPaymentECheck, 'If payment_method=eCheck.'),
  health_benefit_card: one(OrderPaymentHealthBenefitCard),
  hold_for_fraud_review: imported(flag()),
  insurance: one(OrderPaymentInsurance),
  payment_dts: dateTime(
    'On a new order honoured only if channel_partner.skip_payment_processing is true.',
  ),
  payment_method: oneOf(paymentMethods),
  payment_method_accounting_code: imported(text()),
  payment_method_deposit_to_account: imported(text()),
  payment_status: readOnly(
    oneOf([
      'Unprocessed',
      'Authorized',
      'Capture Failed',
      'Processed',
      'Declined',
      'Voided',
      'Refunded',
      'Skipped',
    ]),
  ),
  paypal: one(OrderPaymentPayPal),
  purchase_order: one(OrderPaymentPurchaseOrder, 'If payment_method=Purchase Order.'),
  rotating_transaction_gateway_code: readOnly(text()),
  surcharge: readOnly(
    one(Currency, 'Derived from surcharge_transaction_fee and surcharge_transaction_percentage.'),
  ),
  surcharge_accounting_code: imported(text()),
  surcharge_transaction_fee: decimal(),
  surcharge_transaction_percentage: decimal(),
  test_order: readOnly(flag()),
  transactions: readOnly(many(OrderPaymentTransaction)),
});
export type OrderPayment = Static<typeof OrderPayment>;
