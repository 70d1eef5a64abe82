import type { Order } from '@perennial/contract/order.ts';
import type { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import type { Temporal } from 'temporal-polyfill';
import type { CustomerPolicy } from '../customers/customerPolicy.ts';
import type { CatalogItem } from '../items/item.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { amountMax, type Minor, minor, sum, toMinor, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { readWireDate } from '../kernel/wireDates.ts';
import type { CardPolicy } from './cardPolicy.ts';
import {
  type CouponClaim,
  type CouponTerms,
  type CouponUse,
  couponUse,
  noCouponTerms,
} from './couponUse.ts';
import type { CouponedTerms } from './customerTerms.ts';
import { amountIn, billingFault } from './fault.ts';
import { isShowable, type OrderCurrency, wireCurrency } from './money.ts';
import {
  keepsLimits,
  purchaseRules,
  soldOutFault,
  soldOutLines,
  testAmountOf,
  unacceptedFault,
  unacceptedWarnings,
} from './newOrderCheck.ts';
import { type LineWarning, type OrderLine, orderLine } from './newOrderLine.ts';
import { newOrderShipping, type ShippingOutcome, withMethod } from './newOrderShipping.ts';
import { withNotes } from './notes.ts';
import type { Occasion } from './occasion.ts';
import { type OnceItem, onceItemsOf } from './onceItem.ts';
import { type OrderDocument, type OrderRecord } from './order.ts';
import { isInvoiced, type PaymentPlan, paid, planPayment } from './payment.ts';
import { cardFault, keptPayment, paymentMethodOf } from './paymentDetails.ts';
import { paidStage } from './shipping.ts';
import type { CustomerShipping, ShippingMethod } from './shippingMethod.ts';
import { inStage } from './stages.ts';
import { wantedCredit } from './storeCredit.ts';
import { orderTaxesOf, type PlaceTax } from './taxRate.ts';
import type { TaxTerms } from './taxTerms.ts';
import { orderTotals, type TaxRule, type Totals } from './totals.ts';
import { totalWeight } from './weight.ts';

/** The input for a new order. */
export interface NewOrderRequest {
  readonly merchantId: string;
  readonly orderId: string;
  /** The fields that the client may write, without nulls. */
  readonly order: Order;
  readonly channelPartner: OrderChannelPartner;
  /** The catalogue items of its lines and of their kits, by lower-case id. */
  readonly catalog: ReadonlyMap<string, CatalogItem>;
  readonly customerProfileOid?: number | undefined;
  /** What the customer's profile and pricing tiers say of new orders. */
  readonly customer?: CustomerPolicy | undefined;
  /** Absent: no coupon counts. */
  readonly coupons?: CouponTerms | undefined;
  /** No coupon counts for the customer. */
  readonly refusesCoupons?: boolean | undefined;
  /** Which cards may pay what recurs. Absent: all. */
  readonly cardPolicy?: CardPolicy | undefined;
  /** Authorized to test a card, where no item says otherwise. Absent: nothing. */
  readonly testAmount?: Minor | undefined;
  /** The merchant's shipping methods. */
  readonly shippingMethods?: readonly ShippingMethod[];
  readonly customerShipping?: CustomerShipping | undefined;
  /** The pricing tiers of the customer. */
  readonly tiers?: readonly CustomerTier[] | undefined;
  /** The tiers and shipping of the customer where a coupon counts. Absent: the same. */
  readonly withCoupon?: CouponedTerms | undefined;
  /** What its tax depends on, if the order names none. */
  readonly tax: TaxTerms;
  /** The merchant's currency. */
  readonly currency: string;
  readonly now: Occasion;
}

/** An order that is ready to be stored, and the plan for its payment. */
export interface NewOrder {
  readonly order: OrderRecord;
  readonly plan: PaymentPlan;
  readonly warnings: readonly LineWarning[];
  /**
   * The lines whose item each customer may have once (item reference, one_per_customer), or a number
   * of times (cumulative_order_limit).
   */
  readonly onceItems: readonly OnceItem[];
  /** What storing the order must take first. */
  readonly couponClaims: readonly CouponClaim[];
}

/**
 * Returns a new order with its totals, or its first fault. The order is paid at once when no
 * gateway has to be asked.
 */
export function newOrder(request: NewOrderRequest): Outcome<NewOrder, FieldFault> {
  const { order: wire, now } = request;
  const addressFault = billingFault(wire.billing);
  if (addressFault) return failure(addressFault);
  const priced = pricedOrder(request);
  if (!priced.ok) return priced;
  const { currency, lines, coupons, totals, credit, shipping } = priced.value;
  const owed = minor(totals.total - credit);
  const flags = flagsFor(request);
  const tested = testAmountOf(request, lines);
  const plan = planPayment(paymentMethodOf(wire.payment), flags, owed, tested);
  const fault = cardFault(wire.payment, plan.kind === 'charge');
  if (fault) return failure(fault);
  const unaccepted = unacceptedFault(request, lines);
  const limited = purchaseRules(request, totals.subtotal);
  if (limited[0] && keepsLimits(request)) return failure(limited[0]);
  const short = soldOutLines(request);
  const refused = unaccepted ?? (short[0] && soldOutFault(short[0]));
  if (refused && plan.kind === 'charge') return failure(refused);
  const document = {
    ...documentOf(request, currency, lines, totals, shipping.method),
    ...(wire.coupons || coupons.coupons.length > 0 ? { coupons: coupons.coupons } : {}),
  };
  const record = recordOf(request, withCredit(document, credit, owed, currency), owed);
  return success({
    order: planned(record, plan, now),
    plan,
    warnings: [
      ...lines.flatMap((line) => line.warnings),
      ...rebillWarnings(wire, lines),
      ...coupons.warnings,
      ...unacceptedWarnings(unaccepted),
      ...shipping.warnings,
      ...limited.map(({ field, reason }) => ({ code: 'purchase_rule', field, reason }) as const),
      ...short,
    ],
    couponClaims: coupons.claims,
    onceItems: onceItemsOf(request, lines),
  });
}

/** What a new order costs. */
export interface PricedOrder {
  readonly currency: OrderCurrency;
  readonly lines: readonly OrderLine[];
  readonly coupons: CouponUse;
  readonly totals: Totals;
  /** What of the total is paid by store credit. */
  readonly credit: Minor;
  readonly shipping: ShippingOutcome;
}

/**
 * Returns what a new order costs, or its first fault. Ignores its payment. A pricing tier that is not
 * valid along with coupons does not price an order on which a coupon counts without that tier.
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
    terms: request.coupons ?? noCouponTerms,
    isRefused: request.refusesCoupons === true,
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

/** The flags of the insert, and what the customer's profile says of payments. */
function flagsFor({ order, channelPartner, customer }: NewOrderRequest): OrderChannelPartner {
  const waits =
    customer?.noRealtimeCharge === true && paymentMethodOf(order.payment) === 'Credit Card';
  return {
    ...channelPartner,
    ...(customer?.autoApprovePurchaseOrder && { auto_approve_purchase_order: true }),
    ...(waits && { no_realtime_payment_processing: true }),
  };
}

function withCredit(
  document: OrderDocument,
  credit: Minor,
  owed: Minor,
  currency: OrderCurrency,
): OrderDocument {
  if (credit === 0) return document;
  return {
    ...document,
    summary: fromLoose<NonNullable<Order['summary']>>({
      ...document.summary,
      internal_gift_certificate_amount: wireCurrency(credit, currency),
      total: wireCurrency(owed, currency),
    }),
  };
}

/** The lines with what coupons take off each, by its place. */
const withDiscounts = <Line extends OrderLine>(
  lines: readonly Line[],
  discounts: readonly Minor[],
): Line[] =>
  lines.map((line, place) => ({
    ...line,
    discount: minor(line.discount + (discounts[place] ?? 0)),
  }));

/** An amount that the order names takes precedence over its shipping method. */
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

/** Warns of a purchase that is to recur although nothing can ever charge or invoice it again. */
function rebillWarnings({ payment }: Order, lines: readonly OrderLine[]): LineWarning[] {
  const method = paymentMethodOf(payment);
  const canRecur = isInvoiced(method) || !!payment?.credit_card?.card_number_token;
  if (canRecur || !lines.some(({ recurs }) => recurs)) return [];
  return [
    {
      code: 'not_rebillable',
      field: 'payment.credit_card.card_number_token',
      reason:
        `is missing, and no gateway here can charge ${method} again, so nothing will be billed ` +
        'until the order has the token of a card',
    },
  ];
}

function planned(order: OrderRecord, plan: PaymentPlan, now: Occasion): OrderRecord {
  const at = wireDate(now.at, now.timeZone);
  switch (plan.kind) {
    case 'charge':
      return {
        ...order,
        document: inStage(order.document, 'Pending Clearance', at, now.by),
        charging: true,
      };
    case 'waiting':
      return { ...order, document: inStage(order.document, plan.stage, at, now.by) };
    case 'paid':
      return paid(
        order,
        plan.status,
        paidStage(order.document),
        paidAtOf(order.document, plan.status) ?? now.at,
        now,
      );
  }
}

// Used only when the money was taken elsewhere (order reference, OrderPayment.payment_dts).
function paidAtOf(
  document: OrderDocument,
  status: 'Processed' | 'Skipped',
): Temporal.Instant | undefined {
  const given = status === 'Skipped' ? document.payment?.payment_dts : undefined;
  const parsed = given === undefined ? undefined : readWireDate(given, 'UTC');
  return parsed?.ok ? parsed.value : undefined;
}

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

/** What is wrong with amounts that are fine one by one, and too large together or when shown. */
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
  for (const [index, wire] of order.items.entries()) {
    const line = orderLine({
      wire,
      index,
      item: find(wire.merchant_item_id ?? ''),
      find,
      currency,
      exemptTypes: placeTaxOf(order, tax)?.exemptTypes ?? [],
      tiers,
      at: now.at,
    });
    if (!line.ok) return line;
    lines.push(line.value);
  }
  return success(lines);
}

