import type { LineTerms, OriginalLines } from '../autoOrders/mergeFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor } from '../kernel/money.ts';
import { readCustomerTerms } from '../orders/customerTermsReader.ts';
import type { OrderRecord } from '../orders/order.ts';
import { loadTaxTerms } from '../orders/taxReader.ts';
import type { Context } from '../platform/context.ts';
import { type OriginalTerms, originalTerms } from './originalTerms.ts';
import { rebillPolicy } from './policy.ts';

/**
 * Reads the facts about rebills from the lines of original orders, by order id. Weights are read
 * only if shipping methods use them.
 */
export async function readOriginalLines(
  context: Context,
  originals: readonly OrderRecord[],
): Promise<ReadonlyMap<string, OriginalLines>> {
  const termsOf = await readCustomerTerms(context, originals, { agreed: false });
  const taxOf = await loadTaxTerms(context.db, context.merchant, originals, termsOf);
  const hasMethods = rebillPolicy(context.merchant).shippingMethods.length > 0;
  return new Map(
    originals.map((original) => [
      original.orderId,
      linesOf(originalTerms(original, taxOf(original)), hasMethods),
    ]),
  );
}

function linesOf(terms: OriginalTerms, hasMethods: boolean): OriginalLines {
  const { taxFreeItemIds, kinds, taxableCosts, grams, couponFreeItemIds, tax, currency } = terms;
  const changes = hasMethods ? weightChanges(terms) : new Map<string, string>();
  const ids = new Set([
    ...taxFreeItemIds,
    ...kinds.keys(),
    ...taxableCosts.keys(),
    ...grams.keys(),
    ...couponFreeItemIds,
    ...changes.keys(),
  ]);
  const lineOf = (id: string): LineTerms => {
    const kind = kinds.get(id);
    const taxable = taxableCosts.get(id);
    const weight = hasMethods ? grams.get(id) : undefined;
    // A kind of product that is not taxed at the address is left out.
    const isFree = taxFreeItemIds.has(id) && !tax.exemptTypes.includes(kind ?? 'physical');
    return fromLoose<LineTerms>({
      tax_free: isFree ? 'true' : undefined,
      tax_product_type: kind,
      taxable_cost: taxable === undefined ? undefined : String(fromMinor(taxable, currency)),
      weight: weight === undefined ? undefined : `${weight} g`,
      exclude_coupon: couponFreeItemIds.has(id) ? 'true' : undefined,
      weight_change: changes.get(id),
    });
  };
  return new Map([...ids].map((id) => [id, lineOf(id)]));
}

/** Returns what options change the weight by, in words, by case-folded item id. */
function weightChanges({ optionWeights }: OriginalTerms): ReadonlyMap<string, string> {
  const changes = new Map<string, string>();
  for (const [key, { value, uom = 'LB' }] of optionWeights) {
    const [id = '', label, chosen] = key.split('\n');
    const words = `${label} ${chosen}: ${value} ${uom}`;
    changes.set(id, [...(changes.get(id)?.split('; ') ?? []), words].toSorted().join('; '));
  }
  return changes;
}
