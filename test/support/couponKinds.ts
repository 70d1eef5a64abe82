import type { Coupon } from '@perennial/contract/coupon.ts';
import type { KindName } from '../../server/src/coupons/kinds.ts';

/*
 * Every kind of coupon, with its discount on one cart, calculated by hand. The cart has two COFFEE
 * for 12.99 each and a MUG for 8.00, which are 33.98 together, and ships by Ground for 5.00.
 */

/** A kind of coupon, and its discount on the cart in cents. */
export interface KindTrial<Name extends KindName = KindName> {
  readonly part: NonNullable<Coupon[Name]>;
  /** The discount on the lines of COFFEE and MUG. */
  readonly lines: readonly [coffee: number, mug: number];
  readonly shipping: number;
  /**
   * The same kind with a condition that the cart does not meet, often by a cent. Absent: the kind
   * has no condition.
   */
  readonly short?: NonNullable<Coupon[Name]>;
}

const nothing = [0, 0] as const;

/** All kinds. */
export const kindTrials: { readonly [Name in KindName]: KindTrial<Name> } = {
  amount_off_items: {
    part: { discount_amount: 1.5, items: ['coffee', 'MUG'], limit: 2 },
    lines: [300, 0],
    shipping: 0,
    short: { discount_amount: 1.5, items: ['TEA'] },
  },
  amount_off_shipping: {
    part: { discount_amount: 2, shipping_methods: ['ground'] },
    lines: nothing,
    shipping: 200,
    short: { discount_amount: 2, shipping_methods: ['Air'] },
  },
  // 5.00 * 25.98 / 33.98 = 3.823, 5.00 * 8.00 / 33.98 = 1.177
  amount_off_subtotal: { part: { discount_amount: 5 }, lines: [382, 118], shipping: 0 },
  amount_off_subtotal_and_free_shipping: {
    part: { discount_amount: 5, purchase_amount: 33.98 },
    lines: [382, 118],
    shipping: 500,
    short: { discount_amount: 5, purchase_amount: 33.99 },
  },
  // The lines get 33.98, and the shipping the rest of 36.00.
  amount_off_subtotal_and_shipping: {
    part: { discount_amount: 36 },
    lines: [2598, 800],
    shipping: 202,
  },
  amount_off_subtotal_with_items_purchase: {
    part: { discount_amount: 5, items: ['COFFEE'], required_purchase_quantity: 2 },
    lines: [382, 118],
    shipping: 0,
    short: { discount_amount: 5, items: ['COFFEE'], required_purchase_quantity: 3 },
  },
  amount_off_subtotal_with_purchase: {
    part: { discount_amount: 5, purchase_amount: 33.98 },
    lines: [382, 118],
    shipping: 0,
    short: { discount_amount: 5, purchase_amount: 33.99 },
  },
  // 12.99 - 9.99 = 3.00 for each of two.
  discount_items: {
    part: { discount_price: 9.99, items: ['COFFEE'] },
    lines: [600, 0],
    shipping: 0,
    short: { discount_price: 9.99, items: ['TEA'] },
  },
  free_shipping: {
    part: { shipping_methods: ['GROUND', 'Air'] },
    lines: nothing,
    shipping: 500,
    short: { shipping_methods: ['Air'] },
  },
  free_shipping_specific_items: {
    part: { items: ['COFFEE', 'MUG'] },
    lines: nothing,
    shipping: 500,
    short: { items: ['MUG'] },
  },
  free_shipping_with_items_purchase: {
    part: { items: ['MUG'] },
    lines: nothing,
    shipping: 500,
    short: { items: ['TEA'] },
  },
  free_shipping_with_subtotal: {
    part: { purchase_amount: 33.98 },
    lines: nothing,
    shipping: 500,
    short: { purchase_amount: 33.99 },
  },
  no_discount: { part: {}, lines: nothing, shipping: 0 },
  percent_off_items: {
    part: { discount_percent: 25, excluded_items: ['COFFEE'] },
    lines: [0, 200],
    shipping: 0,
    short: { discount_percent: 25, items: ['TEA'] },
  },
  // 25.98 * 33.33 % = 8.659
  percent_off_items_and_free_shipping: {
    part: { discount_percent: 33.33, items: ['COFFEE'] },
    lines: [866, 0],
    shipping: 500,
    short: { discount_percent: 33.33, items: ['TEA'], shipping_methods: ['Air'] },
  },
  // 25.98 * 10 % = 2.598
  percent_off_items_with_items_purchase: {
    part: { discount_percent: 10, items: ['COFFEE'], required_purchase_items: ['MUG'] },
    lines: [260, 0],
    shipping: 0,
    short: { discount_percent: 10, items: ['COFFEE'], required_purchase_items: ['TEA'] },
  },
  percent_off_shipping: {
    part: { discount_percent: 50 },
    lines: nothing,
    shipping: 250,
    short: { discount_percent: 50, shipping_methods: ['Air'] },
  },
  // 33.98 * 10 % = 3.398, of which 25.98 / 33.98 = 2.60
  percent_off_subtotal: { part: { discount_percent: 10 }, lines: [260, 80], shipping: 0 },
  // 33.98 * 12.5 % = 4.2475, of which 3.249
  percent_off_subtotal_and_free_shipping: {
    part: { discount_percent: 12.5 },
    lines: [325, 100],
    shipping: 500,
  },
  // The discount is 50 % of the first 10.00.
  percent_off_subtotal_limit: {
    part: { discount_percent: 50, limit: 10 },
    lines: [382, 118],
    shipping: 0,
  },
  // 33.98 * 20 % = 6.796, of which 5.199
  percent_off_subtotal_with_items_purchase: {
    part: { discount_percent: 20, items: ['MUG'] },
    lines: [520, 160],
    shipping: 0,
    short: { discount_percent: 20, items: ['TEA'] },
  },
  percent_off_subtotal_with_subtotal: {
    part: { discount_percent: 20, subtotal_amount: 33.98 },
    lines: [520, 160],
    shipping: 0,
    short: { discount_percent: 20, subtotal_amount: 33.99 },
  },
  // 4.00 * 25.98 / 33.98 = 3.058
  tiered_amount_off_subtotal: {
    part: {
      tiers: [
        { subtotal_amount: 50, discount_amount: 9 },
        { subtotal_amount: 33.98, discount_amount: 4 },
      ],
    },
    lines: [306, 94],
    shipping: 0,
    short: { tiers: [{ subtotal_amount: 33.99, discount_amount: 4 }] },
  },
  tiered_percent_off_subtotal: {
    part: {
      tiers: [
        { subtotal_amount: 30, discount_percent: 10 },
        { subtotal_amount: 10, discount_percent: 5 },
        { subtotal_amount: 50, discount_percent: 20 },
      ],
    },
    lines: [260, 80],
    shipping: 0,
    short: { tiers: [{ subtotal_amount: 33.99, discount_percent: 10 }] },
  },
};
