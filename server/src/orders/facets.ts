import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { OrderDocument } from './order.ts';

/** The fields that the exact filters of an order list compare (order reference, OrderQuery). */
export const facetNames = [
  'payment_method',
  'company',
  'first_name',
  'last_name',
  'city',
  'state_region',
  'postal_code',
  'country_code',
  'phone',
  'email',
  'cc_email',
  'screen_branding_theme_code',
  'storefront_host_name',
  'rma',
  'purchase_order_number',
  'item_id',
  'channel_partner_code',
  'channel_partner_order_id',
  'current_stage',
  'custom_field_1',
  'custom_field_2',
  'custom_field_3',
  'custom_field_4',
  'custom_field_5',
  'custom_field_6',
  'custom_field_7',
  'custom_field_8',
  'custom_field_9',
  'custom_field_10',
] as const;

/** A field that lists of orders filter by. */
export type FacetName = (typeof facetNames)[number];

/**
 * Formats one comparison as in the `facets` column. {@link orderFacets} writes this text, and a
 * filter searches for it.
 */
export const facet = (merchantId: string, name: FacetName, value: string): string =>
  `${merchantId}|${name}=${beginningOf(foldTrimmed(value))}`;

const beginningOf = (value: string): string =>
  value.length <= valueMax ? value : [...value].slice(0, valueMax).join('');

// An index entry has room for about 2,700 bytes. Some fields have no length limit, so only their
// beginning is compared.
const valueMax = 200;

/**
 * Returns every text by which searches can find an order, for its `facets` column. Name, company,
 * city, state, postal code, country and phone come from both addresses. The email comes from the
 * billing address.
 */
export function orderFacets(merchantId: string, order: OrderDocument): string[] {
  const facets = new Set<string>();
  for (const name of facetNames) {
    for (const value of valuesOf[name](order))
      if (value) facets.add(facet(merchantId, name, value));
  }
  return [...facets];
}

type Values = readonly (string | undefined)[];

const valuesOf: Readonly<Record<FacetName, (order: OrderDocument) => Values>> = {
  payment_method: ({ payment }) => [payment?.payment_method],
  company: both('company'),
  first_name: both('first_name'),
  last_name: both('last_name'),
  city: both('city'),
  state_region: both('state_region'),
  postal_code: both('postal_code'),
  country_code: both('country_code'),
  phone: ({ billing, shipping }) => [
    billing?.day_phone,
    billing?.evening_phone,
    billing?.cell_phone,
    shipping?.day_phone,
    shipping?.evening_phone,
  ],
  email: ({ billing }) => [billing?.email],
  cc_email: ({ billing }) => billing?.cc_emails ?? [],
  screen_branding_theme_code: ({ checkout }) => [checkout?.screen_branding_theme_code],
  storefront_host_name: ({ checkout }) => [checkout?.storefront_host_name],
  rma: ({ shipping }) => [shipping?.rma],
  purchase_order_number: ({ payment }) => [payment?.purchase_order?.purchase_order_number],
  item_id: ({ items }) => (items ?? []).map((item) => item.merchant_item_id),
  channel_partner_code: (order) => [order.channel_partner?.channel_partner_code],
  channel_partner_order_id: (order) => [order.channel_partner?.channel_partner_order_id],
  current_stage: (order) => [order.current_stage],
  custom_field_1: ({ checkout }) => [checkout?.custom_field1],
  custom_field_2: ({ checkout }) => [checkout?.custom_field2],
  custom_field_3: ({ checkout }) => [checkout?.custom_field3],
  custom_field_4: ({ checkout }) => [checkout?.custom_field4],
  custom_field_5: ({ checkout }) => [checkout?.custom_field5],
  custom_field_6: ({ checkout }) => [checkout?.custom_field6],
  custom_field_7: ({ checkout }) => [checkout?.custom_field7],
  custom_field_8: ({ checkout }) => [checkout?.custom_field8],
  custom_field_9: ({ checkout }) => [checkout?.custom_field9],
  custom_field_10: ({ checkout }) => [checkout?.custom_field10],
};

function both(
  field:
    | 'company'
    | 'first_name'
    | 'last_name'
    | 'city'
    | 'state_region'
    | 'postal_code'
    | 'country_code',
) {
  return ({ billing, shipping }: OrderDocument): Values => [billing?.[field], shipping?.[field]];
}
