import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { TermsOf } from './customerTermsReader.ts';
import type { OrderRecord } from './order.ts';
import { hasMoved, placeOfText, placeText, type TaxPlace, taxPlaceOf } from './taxPlace.ts';
import { type PlaceTax, taxAt } from './taxRate.ts';
import { findTaxRates, hasTaxRates } from './taxStore.ts';
import type { TaxTerms } from './taxTerms.ts';

/** An order whose tax is to be calculated. */
export type TaxedOrder = Pick<OrderRecord, 'document' | 'customerProfileOid' | 'taxedPlace'>;

/**
 * Returns the tax at places. The tables of a merchant are one source. A tax service can be another;
 * it returns the tax of all places of a batch before any order is priced. Undefined: the source
 * does not calculate taxes for this merchant.
 */
export interface TaxSource {
  taxAt(
    db: Database,
    merchantId: string,
    places: readonly TaxPlace[],
  ): Promise<ReadonlyMap<string, PlaceTax> | undefined>;
}

/** The merchant's own tax rates. Results are keyed by {@link placeText}. */
export const taxTables: TaxSource = {
  async taxAt(db, merchantId, places) {
    if (!(await hasTaxRates(db, merchantId))) return undefined;
    const rates = await findTaxRates(db, merchantId, places);
    return new Map(places.map((place) => [placeText(place), taxAt(place, rates)]));
  },
};

/**
 * Reads the data on which the taxes of these orders depend, in at most two statements for any
 * number of orders.
 */
export async function loadTaxTerms(
  db: Database,
  merchant: Pick<Merchant, 'merchantId' | 'settings'>,
  orders: readonly TaxedOrder[],
  termsOf: TermsOf,
  source: TaxSource = taxTables,
): Promise<(order: TaxedOrder) => TaxTerms> {
  const { merchantId, settings } = merchant;
  const places = orders.flatMap((order) => [presentPlace(order), ...leftPlace(order)]);
  const taxes = await source.taxAt(db, merchantId, places);
  const rounding = settings['tax_rounding'] === 'line' ? 'line' : 'order';
  return (order) => {
    const [left] = leftPlace(order);
    return {
      exemption: termsOf(order).taxExemption,
      rounding,
      here: taxes?.get(placeText(presentPlace(order))),
      before: left && taxes?.get(placeText(left)),
    };
  };
}

/**
 * Returns the place that a moved order has left, because a product that was not taxed there may be
 * taxed now.
 */
const leftPlace = (order: TaxedOrder): TaxPlace[] =>
  order.taxedPlace !== undefined && hasMoved(order) ? [placeOfText(order.taxedPlace)] : [];

// The county in an order belongs to its first address.
function presentPlace(order: TaxedOrder): TaxPlace {
  const place = taxPlaceOf(order.document);
  return hasMoved(order) ? { ...place, county: '' } : place;
}
