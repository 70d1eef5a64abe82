import { isInvoiced } from '@perennial/contract/orderPayment.ts';
import { Temporal } from 'temporal-polyfill';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { OrderRecord } from '../orders/order.ts';

/**
 * The values by which searches find an auto order: facets of its original order, with folded texts
 * (columns of auto_order_search).
 */
export interface SearchFacets {
  readonly autoOrderOid: number;
  readonly orderedAt: Temporal.Instant;
  readonly paidAt: Temporal.Instant | undefined;
  readonly customerProfileOid: number | undefined;
  /** The last day of the month that is printed on the card. */
  readonly cardExpiresOn: Temporal.PlainDate | undefined;
  readonly texts: Readonly<Record<FacetColumn, string | undefined>>;
  readonly values: readonly { readonly kind: 'item' | 'phone'; readonly value: string }[];
}

/** A column that lists of auto orders filter by. */
export type FacetColumn = (typeof facetColumns)[number];

/** The text columns of auto_order_search. */
export const facetColumns = [
  'card_type',
  'screen_branding_theme_code',
  'billing_first_name',
  'billing_last_name',
  'billing_company',
  'billing_city',
  'billing_state_region',
  'billing_postal_code',
  'billing_country_code',
  'billing_day_phone',
  'billing_email',
  'billing_cc_emails',
  'shipping_first_name',
  'shipping_last_name',
  'shipping_company',
  'shipping_city',
  'shipping_state_region',
  'shipping_postal_code',
  'shipping_country_code',
] as const;

/** The facets of an auto order's original order. */
export function facetsOf(autoOrderOid: number, order: OrderRecord): SearchFacets {
  const { billing = {}, shipping = {}, payment, checkout, items = [] } = order.document;
  const phones = [
    billing.day_phone,
    billing.evening_phone,
    billing.cell_phone,
    shipping.day_phone,
    shipping.evening_phone,
  ];
  return {
    autoOrderOid,
    orderedAt: order.createdAt,
    paidAt: order.paidAt,
    customerProfileOid: order.customerProfileOid,
    // A card that is stored along with an invoice pays nothing.
    cardExpiresOn: isInvoiced(payment?.payment_method)
      ? undefined
      : lastDayOf(payment?.credit_card),
    texts: {
      card_type: facet(payment?.credit_card?.card_type),
      screen_branding_theme_code: facet(checkout?.screen_branding_theme_code),
      billing_first_name: facet(billing.first_name),
      billing_last_name: facet(billing.last_name),
      billing_company: facet(billing.company),
      billing_city: facet(billing.city),
      billing_state_region: facet(billing.state_region),
      billing_postal_code: facet(billing.postal_code),
      billing_country_code: facet(billing.country_code),
      billing_day_phone: facet(billing.day_phone),
      billing_email: facet(billing.email),
      billing_cc_emails: facet(billing.cc_emails?.join(',')),
      shipping_first_name: facet(shipping.first_name),
      shipping_last_name: facet(shipping.last_name),
      shipping_company: facet(shipping.company),
      shipping_city: facet(shipping.city),
      shipping_state_region: facet(shipping.state_region),
      shipping_postal_code: facet(shipping.postal_code),
      shipping_country_code: facet(shipping.country_code),
    },
    values: [
      ...distinct(items.map((item) => item.merchant_item_id)).map((value) => ({
        kind: 'item' as const,
        value,
      })),
      ...distinct(phones).map((value) => ({ kind: 'phone' as const, value })),
    ],
  };
}

function lastDayOf(
  card: { readonly card_expiration_year?: number; readonly card_expiration_month?: number } = {},
): Temporal.PlainDate | undefined {
  const { card_expiration_year: year, card_expiration_month: month } = card;
  if (!year || !month || year < 1000 || year > 2999 || month < 1 || month > 12) return undefined;
  return Temporal.PlainYearMonth.from({ year, month }).toPlainDate({ day: 31 });
}

const facet = (text: string | undefined): string | undefined =>
  foldTrimmed(text ?? '') || undefined;

const distinct = (texts: readonly (string | undefined)[]): string[] =>
  [...new Set(texts.map(facet))].filter((text) => text !== undefined);