interface Charges {
  /** Absent: the shipping method determines it. */
  readonly shippingHandling: Minor | undefined;
  readonly extras: Minor;
  readonly taxRule: TaxRule;
}

/** Reads the amounts, apart from the lines, that an insert may name. */
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

/** Whether the order names its tax, so that nothing is calculated. */
export const namesTax = ({ taxes }: Order): boolean =>
  taxes?.arbitrary_tax !== undefined || taxes?.arbitrary_tax_rate !== undefined;

/** The tax by the merchant's rates, for an order that names none and whose customer pays it. */
export const placeTaxOf = (order: Order, { here, exemption }: TaxTerms): PlaceTax | undefined =>
  namesTax(order) || exemption !== undefined ? undefined : here;

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

function documentOf(
  request: NewOrderRequest,
  currency: OrderCurrency,
  lines: readonly OrderLine[],
  totals: Totals,
  method: ShippingMethod | undefined,
): OrderDocument {
  // Fields that only the server sets, that an insert does not take, or that are computed below.
  const {
    properties,
    Tags,
    current_stage,
    current_stage_histories,
    refund_reason,
    reject_reason,
    exchange_rate,
    ...wire
  } = request.order;
  const money = (amount: Minor) => wireCurrency(amount, currency);
  const { channelPartner } = request;
  const here = placeTaxOf(request.order, request.tax);
  const weight = totalWeight(wire.items ?? []);
  const shipping = withMethod(weight ? { ...wire.shipping, weight } : wire.shipping, method);
  return {
    ...wire,
    ...(shipping && { shipping }),
    merchant_id: request.merchantId,
    order_id: request.orderId,
    currency_code: currency.shown,
    ...(currency.shown === currency.base ? {} : { exchange_rate: currency.exchangeRate }),
    ...(Object.keys(channelPartner).length === 0 ? {} : { channel_partner: channelPartner }),
    ...(wire.gift && { gift: giftOf(wire.gift, request.currency, money) }),
    items: lines.map((line, i) => line.document(totals.lines[i]!, i + 1, money)),
    payment: keptPayment(wire.payment),
    ...notesOf(request),
    summary: summaryOf(wire.summary, totals, money),
    taxes: { ...wire.taxes, tax_rate: totals.taxRatePercent, ...(here && orderTaxesOf(here)) },
  };
}

