import { frequencies, isFrequency } from '@perennial/contract/frequency.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import type { CatalogItem } from '../items/item.ts';
import { unitGrams } from '../items/kit.ts';
import { purchasePrice } from '../items/price.ts';
import { type CustomerTier, tierPrice } from '../items/tierPrice.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { amountMax, type Minor, minor, quantityMax, toMinor, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { gramsOf } from '../kernel/weightUnits.ts';
import { amountIn } from './fault.ts';
import type { wireCurrency } from './money.ts';
import { gramsWith } from './optionWeight.ts';

import type { ShippedLine } from './shippingMethod.ts';
import { isExemptAt, type TaxPlace } from './taxPlace.ts';
import type { ProductType } from './taxRate.ts';
import type { LineTotals, TotalsLine } from './totals.ts';

/** A line of a new order: the inputs of its amount, and its document. */
export interface OrderLine extends TotalsLine {
  readonly warnings: readonly LineWarning[];
  /** Whether the line recurs: a schedule was chosen, or the item has steps. */
  readonly recurs: boolean;
  /** The part of the line that counts for the price of shipping. */
  readonly shipping: Pick<ShippedLine, 'grams' | 'shipsFree' | 'isParcel'>;
  /** Whether coupons do not reduce its price. */
  readonly excludesCoupons: boolean;
  /** The item, if it recurs and a customer may have it only once. */
  readonly onceItemId?: string | undefined;
  document(
    totals: LineTotals,
    itemIndex: number,
    money: (amount: Minor) => ReturnType<typeof wireCurrency>,
  ): OrderItem;
}

/** A warning about a line for the partner. With `treat_warnings_as_errors` it refuses the order. */
export interface LineWarning {
  readonly code:
    | 'unknown_item'
    | 'inactive_item'
    | 'schedule_not_offered'
    | 'not_rebillable'
    | 'one_per_customer'
    | 'unknown_coupon'
    | 'coupon_not_used'
    | 'card_not_accepted'
    | 'shipping_method'
    | 'sold_out'
    | 'purchase_rule'
    | 'unknown_center'
    | 'no_email_address';
  readonly field: string;
  readonly reason: string;
}

interface LineRequest {
  readonly wire: OrderItem;
  readonly index: number;
  /** Absent if the catalogue has no such item. */
  readonly item: CatalogItem | undefined;
  /** Finds the components of a kit. */
  readonly find: (itemId: string) => CatalogItem | undefined;
  /** The merchant's currency. */
  readonly currency: string;
  /** Kinds of products that are not taxed at the order's address. */
  readonly exemptTypes: readonly ProductType[];
  /** The address of the order, if the rates of that place apply. */
  readonly place?: TaxPlace | undefined;
  /** The pricing tiers of the customer. */
  readonly tiers?: readonly CustomerTier[] | undefined;
  readonly at: Temporal.Instant;
}

/**
 * Reads a line of a new order. A price on the line (`arbitrary_unit_cost`) takes precedence over
 * the catalogue's price.
 */
export function orderLine(request: LineRequest): Outcome<OrderLine, FieldFault> {
  const { wire, index } = request;
  const path = `items[${index}]`;
  if (!wire.merchant_item_id)
    return failure({
      field: `${path}.merchant_item_id`,
      reason: 'is missing',
      fix: 'Send the id of an item',
    });
  const quantity = wire.quantity ?? 1;
  if (!isQuantity(quantity)) {
    return failure({
      field: `${path}.quantity`,
      reason: 'is not a valid quantity',
      fix: `Send more than 0 and at most ${quantityMax}, with up to four decimals`,
    });
  }
  const schedule = wire.auto_order_schedule;
  if (schedule !== undefined && (!isFrequency(schedule) || schedule === 'Every...')) {
    const known = frequencies.filter((each) => each !== 'Every...').join(', ');
    return failure({
      field: `${path}.auto_order_schedule`,
      reason: 'is not a valid schedule',
      fix: `Send one of: ${known}`,
    });
  }
  const prices = pricesOf(request, path);
  if (!prices.ok) return prices;
  const fault = sizeFault(`${path}.quantity`, quantity, prices.value);
  if (fault) return failure(fault);
  const { unitCost, oneTimeFees } = prices.value;
  return success({
    unitCost,
    quantity,
    oneTimeFees,
    discount: zero,
    taxFree: isTaxFree(request),
    taxableCost: prices.value.taxableCost,
    warnings: warningsOf(request, path),
    recurs: recurs(request),
    shipping: shippingOf(request),
    excludesCoupons: excludesCoupons(request),
    onceItemId: onceItemOf(request),
    document: (totals, itemIndex, money) =>
      lineDocument(request, quantity, prices.value, totals, itemIndex, money),
  });
}

