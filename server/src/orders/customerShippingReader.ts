import { findShippingTerms } from '../customers/store.ts';
import type { Context } from '../platform/context.ts';
import { type CustomerShipping, customerShipping } from './shippingMethod.ts';

/**
 * Reads what the profiles of these customers say about shipping, by oid. Reads nothing for a merchant
 * without shipping methods.
 */
export async function readCustomerShipping(
  { db, merchant: { merchantId, currency } }: Pick<Context, 'db' | 'merchant'>,
  methods: readonly unknown[],
  oids: readonly (number | undefined)[],
): Promise<ReadonlyMap<number, CustomerShipping>> {
  if (methods.length === 0) return new Map();
  const known = oids.filter((oid) => oid !== undefined);
  const terms = await findShippingTerms(db, merchantId, known);
  return new Map([...terms].map(([oid, each]) => [oid, customerShipping(each, currency)]));
}
