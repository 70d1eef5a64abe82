import type { PricingEstimate } from '@perennial/contract/pricing.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor, type Minor, minor } from '../kernel/money.ts';
import { type Outcome, success } from '../kernel/outcome.ts';
import { purchaseRules, soldOutFault, soldOutLines, twiceFaults } from './newOrderCheck.ts';
import { namesTax, type PricedOrder, placeTaxOf, pricedOrder } from './newOrderPrice.ts';
import type { NewOrderRequest } from './newOrderRequest.ts';
import type { ShippingMethod } from './shippingMethod.ts';
import { byRates, type TaxRateRule, taxAfterRules } from './taxTerms.ts';
import { lineTotals } from './totals.ts';

/** The input of an estimate: that of a new order without its number. */
export type EstimateRequest = Omit<NewOrderRequest, 'orderId'>;

/**
 * Returns the price of a cart at its address, calculated as for a new order, or the first fault
 * that prevents a price. The payment has no effect on it. `taken` are faults of items that the
 * customer has bought before.
 */
export function estimate(
  request: EstimateRequest,
  taken: readonly FieldFault[] = [],
): Outcome<PricingEstimate, FieldFault> {
  const priced = priceOf(request);
  return priced.ok ? success(wireOf(request, priced.value, taken)) : priced;
}

// If a shipping method does not ship the cart, it is listed with the reason, and the other methods
// with their price.
const priceOf = (request: EstimateRequest): Outcome<PricedOrder, FieldFault> =>
  pricedOrder({
    ...request,
    orderId: '',
    channelPartner: { ...request.channelPartner, ignore_invalid_shipping_method: true },
  });

function wireOf(
  request: EstimateRequest,
  priced: PricedOrder,
  taken: readonly FieldFault[],
): PricingEstimate {
  const { currency, order } = request;
  const { lines, coupons, totals, shipping } = priced;
  const money = (amount: Minor) => fromMinor(amount, currency);
  const warnings = [...lines.flatMap((line) => line.warnings), ...coupons.warnings];
  return fromLoose<PricingEstimate>({
    currency_code: currency,
    lines: lines.map((line, index) => {
      const { amount, withDiscount } = lineTotals(line);
      return {
        merchant_item_id: order.items?.[index]?.merchant_item_id ?? '',
        quantity: line.quantity,
        unit_cost: money(line.unitCost),
        subtotal: money(amount),
        discount: money(line.discount),
        total: money(withDiscount),
      };
    }),
    coupons: coupons.coupons,
    subtotal: money(totals.subtotal),
    discount: money(totals.discount),
    shipping_method: shipping.method?.name,
    shipping: money(totals.shippingHandling),
    shipping_discount: money(totals.shippingDiscount),
    shipping_rules: shipping.rules?.map((each) => ({ ...each, amount: money(each.amount) })),
    tax: money(totals.tax),
    tax_rules: taxAfterRules(taxRulesOf(request, totals.taxRatePercent), totals.tax).map(
      ({ rule, detail, ratePercent, tax }) => ({
        rule,
        detail,
        tax_rate: ratePercent,
        tax: money(tax),
      }),
    ),
    total: money(totals.total),
    shipping_methods: byMethods(request).map(({ method, totals }) => ({
      shipping_method: method.name,
      shipping: money(totals.shippingHandling),
      shipping_discount: money(totals.shippingDiscount),
      tax: money(totals.tax),
      total: money(totals.total),
    })),
    warnings: warnings.map(({ field, reason }) => `${field}: ${reason}.`),
    refusals: [...refusalsOf(request, priced), ...taken.map(sentence)],
  });
}

/** Returns the rules of the tax, in the same form as for rebills. */
function taxRulesOf({ order, tax }: EstimateRequest, ratePercent: number): readonly TaxRateRule[] {
  const here = placeTaxOf(order, tax);
  if (here !== undefined) return byRates(here, tax).rules;
  if (namesTax(order))
    return [{ rule: 'rate of the order', detail: 'named with the order', ratePercent }];
  return tax.exemption !== undefined
    ? [{ rule: 'tax exempt customer', detail: tax.exemption, ratePercent: 0 }]
    : [{ rule: 'no rate', detail: 'the merchant has no tax rates', ratePercent: 0 }];
}

/** Returns the price of the cart with each method that ships it, cheapest first. */
function byMethods(
  request: EstimateRequest,
): { method: ShippingMethod; totals: PricedOrder['totals'] }[] {
  const { order, shippingMethods = [] } = request;
  return shippingMethods
    .flatMap((method) => {
      const shipping = {
        ...order.shipping,
        shipping_method: method.name,
        least_cost_route: false,
      };
      const priced = priceOf({ ...request, order: { ...order, shipping } });
      if (!priced.ok || priced.value.shipping.rules === undefined) return [];
      return [{ method, totals: priced.value.totals }];
    })
    .sort((a, b) => costOf(a.totals) - costOf(b.totals));
}

const costOf = ({ shippingHandling, shippingDiscount }: PricedOrder['totals']): Minor =>
  minor(shippingHandling - shippingDiscount);

/** Returns why an insert would refuse the cart, as sentences. */
const refusalsOf = (request: EstimateRequest, { lines, shipping, totals }: PricedOrder): string[] =>
  [
    ...twiceFaults(lines),
    ...purchaseRules(request, totals.subtotal),
    ...shipping.warnings.map(({ field, reason }) => ({
      field,
      reason: reason.replace(', so shipping is free', ''),
      fix: 'Name one of shipping_methods',
    })),
    ...soldOutLines(request).map(soldOutFault),
  ].map(sentence);

const sentence = ({ field, reason, fix }: FieldFault): string => `${field} ${reason}. ${fix}.`;
