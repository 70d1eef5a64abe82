import { findTermsProfiles } from '../customers/store.ts';
import { listTiers } from '../items/tierStore.ts';
import type { Context } from '../platform/context.ts';
import { agreedTerms, type CustomerTerms, customerTerms } from './customerTerms.ts';
import type { OrderDocument, OrderRecord } from './order.ts';

/** The part of an order that names its customer, and the tiers that the customer had. */
export type TermsOrder = Pick<OrderRecord, 'customerProfileOid'> & {
  readonly document: Pick<OrderDocument, 'items'>;
};

/** Returns the terms of an order's customer. */
export type TermsOf = (order: TermsOrder | undefined) => CustomerTerms;

/**
 * Reads the terms for the customers of these orders: one query for the merchant's pricing tiers,
 * and one for the profiles. With `agreed`, a rebill gets its prices from the tiers of its original
 * order, if the merchant has set that (settings, rebill_tiers).
 */
export async function readCustomerTerms(
  { db, merchant }: Pick<Context, 'db' | 'merchant'>,
  orders: readonly TermsOrder[],
  { agreed }: { readonly agreed: boolean },
): Promise<TermsOf> {
  const { merchantId, currency, settings } = merchant;
  const tiers = await listTiers(db, merchantId);
  const oids = orders.flatMap(({ customerProfileOid }) => customerProfileOid ?? []);
  const profiles = await findTermsProfiles(db, merchantId, oids);
  const keepsAgreed = agreed && settings['rebill_tiers'] === 'agreed';
  const ordinary = customerTerms(tiers, {}, currency);
  const special = new Map(
    [...profiles].map(([oid, profile]) => [oid, customerTerms(tiers, profile, currency)]),
  );
  return (order) => {
    const terms = special.get(order?.customerProfileOid ?? 0) ?? ordinary;
    return keepsAgreed && order ? agreedTerms(terms, tiers, order.document) : terms;
  };
}
