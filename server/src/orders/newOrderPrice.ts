import type { Order } from '@perennial/contract/order.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { amountMax, type Minor, minor, sum, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { type CouponUse, couponUse, noCouponTerms } from './couponUse.ts';
import { amountIn } from './fault.ts';
import { isShowable, type OrderCurrency } from './money.ts';
import { type OrderLine, orderLine } from './newOrderLine.ts';
import type { NewOrderRequest } from './newOrderRequest.ts';
import { newOrderShipping, type ShippingOutcome } from './newOrderShipping.ts';
import { wantedCredit } from './storeCredit.ts';
import type { PlaceTax } from './taxRate.ts';
import type { TaxTerms } from './taxTerms.ts';
import { orderTotals, type TaxRule, type Totals } from './totals.ts';

/** The price of a new order. */
export interface PricedOrder {
  readonly currency: OrderCurrency;
  readonly lines: readonly OrderLine[];
  readonly coupons: CouponUse;
  readonly totals: Totals;
  /** The part of the total that store credit pays for. */
  readonly credit: Minor;
  readonly shipping: ShippingOutcome;
}

/**
 * Returns the price of a new order, or its first fault. Ignores its payment. If a coupon counts on
 * the order, pricing tiers that are not valid along with coupons do not price it.
 */
export function pricedOrder(request: NewOrderRequest): Outcome<PricedOrder, FieldFault> {
  const { withCoupon } = request;
  if (withCoupon === undefined) return pricedByTiers(request);
  const { tiers, shipping: customerShipping } = withCoupon;
  const couponed = pricedByTiers({ ...request, tiers, customerShipping });
  return couponed.ok && couponed.value.coupons.isUsed ? couponed : pricedByTiers(request);
}

function pricedByTiers(request: NewOrderRequest): Outcome<PricedOrder, FieldFault> {
  const { order: wire, channelPartner, now, customerProfileOid } = request;
  const isPaidElsewhere = channelPartner.skip_payment_processing === true;
  const currency = currencyOf(wire, request.currency);
  if (!currency.ok) return currency;
  const lines = linesOf(request);
  if (!lines.ok) return lines;
  const charges = chargesOf(request);
  if (!charges.ok) return charges;
  const shipping = shippingOf(request, lines.value, charges.value);
  if (!shipping.ok) return shipping;
  const shippingHandling = shipping.value.cost;
  const coupons = couponUse({
    order: wire,
    lines: lines.value,
    shipping: shippingHandling,
    shippingMethod: shipping.value.method?.name,
    terms: request.coupons ?? noCouponTerms,
    isRefused: request.refusesCoupons === true,
    neverShipsFree: request.customerShipping?.neverFree === true,
    isPaidElsewhere,
    currency: request.currency,
    at: now.at,
  });
  const discounted = withDiscounts(lines.value, coupons.discounts.lines);
  const totals = orderTotals({
    lines: discounted,
    ...charges.value,
    shippingHandling,
    shippingDiscount: coupons.discounts.shipping,
  });
  const sizeFault = totalsFault(totals, currency.value);
  if (sizeFault) return failure(sizeFault);
  const { total } = totals;
  const credit = wantedCredit(wire, {
    total,
    currency: request.currency,
    customerProfileOid,
    isPaidElsewhere,
  });
  if (!credit.ok) return credit;
  return success({
    currency: currency.value,
    lines: discounted,
    coupons,
    totals,
    credit: credit.value,
    shipping: shipping.value,
  });
}

/** An amount that the order names takes precedence over the price of its shipping method. */
const shippingOf = (
  {
    order,
    channelPartner,
    shippingMethods: methods = [],
    customerShipping,
    currency,
  }: NewOrderRequest,
  lines: readonly OrderLine[],
  { shippingHandling: named }: Charges,
): Outcome<ShippingOutcome, FieldFault> =>
  named === undefined
    ? newOrderShipping(
        { order, channelPartner, methods, customer: customerShipping, currency },
        lines,
      )
    : success({ cost: named, warnings: [] });

/** Returns the lines with the discount of the coupons on each, by position. */
const withDiscounts = <Line extends OrderLine>(
  lines: readonly Line[],
  discounts: readonly Minor[],
): Line[] =>
  lines.map((line, place) => ({
    ...line,
    discount: minor(line.discount + (discounts[place] ?? 0)),
  }));

function currencyOf(order: Order, base: string): Outcome<OrderCurrency, FieldFault> {
  const shown = order.currency_code ?? base;
  if (!/^[A-Z]{3}$/.test(shown))
    return failure({
      field: 'currency_code',
      reason: 'is not a valid currency',
      fix: 'Send three capital letters (ISO 4217)',
    });
  const exchangeRate = shown === base ? 1 : order.exchange_rate;
  if (exchangeRate === undefined || exchangeRate <= 0) {
    return failure({
      field: 'exchange_rate',
      reason: `is missing for an order in ${shown}`,
      fix: `Send the number of ${shown} per ${base}`,
    });
  }
  return success({ base, shown, exchangeRate });
}

