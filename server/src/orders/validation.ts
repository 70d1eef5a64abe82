import type { Order } from '@perennial/contract/order.ts';
import { type OrderCheck, orderChecks } from '@perennial/contract/orderSheet.ts';
import { quantityMax } from '../kernel/money.ts';
import { parcelLines } from './shipping.ts';
import { isStateCode } from './states.ts';

/*
 * Runs checks of an order by name (current API, OrderApi.validateOrder). Each returns a fault as a
 * sentence, or undefined.
 */

/** The results of a check. */
export interface CheckResults {
  readonly errors: readonly string[];
  readonly messages: readonly string[];
}

/** Returns the names that are not names of checks. */
export const unknownChecks = (names: readonly string[]): string[] =>
  names.filter((name) => !(orderChecks as readonly string[]).includes(name));

/**
 * Runs the checks with these names, or all of them. A missing optional value is an error only if
 * its check was named.
 */
export function checkOrder(order: Order, names: readonly string[]): CheckResults {
  const isAll = names.length === 0;
  const errors: string[] = [];
  const messages: string[] = [];
  for (const name of orderChecks) {
    if (!isAll && !names.includes(name)) continue;
    const rule = rules[name];
    if (rule === undefined) {
      if (!isAll && !ruledElsewhere.has(name)) messages.push(`${name}: ${noRule}`);
      continue;
    }
    const fault = rule.check(order);
    if (fault === undefined) continue;
    (isAll && rule.isOptional === true ? messages : errors).push(`${name}: ${fault}`);
  }
  return { errors, messages };
}

const noRule = 'this server has no such rule, so nothing was checked.';

/** The operation itself runs this check, with the customer's auto orders. */
const ruledElsewhere: ReadonlySet<OrderCheck> = new Set(['One per customer violations']);

interface Rule {
  /** Whether the merchant may omit it. */
  readonly isOptional?: boolean;
  check(order: Order): string | undefined;
}

const rules: Partial<Record<OrderCheck, Rule>> = {
  'Billing Address Provided': {
    isOptional: true,
    check: ({ billing }) => missingAddress('billing', billing),
  },
  'Billing Phone Numbers Provided': {
    isOptional: true,
    check: ({ billing }) =>
      billing?.day_phone || billing?.evening_phone || billing?.cell_phone
        ? undefined
        : 'billing.day_phone is missing.',
  },
  'Billing State Abbreviation Valid': { check: ({ billing }) => wrongState('billing', billing) },
  'Billing Validate City State Zip': { check: ({ billing }) => wrongPostal('billing', billing) },
  'Email provided if required': {
    isOptional: true,
    check: ({ billing }) => (billing?.email ? undefined : 'billing.email is missing.'),
  },
  'Item Quantity Valid': { check: wrongQuantity },
  'Items Present': {
    check: ({ items }) => (items?.length ? undefined : 'items is empty. Send at least one item.'),
  },
  'Shipping Address Provided': {
    isOptional: true,
    check: (order) => (ships(order) ? missingAddress('shipping', order.shipping) : undefined),
  },
  'Shipping Method Provided': {
    isOptional: true,
    check: (order) =>
      ships(order) && !order.shipping?.shipping_method
        ? 'shipping.shipping_method is missing, and the order has items that ship.'
        : undefined,
  },
  'Shipping State Abbreviation Valid': {
    check: ({ shipping }) => wrongState('shipping', shipping),
  },
  'Shipping Validate City State Zip': {
    check: ({ shipping }) => wrongPostal('shipping', shipping),
  },
};

const ships = (order: Order): boolean => parcelLines(order).length > 0;

type Place = 'billing' | 'shipping';
type Address = NonNullable<Order['billing' | 'shipping']>;

function missingAddress(place: Place, address: Address | undefined): string | undefined {
  const needed = ['address1', 'city', 'country_code'] as const;
  const missing = needed.filter((field) => !address?.[field]).map((field) => `${place}.${field}`);
  return missing.length === 0 ? undefined : `missing: ${missing.join(', ')}.`;
}

function wrongState(place: Place, address: Address | undefined): string | undefined {
  const { country_code: country, state_region: state } = address ?? {};
  if (!state || isStateCode(state, country ?? '')) return undefined;
  return `${place}.state_region ${state} is not a state of ${country}. Send its two letters.`;
}

function wrongPostal(place: Place, address: Address | undefined): string | undefined {
  const { country_code: country, postal_code: code } = address ?? {};
  const shape = postalShapes[country?.toUpperCase() ?? ''];
  if (shape === undefined || !code || shape.test(code.trim())) return undefined;
  return `${place}.postal_code ${code} is not a postal code of ${country}.`;
}

function wrongQuantity({ items }: Order): string | undefined {
  const wrong = (items ?? []).flatMap(({ quantity }, index) =>
    quantity !== undefined && quantity !== null && quantity > 0 && quantity <= quantityMax
      ? []
      : [`items[${index}].quantity`],
  );
  return wrong.length === 0
    ? undefined
    : `${wrong.join(', ')}: send more than 0 and at most ${quantityMax}.`;
}

const postalShapes: Readonly<Record<string, RegExp>> = {
  US: /^\d{5}(-?\d{4})?$/,
  CA: /^[A-Z]\d[A-Z] ?\d[A-Z]\d$/i,
};
