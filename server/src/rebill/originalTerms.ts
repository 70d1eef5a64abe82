import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { fold } from '../kernel/caseFolding.ts';
import { type Minor, minor } from '../kernel/money.ts';
import { gramsOf } from '../kernel/weightUnits.ts';
import { couponPlaceOf } from '../orders/couponUse.ts';
import { amountOf } from '../orders/money.ts';
import { type OptionWeights, optionWeightsOf } from '../orders/optionWeight.ts';
import type { OrderDocument, OrderRecord } from '../orders/order.ts';
import { type AppliedTax, rebillTax, type TaxTerms } from '../orders/taxTerms.ts';
import { baseCodesOf } from './originalCoupons.ts';

/**
 * The terms that every rebill takes from the original order and from the tax rates at its address.
 */
export interface OriginalTerms {
  /** The cost of its shipping method, after discounts that did not come from a coupon. */
  readonly shipping: Minor;
  readonly postalCode?: string | undefined;
  /** The name of its shipping method, and the destination. */
  readonly shippingMethod?: string | undefined;
  readonly country?: string | undefined;
  readonly currency: string;
  /** The weight of one unit of its lines in grams, by case-folded item id. */
  readonly grams: ReadonlyMap<string, number>;
  readonly optionWeights: OptionWeights;
  readonly tax: AppliedTax;
  /** Case-folded. */
  readonly taxFreeItemIds: ReadonlySet<string>;
  /** The kind of product of each line without shipping, by case-folded item id. */
  readonly kinds: ReadonlyMap<string, 'digital' | 'service'>;
  /** The taxed part of the cost of one unit, by case-folded item id. */
  readonly taxableCosts: ReadonlyMap<string, Minor>;
  /** The case-folded ids of items whose price no coupon lowers. */
  readonly couponFreeItemIds: ReadonlySet<string>;
}

/** Reads the terms from the current state of the order. */
export function originalTerms(original: OrderRecord, tax: TaxTerms): OriginalTerms {
  const { document, currency } = original;
  const { summary, items } = document;
  const applied = rebillTax(original, tax);
  return {
    // Coupons are applied again, so that a coupon that has ended or skips rebills gives no
    // discount.
    shipping: minor(
      amountOf(summary?.shipping_handling_total, currency) -
        (baseCodesOf(document).length > 0
          ? 0
          : amountOf(summary?.shipping_handling_total_discount, currency)),
    ),
    ...shipmentTerms(document),
    currency,
    postalCode: couponPlaceOf(document).postalCode,
    tax: applied,
    taxFreeItemIds: itemIdsOf(
      items,
      (item) =>
        item.tax_free === true &&
        applied.places?.exemptBefore?.includes(item.tax_product_type || 'physical') !== true,
    ),
    kinds: byItemId(items, ({ tax_product_type: kind }) =>
      kind === 'digital' || kind === 'service' ? kind : undefined,
    ),
    taxableCosts: byItemId(items, ({ taxable_cost: cost }) =>
      cost?.value === undefined ? undefined : amountOf(cost, currency),
    ),
    couponFreeItemIds: itemIdsOf(items, (item) => item.exclude_coupon === true),
  };
}

const byItemId = <Value>(
  items: OrderDocument['items'],
  read: (item: OrderItem) => Value | undefined,
): ReadonlyMap<string, Value> =>
  new Map(
    (items ?? []).flatMap((item): [string, Value][] => {
      const value = read(item);
      return value === undefined ? [] : [[fold(item.merchant_item_id ?? ''), value]];
    }),
  );

const itemIdsOf = (
  items: OrderDocument['items'],
  counts: (item: OrderItem) => boolean,
): ReadonlySet<string> =>
  new Set((items ?? []).filter(counts).map((item) => fold(item.merchant_item_id ?? '')));

function shipmentTerms({
  items = [],
  shipping,
  billing,
}: OrderDocument): Pick<OriginalTerms, 'shippingMethod' | 'country' | 'grams' | 'optionWeights'> {
  return {
    shippingMethod: shipping?.shipping_method || undefined,
    country: shipping?.country_code || billing?.country_code || undefined,
    optionWeights: optionWeightsOf(items),
    grams: new Map(
      items.flatMap(({ merchant_item_id: id, weight }) =>
        id === undefined || weight?.value === undefined
          ? []
          : [[fold(id), weight.value * gramsOf[weight.uom ?? 'LB']]],
      ),
    ),
  };
}
