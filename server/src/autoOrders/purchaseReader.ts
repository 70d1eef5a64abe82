import { findOrderingCustomer } from '../customers/store.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { merchantLimits, strictest, withTiers } from '../orders/customerTerms.ts';
import { readCustomerTerms } from '../orders/customerTermsReader.ts';
import { findBought, takenFault } from '../orders/onceOperations.ts';
import { findOrders } from '../orders/store.ts';
import type { Context } from '../platform/context.ts';
import type { AutoOrder } from './autoOrder.ts';
import type { EditRules } from './editItem.ts';
import {
  type AddedItem,
  addedItems,
  countedOver,
  limitFault,
  limitWords,
  shippedId,
} from './purchaseLimit.ts';

/**
 * Checks an update against the limits of purchases of its customer. Returns sentences about the
 * limits of orders that the next rebill exceeds. Reads nothing for an update that neither adds an
 * item nor changes a quantity.
 */
export async function checkPurchase(
  context: Pick<Context, 'db' | 'merchant'>,
  before: AutoOrder,
  after: AutoOrder,
  rules: EditRules,
): Promise<Outcome<readonly string[], FieldFault>> {
  const added = addedItems(before, after, rules.now);
  if (added.length === 0) return success([]);
  const { db, merchant } = context;
  const [original] = await findOrders(db, merchant.merchantId, [after.originalOrderId]);
  if (original === undefined) return withoutCustomer(added, rules);
  const email = original.document.billing?.email;
  const termsOf = await readCustomerTerms(context, [original], { agreed: false });
  const { tiers, records } = termsOf(original);
  const fault = limitFault(added, rules.catalog, tiers);
  if (fault) return failure(fault);
  const taken = await findBought(context, email, countedOver(added, rules.catalog, tiers));
  if (taken) return failure(takenFault(taken));
  const customer =
    email === undefined ? undefined : await findOrderingCustomer(db, merchant.merchantId, email);
  const sold = after.items.flatMap((item) => rules.catalog(shippedId(item)) ?? []);
  const policy = withTiers(customer, records, sold);
  const limits = strictest([policy.limits, merchantLimits(merchant.settings)]);
  return success(limitWords(after, added, rules, { tiers, limits }));
}

/** Checks the limits that do not depend on the customer, if the original order is gone. */
function withoutCustomer(
  added: readonly AddedItem[],
  { catalog }: EditRules,
): Outcome<readonly string[], FieldFault> {
  const fault = limitFault(added, catalog, []);
  return fault ? failure(fault) : success([]);
}