/**
 * Returns the fault of amounts that are valid one by one, but too large together or in the shown
 * currency.
 */
function totalsFault(totals: Totals, currency: OrderCurrency): FieldFault | undefined {
  const greatest = Math.max(totals.total, totals.taxableSubtotal);
  if (greatest > amountMax)
    return {
      field: 'items',
      reason: 'add up to an amount that is too large',
      fix: 'Send lower prices or quantities, or several orders',
    };
  if (isShowable(minor(greatest), currency)) return undefined;
  return {
    field: 'exchange_rate',
    reason: `makes the total in ${currency.shown} too large`,
    fix: `Send how many ${currency.shown} one ${currency.base} is`,
  };
}

function linesOf({
  order,
  catalog,
  currency,
  tax,
  tiers,
  now,
}: NewOrderRequest): Outcome<OrderLine[], FieldFault> {
  if (!order.items?.length)
    return failure({ field: 'items', reason: 'is missing', fix: 'Send at least one item' });
  const lines: OrderLine[] = [];
  const find = (itemId: string) => catalog.get(fold(itemId));
  const placeTax = placeTaxOf(order, tax);
  for (const [index, wire] of order.items.entries()) {
    const line = orderLine({
      wire,
      index,
      item: find(wire.merchant_item_id ?? ''),
      find,
      currency,
      exemptTypes: placeTax?.exemptTypes ?? [],
      place: placeTax?.place,
      tiers,
      at: now.at,
    });
    if (!line.ok) return line;
    lines.push(line.value);
  }
  return success(lines);
}

interface Charges {
  /** Absent: the shipping method sets it. */
  readonly shippingHandling: Minor | undefined;
  readonly extras: Minor;
  readonly taxRule: TaxRule;
}

/** Reads the amounts that an insert may name, apart from the lines. */
function chargesOf({ order, currency, tax }: NewOrderRequest): Outcome<Charges, FieldFault> {
  const named = amountsIn(order, currency);
  if (!named.ok) return named;
  const amounts = named.value;
  const ratePercent = order.taxes?.arbitrary_tax_rate;
  if (ratePercent !== undefined && (ratePercent < 0 || ratePercent > 100)) {
    return failure({
      field: 'taxes.arbitrary_tax_rate',
      reason: 'is not a valid rate in percent',
      fix: 'Send 0 to 100, for example 8.25',
    });
  }
  const giftCharge = amounts.get('gift.gift_charge') ?? zero;
  const giftWrap = amounts.get('gift.gift_wrap_cost') ?? zero;
  const here = placeTaxOf(order, tax);
  return success({
    shippingHandling: amounts.get('summary.arbitrary_shipping_handling_total'),
    extras: sum([giftCharge, giftWrap]),
    taxRule: {
      tax: amounts.get('taxes.arbitrary_tax'),
      ratePercent: ratePercent ?? here?.ratePercent,
      rounding: tax.rounding,
      taxableSubtotal: amounts.get('taxes.arbitrary_taxable_subtotal'),
      taxesShipping: here?.taxesShipping,
      alsoTaxed: [here?.taxesGiftCharge ? giftCharge : zero, here?.taxesGiftWrap ? giftWrap : zero],
    },
  });
}

/** Reads the amounts that the order names, by the paths of their fields. */
function amountsIn(
  { summary, gift, taxes }: Order,
  currency: string,
): Outcome<ReadonlyMap<string, Minor>, FieldFault> {
  const named = {
    'summary.arbitrary_shipping_handling_total': summary?.arbitrary_shipping_handling_total?.value,
    'gift.gift_charge': gift?.gift_charge?.value,
    'gift.gift_wrap_cost': gift?.gift_wrap_cost?.value,
    'taxes.arbitrary_tax': taxes?.arbitrary_tax,
    'taxes.arbitrary_taxable_subtotal': taxes?.arbitrary_taxable_subtotal,
  };
  const amounts = new Map<string, Minor>();
  for (const [field, decimal] of Object.entries(named)) {
    if (decimal === undefined) continue;
    const amount = amountIn(decimal, currency, field);
    if (!amount.ok) return amount;
    amounts.set(field, amount.value);
  }
  return success(amounts);
}

/** Whether the order names its tax, so that no tax is calculated. */
export const namesTax = ({ taxes }: Order): boolean =>
  taxes?.arbitrary_tax !== undefined || taxes?.arbitrary_tax_rate !== undefined;

/**
 * Returns the tax by the merchant's rates, for an order that names no tax and whose customer pays
 * tax.
 */
export const placeTaxOf = (order: Order, { here, exemption }: TaxTerms): PlaceTax | undefined =>
  namesTax(order) || exemption !== undefined ? undefined : here;
