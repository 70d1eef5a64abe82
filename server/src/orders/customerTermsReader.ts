import { findTermsProfiles } from '../customers/store.ts';
import { listTiers } from '../items/tierStore.ts';
import type { Context } from '../platform/context.ts';
import { agreedTiers, type CustomerTerms, customerTerms } from './customerTerms.ts';
import type { OrderRecord } from './order.ts';

/** The part of an order that names its customer, and the tiers that it had. */
export type TermsOrder = Pick<OrderRecord, 'customerProfileOid' | 'document'>;

/** Returns the terms of an order's customer. */
export type TermsOf = (order: TermsOrder | undefined) => CustomerTerms;

/**
 * Reads what the customers of these orders are charged by: one query for the merchant's pricing
 * tiers, and one for the profiles, if there are tiers or shipping methods. `agreed` takes the tiers
 * of a rebill from its original order, if the merchant wishes that (settings, rebill_tiers).
 */
export async function readCustomerTerms(
  { db, merchant }: Pick<Context, 'db' | 'merchant'>,
  methods: readonly unknown[],
  orders: readonly TermsOrder[],
  { agreed }: { readonly agreed: boolean },
): Promise<TermsOf> {
  const { merchantId, currency, settings } = merchant;
  const tiers = await listTiers(db, merchantId);
  const oids = orders.flatMap(({ customerProfileOid }) => customerProfileOid ?? []);
  const isNeeded = methods.length > 0 || tiers.length > 0;
  const profiles = isNeeded ? await findTermsProfiles(db, merchantId, oids) : undefined;
  const keepsAgreed = agreed && settings['rebill_tiers'] === 'agreed';
  return (order) => {
    const profile = profiles?.get(order?.customerProfileOid ?? 0) ?? {};
    const terms = customerTerms(tiers, profile, currency);
    return keepsAgreed && order ? { ...terms, tiers: agreedTiers(tiers, order.document) } : terms;
  };
}
