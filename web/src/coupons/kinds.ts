import type { DraftField } from '../kit/draftSpecs.ts';

/** A kind of discount in a form: its name and its fields in order. */
export interface DiscountKind {
  readonly label: string;
  readonly fields: readonly DiscountFieldName[];
}

/** The fields of discounts by their names in the wire format. */
export const discountFields = {
  discount_percent: { label: 'Percent off', kind: 'amount', isRequired: true },
  discount_amount: { label: 'Amount off', kind: 'amount', isRequired: true },
  discount_price: { label: 'Price of a unit', kind: 'amount', isRequired: true },
  purchase_amount: { label: 'From this subtotal on', kind: 'amount', isRequired: true },
  subtotal_amount: { label: 'From this subtotal on', kind: 'amount', isRequired: true },
  limit: { label: 'At most', kind: 'amount', hint: 'Units; of a part of the subtotal, an amount' },
  required_purchase_quantity: { label: 'Units of them', kind: 'whole' },
  required_purchase_items: {
    label: 'One of these items must be on the order',
    kind: 'lines',
    hint: 'One item id per line',
  },
  items: { label: 'Items', kind: 'lines', hint: 'One item id per line; empty: all' },
  excluded_items: { label: 'Except these items', kind: 'lines', hint: 'One item id per line' },
  shipping_methods: {
    label: 'Shipping methods',
    kind: 'lines',
    hint: 'One name per line; empty: all',
  },
} as const satisfies Readonly<Record<string, Omit<DraftField, 'key'>>>;

export type DiscountFieldName = keyof typeof discountFields;

/**
 * The kinds that a form offers. Kinds with tiers are shown, but can be changed only through the
 * API.
 */
export const discountKinds = {
  percent_off_subtotal: { label: 'Percent off the subtotal', fields: ['discount_percent'] },
  amount_off_subtotal: { label: 'Amount off the subtotal', fields: ['discount_amount'] },
  percent_off_items: {
    label: 'Percent off items',
    fields: ['discount_percent', 'items', 'excluded_items', 'limit'],
  },
  amount_off_items: {
    label: 'Amount off each unit of items',
    fields: ['discount_amount', 'items', 'limit'],
  },
  discount_items: {
    label: 'Fixed price for items',
    fields: ['discount_price', 'items', 'limit'],
  },
  free_shipping: { label: 'Free shipping', fields: ['shipping_methods'] },
  free_shipping_with_subtotal: {
    label: 'Free shipping from a subtotal on',
    fields: ['purchase_amount', 'shipping_methods'],
  },
  free_shipping_specific_items: {
    label: 'Free shipping of orders with only some items',
    fields: ['items'],
  },
  free_shipping_with_items_purchase: {
    label: 'Free shipping with one of some items',
    fields: ['items', 'shipping_methods'],
  },
  percent_off_shipping: {
    label: 'Percent off shipping',
    fields: ['discount_percent', 'shipping_methods'],
  },
  amount_off_shipping: {
    label: 'Amount off shipping',
    fields: ['discount_amount', 'shipping_methods'],
  },
  percent_off_subtotal_with_subtotal: {
    label: 'Percent off the subtotal, from a subtotal on',
    fields: ['discount_percent', 'subtotal_amount'],
  },
  amount_off_subtotal_with_purchase: {
    label: 'Amount off the subtotal, from a subtotal on',
    fields: ['discount_amount', 'purchase_amount'],
  },
  percent_off_subtotal_limit: {
    label: 'Percent off the first part of the subtotal',
    fields: ['discount_percent', 'limit'],
  },
  percent_off_subtotal_and_free_shipping: {
    label: 'Percent off the subtotal and free shipping',
    fields: ['discount_percent', 'shipping_methods'],
  },
  amount_off_subtotal_and_free_shipping: {
    label: 'Amount off the subtotal and free shipping, from a subtotal on',
    fields: ['discount_amount', 'purchase_amount', 'shipping_methods'],
  },
  amount_off_subtotal_and_shipping: {
    label: 'Amount off the subtotal, the rest off shipping',
    fields: ['discount_amount'],
  },
  percent_off_items_and_free_shipping: {
    label: 'Percent off items and free shipping',
    fields: ['discount_percent', 'items', 'excluded_items', 'shipping_methods'],
  },
  percent_off_items_with_items_purchase: {
    label: 'Percent off items, with one of some items',
    fields: ['discount_percent', 'items', 'required_purchase_items', 'limit'],
  },
  percent_off_subtotal_with_items_purchase: {
    label: 'Percent off the subtotal, with one of some items',
    fields: ['discount_percent', 'items'],
  },
  amount_off_subtotal_with_items_purchase: {
    label: 'Amount off the subtotal, with enough of some items',
    fields: ['discount_amount', 'items', 'required_purchase_quantity'],
  },
  no_discount: { label: 'No discount: it only marks the order', fields: [] },
} as const satisfies Readonly<Record<string, DiscountKind>>;

export type DiscountKindName = keyof typeof discountKinds;

/** The kinds in the order of the form, as an untyped table. */
export const kindTable: Readonly<Record<string, DiscountKind>> = discountKinds;