/** Returns the fault of amounts of a line that could not be counted. */
function sizeFault(
  field: string,
  quantity: number,
  { unitCost, oneTimeFees, taxableCost = zero }: LinePrices,
): FieldFault | undefined {
  if (Math.max(unitCost, taxableCost) * quantity + oneTimeFees > amountMax)
    return {
      field,
      reason: 'times the price is an amount that is too large',
      fix: 'Send a lower price or quantity',
    };
  // What a unit costs together with its share of the fees.
  if (unitCost + oneTimeFees / quantity > amountMax)
    return {
      field,
      reason: 'is so small that the one-time fees of its options make a unit cost too much',
      fix: 'Send a greater quantity or lower fees',
    };
  return undefined;
}

const shippingOf = (request: LineRequest): OrderLine['shipping'] => {
  const { wire, item, find } = request;
  const type = wire.tax_product_type ?? item?.productType;
  const grams = weightOf(wire) ?? unitGrams(item, find) ?? 0;
  return {
    grams: gramsWith(
      grams,
      (wire.options ?? []).map((option) => option.weight_change),
    ),
    shipsFree:
      wire.free_shipping === true ||
      item?.freeShipping === true ||
      (item?.autoOrder?.freeShipping === true && recurs(request)),
    isParcel: type !== 'digital' && type !== 'service',
  };
};

const excludesCoupons = ({ wire, item }: Pick<LineRequest, 'wire' | 'item'>): boolean =>
  wire.exclude_coupon ?? item?.excludesCoupons === true;

const weightOf = ({ weight }: OrderItem): number | undefined =>
  weight?.value === undefined ? undefined : weight.value * gramsOf[weight.uom ?? 'LB'];

/** Whether the client, the item or the place of the order exempts the line from tax. */
const isTaxFree = ({ wire, item, exemptTypes, place }: LineRequest): boolean =>
  wire.tax_free ??
  (item?.taxFree === true ||
    exemptTypes.includes(productTypeOf(wire, item)) ||
    (place !== undefined && isExemptAt(place, item?.taxExemptions)));

const productTypeOf = (wire: OrderItem, item: CatalogItem | undefined): ProductType =>
  wire.tax_product_type || (item?.productType ?? 'physical');

const isQuantity = (quantity: number): boolean =>
  quantity > 0 && quantity <= quantityMax && Number(quantity.toFixed(4)) === quantity;

const onceItemOf = (request: LineRequest): string | undefined =>
  request.item?.autoOrder?.onePerCustomer === true && recurs(request)
    ? request.item.itemId
    : undefined;

const recurs = ({ wire, item }: Pick<LineRequest, 'wire' | 'item'>): boolean =>
  wire.auto_order_schedule !== undefined || item?.autoOrder?.upsell === true;

interface LinePrices {
  readonly unitCost: Minor;
  readonly oneTimeFees: Minor;
  readonly taxableCost?: Minor | undefined;
  /** The pricing tier that gave the price. */
  readonly tierName?: string | undefined;
}

function pricesOf(request: LineRequest, path: string): Outcome<LinePrices, FieldFault> {
  const { wire, item, currency } = request;
  const prices = costsOf(request, path);
  const given = wire.taxable_cost?.value;
  if (!prices.ok || given === undefined)
    return prices.ok ? success({ ...prices.value, taxableCost: item?.taxableCost }) : prices;
  const taxableCost = amountIn(given, currency, `${path}.taxable_cost`);
  return taxableCost.ok
    ? success({ ...prices.value, taxableCost: taxableCost.value })
    : taxableCost;
}

function costsOf(
  { wire, item, currency, at, tiers = [] }: LineRequest,
  path: string,
): Outcome<LinePrices, FieldFault> {
  const arbitrary = wire.arbitrary_unit_cost?.value;
  if (arbitrary !== undefined) {
    const unitCost = amountIn(arbitrary, currency, `${path}.arbitrary_unit_cost`);
    return unitCost.ok ? success({ unitCost: unitCost.value, oneTimeFees: zero }) : unitCost;
  }
  const ordinary = item && purchasePrice(item.pricing, recurs({ wire, item }), at);
  const tier = tierPrice(item?.pricing.tiers ?? [], wire.quantity ?? 1, ordinary, tiers);
  const price = tier?.unitCost ?? ordinary;
  if (price === undefined) {
    const [reason, fix] = item
      ? ['has no price', 'Give the item a price']
      : ['is not an item of the catalogue', 'Insert the item'];
    return failure({
      field: `${path}.merchant_item_id`,
      reason,
      fix: `${fix}, or send arbitrary_unit_cost`,
    });
  }
  const options = optionCosts(wire, currency, path);
  if (!options.ok) return options;
  return success({
    unitCost: minor(Math.max(0, price + options.value.each)),
    oneTimeFees: options.value.once,
    tierName: tier?.name,
  });
}

