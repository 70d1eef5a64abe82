import type { Temporal } from 'temporal-polyfill';
import type { CatalogItem, ItemStep } from '../items/item.ts';
import { type CustomerTier, tierPrice } from '../items/tierPrice.ts';
import { dayNumber, wallOf } from '../kernel/calendar.ts';
import { amountMax, type Minor, percentOff, timesQuantity } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AgreedOption, AutoOrderItem } from './autoOrder.ts';
import { withOptions } from './optionPrices.ts';

/** The inputs of the price of one rebill line. */
export interface PriceRequest {
  readonly item: PricedItem;
  /** The catalogue item that ships: the step's item, or its replacement. */
  readonly shipped: CatalogItem;
  /** The step that ships; absent for an item whose schedule the customer chose. */
  readonly step?: ItemStep | undefined;
  /**
   * The scheduled moment. A sale price applies if the sale is on at that moment, whenever the
   * rebill runs.
   */
  readonly at: Temporal.Instant;
  readonly signedUpAt: Temporal.Instant;
  /** Days since the charge first failed; 0 for a first attempt. */
  readonly retryDays: number;
  /** The options that change the unit cost, in their order. */
  readonly options?: readonly AgreedOption[] | undefined;
  /** The pricing tiers of the customer. */
  readonly tiers?: readonly CustomerTier[] | undefined;
  readonly zone: string;
}

/**
 * The fields of an auto order item on which its price depends. An add-on is priced by the same
 * rules, but has only a quantity and an optional unit cost.
 */
export type PricedItem = Pick<
  AutoOrderItem,
  | 'originalQuantity'
  | 'arbitraryItemId'
  | 'arbitraryQuantity'
  | 'arbitraryUnitCost'
  | 'arbitraryUnitCostRemainingOrders'
  | 'arbitraryPercentageDiscount'
>;

/** The price of a line and the rules that gave it. */
export interface Price {
  readonly unitCost: Minor;
  readonly quantity: number;
  /** `unitCost` times `quantity`, half a cent rounded up. */
  readonly amount: Minor;
  /** The rules that applied, in order. The unit cost of the last one is the line's. */
  readonly trace: readonly AppliedRule[];
}

/** One rule of the price, and the unit cost after it. */
export interface AppliedRule {
  readonly rule: PriceRule;
  /** The figure or date that selected the rule, for previews. */
  readonly detail: string;
  readonly unitCost: Minor;
  /** Set for a rule of a pricing tier. */
  readonly tierName?: string;
}

/** The rule that gives an item's price. */
export type PriceRule =
  | 'step price'
  | 'auto order price'
  | 'sale price'
  | 'catalog price'
  | 'pricing tier'
  | 'grandfathered price'
  | 'retry price'
  | 'option'
  | 'arbitrary unit cost'
  | 'percentage discount'
  | 'quantity';

/** The reason why a line has no price. */
export type PriceFault = 'no price' | 'price too large' | 'quantity not positive';

/**
 * Prices one rebill line. The rules apply in this order, and each replaces the price before it: the
 * step or catalogue price, the customer's pricing tier, the price of customers who signed up early,
 * the price of a retry, and the arbitrary unit cost for its remaining orders. The prices of options
 * are added, except to the arbitrary unit cost, which includes them. Then the percentage is taken
 * off, and the result is multiplied by the quantity. Fails with 'no price' when no rule gives a
 * price; 0 is a price. Fails with 'price too large' when the amount could not be added to others.
 */
export function priceLine(request: PriceRequest): Outcome<Price, PriceFault> {
  const trace: AppliedRule[] = [];
  const take = (rule: AppliedRule | undefined) => {
    if (rule !== undefined) trace.push(rule);
  };
  take(stepPrice(request) ?? catalogPrice(request));
  take(tierRule(request, trace.at(-1)));
  take(grandfatheredPrice(request));
  take(retryPrice(request));
  trace.push(...optionRules(request, trace.at(-1)?.unitCost));
  take(arbitraryPrice(request.item));
  take(discounted(request.item, trace.at(-1)?.unitCost));
  const unitCost = trace.at(-1)?.unitCost;
  if (unitCost === undefined) return failure('no price');
  const quantity = request.item.arbitraryQuantity ?? request.item.originalQuantity;
  // Requests with such a quantity are refused, but a bug or a database console may store it.
  if (!(quantity > 0)) return failure('quantity not positive');
  if (unitCost * quantity > amountMax) return failure('price too large');
  if (quantity !== 1) take({ rule: 'quantity', detail: `${quantity}`, unitCost });
  return success({
    unitCost,
    quantity,
    amount: timesQuantity(unitCost, quantity, 'half up'),
    trace,
  });
}

/**
 * Returns the step if its own prices apply. They belong to the item that the step ships; a
 * replacement costs its catalogue price or the arbitrary unit cost.
 */
function pricingStep({ item, step }: PriceRequest): ItemStep | undefined {
  return item.arbitraryItemId === undefined ? step : undefined;
}

