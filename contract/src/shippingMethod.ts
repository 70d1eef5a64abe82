/** The shipping methods of a merchant with their costs. They belong to the settings. */
import type { Static } from 'typebox';
import { decimal, flag, many, model, oneOf, text, texts, textTo } from './fields.ts';

export const ShippingRate = model(
  'ShippingRate',
  'One price of a shipping method. It applies to a shipment that meets all of its conditions.',
  {
    countries: texts('ISO 3166 codes of two letters. Empty or absent: every country.'),
    weight_up_to: decimal('In the weight_uom of the method. Absent: any weight.'),
    subtotal_up_to: decimal('The lines of the order before coupons. Absent: any.'),
    quantity_up_to: decimal('The units that ship and pay for it. Absent: any.'),
    cost: decimal(),
  },
);
export type ShippingRate = Static<typeof ShippingRate>;

export const ShippingMethod = model(
  'ShippingMethod',
  'A way to ship. Orders name it in shipping.shipping_method; rebills are priced by it again.',
  {
    name: textTo(50, 'Compared without case.'),
    inactive: flag('Orders cannot name it, and rebills do not use it.'),
    weight_uom: oneOf(['G', 'KG', 'LB', 'OZ'], 'LB unless given.'),
    rates: many(
      ShippingRate,
      'The first rate that applies is the price. When none applies, the method does not ship the order.',
    ),
    handling: decimal('Added to the rate, except for customers who are exempt from it.'),
    free_from_subtotal: decimal('From this subtotal on, the method is free.'),
    accounting_code: text('Shown in orders as shipping_method_accounting_code.'),
  },
);
export type ShippingMethod = Static<typeof ShippingMethod>;
