import type { Order } from '@perennial/contract/order.ts';
import type { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type Minor, zero } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { LineWarning, OrderLine } from './newOrderLine.ts';
import {
  type CustomerShipping,
  cheapestQuote,
  methodNamed,
  quoteBy,
  type ShipmentToPrice,
  type ShippingMethod,
  type ShippingQuote,
  type ShippingRuleApplied,
} from './shippingMethod.ts';
import { lineTotals } from './totals.ts';

/** The inputs of the price of shipping for a new order, besides its lines. */
export interface NewOrderShipping {
  readonly order: Order;
  readonly channelPartner: OrderChannelPartner;
  readonly methods: readonly ShippingMethod[];
  readonly customer?: CustomerShipping | undefined;
  readonly currency: string;
}

/** The price of shipping, and its changes to the order. */
export interface ShippingOutcome {
  readonly cost: Minor;
  readonly method?: ShippingMethod | undefined;
  readonly rules?: readonly ShippingRuleApplied[] | undefined;
  readonly warnings: readonly LineWarning[];
}

/**
 * Returns the price of shipping for an order that names no amount for it (order reference,
 * OrderShipping): the price of its method, or that of the cheapest one for `least_cost_route`. It
 * is free for a merchant without methods, and for an order that names none. A method that does not
 * ship the order is a fault, or a warning if the partner ignores invalid methods.
 */
export function newOrderShipping(
  request: NewOrderShipping,
  lines: readonly OrderLine[],
): Outcome<ShippingOutcome, FieldFault> {
  const { order, methods, channelPartner } = request;
  const { shipping_method: name, least_cost_route: isCheapest } = order.shipping ?? {};
  if (methods.length === 0 || (isCheapest !== true && !name))
    return success({ cost: zero, warnings: [] });
  const quote = quoteOf(request, shipmentOf(request, lines));
  if (quote !== undefined)
    return success({ cost: quote.cost, method: quote.method, rules: quote.rules, warnings: [] });
  const fault = noMethodFault(request);
  if (channelPartner.ignore_invalid_shipping_method !== true) return failure(fault);
  const { field, reason } = fault;
  const warning = {
    code: 'shipping_method',
    field,
    reason: `${reason}, so shipping is free`,
  } as const;
  return success({ cost: zero, warnings: [warning] });
}

function quoteOf(
  { order: { shipping }, methods }: NewOrderShipping,
  shipment: ShipmentToPrice,
): ShippingQuote | undefined {
  if (shipping?.least_cost_route !== true) {
    const named = methodNamed(methods, shipping?.shipping_method ?? '');
    return named && quoteBy(named, shipment);
  }
  const names = shipping.least_cost_route_shipping_methods ?? [];
  const among = names.length === 0 ? methods : methods.filter((each) => isNamed(each, names));
  return cheapestQuote(among, shipment);
}

const isNamed = (method: ShippingMethod, names: readonly string[]): boolean =>
  names.some((name) => methodNamed([method], name) !== undefined);

function noMethodFault({ order: { shipping }, methods }: NewOrderShipping): FieldFault {
  const known = methods.map(({ name }) => name).join(', ');
  const fix = `Send a method that ships it. The methods are: ${known}`;
  if (shipping?.least_cost_route === true)
    return {
      field: 'shipping.least_cost_route',
      reason: 'is true, but no shipping method ships this order',
      fix,
    };
  const name = shipping?.shipping_method ?? '';
  const isKnown = methodNamed(methods, name) !== undefined;
  return {
    field: 'shipping.shipping_method',
    reason: isKnown ? `${name} does not ship this order` : 'is not a shipping method',
    fix,
  };
}

const shipmentOf = (
  { order: { shipping, billing }, customer, currency }: NewOrderShipping,
  lines: readonly OrderLine[],
): ShipmentToPrice => ({
  lines: lines.map((line) => ({
    ...line.shipping,
    quantity: line.quantity,
    amount: lineTotals(line).withDiscount,
  })),
  country: shipping?.country_code || billing?.country_code || undefined,
  customer,
  currency,
});

/** Returns the shipping of the order with the method that ships it. */
export const withMethod = (
  shipping: Order['shipping'],
  method: ShippingMethod | undefined,
): Order['shipping'] =>
  method === undefined
    ? shipping
    : fromLoose<NonNullable<Order['shipping']>>({
        ...shipping,
        shipping_method: method.name,
        shipping_method_accounting_code: method.accountingCode,
      });