/** The merchant's notes, with those that the customer's profile adds to every order. */
function notesOf({ order, customer }: NewOrderRequest): Pick<OrderDocument, 'internal'> {
  if (customer?.merchantNotes === undefined) return {};
  return { internal: withNotes(order.internal, customer.merchantNotes) };
}

type Money = (amount: Minor) => NonNullable<ReturnType<typeof wireCurrency>>;

function giftOf(
  gift: NonNullable<Order['gift']>,
  base: string,
  money: Money,
): NonNullable<Order['gift']> {
  const filled = (decimal: number | undefined) => {
    const parsed = toMinor(decimal ?? 0, base);
    return parsed.ok && decimal !== undefined ? money(parsed.value) : undefined;
  };
  return fromLoose<NonNullable<Order['gift']>>({
    ...gift,
    gift_charge: filled(gift.gift_charge?.value),
    gift_wrap_cost: filled(gift.gift_wrap_cost?.value),
  });
}

/** Returns the summary of computed totals. Keeps the actual costs that a client sent. */
function summaryOf(
  given: Order['summary'],
  totals: Totals,
  money: Money,
): NonNullable<Order['summary']> {
  const {
    actual_fulfillment,
    actual_other_cost,
    actual_payment_processing,
    actual_profit,
    actual_shipping,
  } = given ?? {};
  return fromLoose<NonNullable<Order['summary']>>({
    actual_fulfillment,
    actual_other_cost,
    actual_payment_processing,
    actual_profit,
    actual_shipping,
    subtotal: money(totals.subtotal),
    subtotal_discount: money(totals.discount),
    taxable_subtotal: money(totals.taxableSubtotal),
    taxable_subtotal_discount: money(totals.taxableDiscount),
    shipping_handling_total: money(totals.shippingHandling),
    shipping_handling_total_discount: money(totals.shippingDiscount),
    tax: money(totals.tax),
    total: money(totals.total),
  });
}

function recordOf(request: NewOrderRequest, document: OrderDocument, total: Minor): OrderRecord {
  return {
    merchantId: request.merchantId,
    orderId: request.orderId,
    document,
    createdAt: request.now.at,
    modifiedAt: request.now.at,
    currency: request.currency,
    total,
    ...(request.customerProfileOid === undefined
      ? {}
      : { customerProfileOid: request.customerProfileOid }),
    ...(request.order.payment?.credit_card?.card_number_token
      ? { cardToken: request.order.payment.credit_card.card_number_token }
      : {}),
  };
}