function stepPrice(request: PriceRequest): AppliedRule | undefined {
  const unitCost = pricingStep(request)?.unitCost;
  return unitCost === undefined
    ? undefined
    : { rule: 'step price', detail: request.shipped.itemId, unitCost };
}

function catalogPrice({ shipped, at }: PriceRequest): AppliedRule | undefined {
  const { autoOrderCost, saleCost, cost } = shipped.pricing;
  const detail = shipped.itemId;
  if (autoOrderCost !== undefined)
    return { rule: 'auto order price', detail, unitCost: autoOrderCost };
  if (saleCost !== undefined && isOnSale(shipped, at))
    return { rule: 'sale price', detail, unitCost: saleCost };
  return cost === undefined ? undefined : { rule: 'catalog price', detail, unitCost: cost };
}

/**
 * Returns the price of the customer's pricing tier. The price of a step is the same for every
 * customer.
 */
function tierRule(
  { item, shipped, tiers = [] }: PriceRequest,
  before: AppliedRule | undefined,
): AppliedRule | undefined {
  if (tiers.length === 0 || before?.rule === 'step price') return undefined;
  const quantity = item.arbitraryQuantity ?? item.originalQuantity;
  const found = tierPrice(shipped.pricing.tiers ?? [], quantity, before?.unitCost, tiers);
  return (
    found && {
      rule: 'pricing tier',
      detail: found.detail,
      unitCost: found.unitCost,
      tierName: found.name,
    }
  );
}

const changing: ReadonlySet<PriceRule> = new Set(['option', 'percentage discount', 'quantity']);

/** Returns the pricing tier that gave a price, if no later rule gave another one. */
export const tierOfPrice = (trace: readonly AppliedRule[]): string | undefined =>
  trace.findLast(({ rule }) => !changing.has(rule))?.tierName;

/**
 * Whether the sale is on: from its start to its end, both inclusive. A missing start or end sets no
 * limit.
 */
function isOnSale({ pricing }: CatalogItem, at: Temporal.Instant): boolean {
  const moment = at.epochMilliseconds;
  const hasBegun = pricing.saleStart === undefined || pricing.saleStart.epochMilliseconds <= moment;
  const hasEnded = pricing.saleEnd !== undefined && pricing.saleEnd.epochMilliseconds < moment;
  return hasBegun && !hasEnded;
}

/**
 * Returns the price for early customers: the one with the earliest date among those dated on or
 * after the day of the sign-up.
 */
function grandfatheredPrice(request: PriceRequest): AppliedRule | undefined {
  const prices = pricingStep(request)?.grandfatherPricing ?? [];
  if (prices.length === 0) return undefined;
  const signUpDay = wallOf(request.signedUpAt, request.zone).day;
  let earliest = Infinity;
  let rule: AppliedRule | undefined;
  for (const { onOrBefore, unitCost } of prices) {
    const lastDay = dayNumber(onOrBefore.year, onOrBefore.month, onOrBefore.day);
    if (signUpDay > lastDay || lastDay >= earliest) continue;
    earliest = lastDay;
    rule = {
      rule: 'grandfathered price',
      detail: `signed up on or before ${onOrBefore}`,
      unitCost,
    };
  }
  return rule;
}

/** Returns the price of a retry: the one with the latest day among those whose day has come. */
function retryPrice(request: PriceRequest): AppliedRule | undefined {
  let latest = -Infinity;
  let rule: AppliedRule | undefined;
  for (const { retryDays, unitCost } of pricingStep(request)?.unitCostSchedules ?? []) {
    if (retryDays > request.retryDays || retryDays <= latest) continue;
    latest = retryDays;
    rule = { rule: 'retry price', detail: `from day ${retryDays} of retrying`, unitCost };
  }
  return rule;
}

function optionRules({ options = [] }: PriceRequest, unitCost: Minor | undefined): AppliedRule[] {
  if (unitCost === undefined) return [];
  const costs = withOptions(unitCost, options);
  return options.map(({ label, value }, place) => ({
    rule: 'option',
    detail: `${label}: ${value}`,
    unitCost: costs[place]!,
  }));
}

function arbitraryPrice(item: PricedItem): AppliedRule | undefined {
  if (item.arbitraryUnitCost === undefined || !hasArbitraryUnitCost(item)) return undefined;
  const remaining = item.arbitraryUnitCostRemainingOrders;
  const detail = remaining === undefined ? 'every order' : `remaining orders: ${remaining}`;
  return { rule: 'arbitrary unit cost', detail, unitCost: item.arbitraryUnitCost };
}

/**
 * Whether the item's next rebill has its arbitrary unit cost: the cost is set and has orders left.
 */
export function hasArbitraryUnitCost(item: PricedItem): boolean {
  return item.arbitraryUnitCost !== undefined && (item.arbitraryUnitCostRemainingOrders ?? 1) > 0;
}

function discounted(item: PricedItem, unitCost: Minor | undefined): AppliedRule | undefined {
  const percent = item.arbitraryPercentageDiscount ?? 0;
  if (unitCost === undefined || percent <= 0) return undefined;
  return {
    rule: 'percentage discount',
    detail: `${percent} %`,
    unitCost: percentOff(unitCost, percent, 'half up'),
  };
}