/** Returns the price of the chosen options: per unit, and once for the line. */
function optionCosts(
  wire: OrderItem,
  currency: string,
  path: string,
): Outcome<{ each: Minor; once: Minor }, FieldFault> {
  let [each, once] = [0, 0];
  for (const [i, option] of (wire.options ?? []).entries()) {
    const field = `${path}.options[${i}].cost_change`;
    const change = option.cost_change?.value ?? 0;
    // An option may make the item cheaper, so the limits apply to the absolute amount.
    const size = amountIn(Math.abs(change), currency, field);
    if (!size.ok) return size;
    const parsed = { value: minor(Math.sign(change) * size.value) };
    if (option.one_time_fee) once += parsed.value;
    else each += parsed.value;
  }
  return success({ each: minor(each), once: minor(Math.max(0, once)) });
}

function warningsOf({ wire, item }: LineRequest, path: string): LineWarning[] {
  if (!item)
    return [
      {
        code: 'unknown_item',
        field: `${path}.merchant_item_id`,
        reason: `${wire.merchant_item_id} is not in the catalogue`,
      },
    ];
  const warnings: LineWarning[] = [];
  if (item.inactive)
    warnings.push({
      code: 'inactive_item',
      field: `${path}.merchant_item_id`,
      reason: `${item.itemId} is inactive`,
    });
  const schedule = wire.auto_order_schedule;
  const offered =
    item.autoOrder?.upsell === true ||
    item.autoOrder?.schedules.some((each) => each === schedule) === true;
  if (schedule !== undefined && !offered) {
    warnings.push({
      code: 'schedule_not_offered',
      field: `${path}.auto_order_schedule`,
      reason: `${item.itemId} is not offered ${schedule}`,
    });
  }
  return warnings;
}

function lineDocument(
  request: LineRequest,
  quantity: number,
  { unitCost, taxableCost, tierName }: LinePrices,
  totals: LineTotals,
  itemIndex: number,
  money: (amount: Minor) => ReturnType<typeof wireCurrency>,
): OrderItem {
  const { wire, item, currency } = request;
  const description = wire.description ?? item?.description;
  const isNamedCost = wire.arbitrary_unit_cost?.value !== undefined;
  return fromLoose<OrderItem>({
    ...wire,
    item_index: itemIndex,
    merchant_item_id: item?.itemId ?? wire.merchant_item_id,
    ...(description ? { description } : {}),
    quantity,
    cost: money(unitCost),
    discount: money(minor(totals.amount - totals.withDiscount)),
    unit_cost_with_discount: money(totals.unitWithDiscount),
    total_cost_with_discount: money(totals.withDiscount),
    ...(isNamedCost ? { arbitrary_unit_cost: money(unitCost) } : {}),
    tax_free: isTaxFree(request),
    ...(taxableCost === undefined ? {} : { taxable_cost: money(taxableCost) }),
    ...(tierName === undefined ? {} : { pricing_tier_name: tierName }),
    ...marksOf(request),
    ...optionsOf(wire, currency, money),
  });
}

/** Returns the marks that a line takes from its catalogue item. */
const marksOf = (request: LineRequest, { item, wire }: LineRequest = request) => ({
  ...(item?.kit ? { kit: true } : {}),
  ...(excludesCoupons({ wire, item }) ? { exclude_coupon: true } : {}),
  ...(item?.productType && !wire.tax_product_type ? { tax_product_type: item.productType } : {}),
  ...(item?.distributionCenter && !wire.distribution_center_code
    ? { distribution_center_code: item.distributionCenter }
    : {}),
  ...(shippingOf(request).shipsFree ? { free_shipping: true } : {}),
});

function optionsOf(
  { options }: LineRequest['wire'],
  currency: string,
  money: (amount: Minor) => ReturnType<typeof wireCurrency>,
) {
  return (
    options && {
      options: options.map((option) => ({
        ...option,
        ...filledCostChange(option.cost_change?.value, currency, money),
      })),
    }
  );
}

function filledCostChange(
  decimal: number | undefined,
  currency: string,
  money: (amount: Minor) => ReturnType<typeof wireCurrency>,
) {
  const parsed = decimal === undefined ? undefined : toMinor(decimal, currency);
  return parsed?.ok ? { cost_change: money(parsed.value) } : {};
}
