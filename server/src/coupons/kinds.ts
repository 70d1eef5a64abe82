import type { Coupon as WireCoupon } from '@perennial/contract/coupon.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Minor } from '../kernel/money.ts';
import type { LineDiscount, Needs, Reduction, ShippingDiscount } from './coupon.ts';

/** The discount that a coupon's part describes. */
export interface Discount {
  readonly off?: LineDiscount;
  readonly shipping?: ShippingDiscount;
  readonly needs?: Needs;
}

/** Reads an amount of the wire that was already checked. */
export type ReadAmount = (decimal: number | undefined) => Minor;

/** A kind of discount: its required fields, and how it is read. */
export interface Kind<Part> {
  readonly required: readonly (keyof Part & string)[];
  read(part: Part, amount: ReadAmount): Discount;
}

/** The name of a kind: the field of the wire's Coupon that describes it. */
export type KindName = keyof {
  [Name in keyof WireCoupon as NonNullable<WireCoupon[Name]> extends Readonly<
    Record<string, unknown>
  >
    ? Name
    : never]: true;
};

type Kinds = { readonly [Name in KindName]: Kind<NonNullable<WireCoupon[Name]>> };

/** Returns folded ids, or undefined for an empty list, which means all items. */
export const setOf = (ids: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  ids === undefined || ids.length === 0 ? undefined : new Set(ids.map(fold));

const percentOff = (percent: number | undefined): Reduction => ({
  kind: 'percent',
  percent: percent ?? 0,
});

const onLines = (
  how: Reduction,
  part: { items?: string[]; excluded_items?: string[]; limit?: number } = {},
): LineDiscount => ({
  how,
  only: setOf(part.items),
  except: setOf(part.excluded_items),
  unitsMax: part.limit || undefined,
});

const free = (part: { shipping_methods?: string[]; items?: string[] } = {}): ShippingDiscount => ({
  how: { kind: 'free' },
  methods: setOf(part.shipping_methods),
});

const bought = (ids: readonly string[] | undefined, units = 1): Needs => ({
  items: { ids: setOf(ids) ?? new Set(), units },
});

/** Every kind of discount, by the field of the wire. */
export const kinds: Kinds = {
  amount_off_items: {
    required: ['discount_amount'],
    read: (part, amount) => ({
      off: onLines({ kind: 'amount of each', amount: amount(part.discount_amount) }, part),
    }),
  },
  amount_off_shipping: {
    required: ['discount_amount'],
    read: (part, amount) => ({
      shipping: {
        how: { kind: 'amount', amount: amount(part.discount_amount) },
        methods: setOf(part.shipping_methods),
      },
    }),
  },
  amount_off_subtotal: {
    required: ['discount_amount'],
    read: (part, amount) => ({
      off: onLines({ kind: 'amount', amount: amount(part.discount_amount) }),
    }),
  },
  amount_off_subtotal_and_free_shipping: {
    required: ['discount_amount', 'purchase_amount'],
    read: (part, amount) => ({
      off: onLines({ kind: 'amount', amount: amount(part.discount_amount) }),
      shipping: free(part),
      needs: { subtotal: amount(part.purchase_amount) },
    }),
  },
  amount_off_subtotal_and_shipping: {
    required: ['discount_amount'],
    read: (part, amount) => ({
      off: onLines({ kind: 'amount', amount: amount(part.discount_amount), andShipping: true }),
    }),
  },
  amount_off_subtotal_with_items_purchase: {
    required: ['discount_amount', 'items'],
    read: (part, amount) => ({
      off: onLines({ kind: 'amount', amount: amount(part.discount_amount) }),
      needs: bought(part.items, part.required_purchase_quantity || 1),
    }),
  },
  amount_off_subtotal_with_purchase: {
    required: ['discount_amount', 'purchase_amount'],
    read: (part, amount) => ({
      off: onLines({ kind: 'amount', amount: amount(part.discount_amount) }),
      needs: { subtotal: amount(part.purchase_amount) },
    }),
  },
  discount_items: {
    required: ['discount_price', 'items'],
    read: (part, amount) => ({
      off: onLines({ kind: 'price of each', price: amount(part.discount_price) }, part),
    }),
  },
  free_shipping: { required: [], read: (part) => ({ shipping: free(part) }) },
  free_shipping_specific_items: {
    required: ['items'],
    read: (part) => ({ shipping: { how: { kind: 'free' }, only: setOf(part.items) } }),
  },
  free_shipping_with_items_purchase: {
    required: ['items'],
    read: (part) => ({ shipping: free(part), needs: bought(part.items) }),
  },
  free_shipping_with_subtotal: {
    required: ['purchase_amount'],
    read: (part, amount) => ({
      shipping: free(part),
      needs: { subtotal: amount(part.purchase_amount) },
    }),
  },
  no_discount: { required: [], read: () => ({}) },
  percent_off_items: {
    required: ['discount_percent'],
    read: (part) => ({ off: onLines(percentOff(part.discount_percent), part) }),
  },
  percent_off_items_and_free_shipping: {
    required: ['discount_percent'],
    read: (part) => ({
      off: onLines(percentOff(part.discount_percent), part),
      shipping: free(part),
    }),
  },
  percent_off_items_with_items_purchase: {
    required: ['discount_percent', 'required_purchase_items'],
    read: (part) => ({
      off: onLines(percentOff(part.discount_percent), part),
      needs: bought(part.required_purchase_items),
    }),
  },
  percent_off_shipping: {
    required: ['discount_percent'],
    read: (part) => ({
      shipping: {
        how: { kind: 'percent', percent: part.discount_percent ?? 0 },
        methods: setOf(part.shipping_methods),
      },
    }),
  },
  percent_off_subtotal: {
    required: ['discount_percent'],
    read: (part) => ({ off: onLines(percentOff(part.discount_percent)) }),
  },
  percent_off_subtotal_and_free_shipping: {
    required: ['discount_percent'],
    read: (part) => ({
      off: onLines(percentOff(part.discount_percent)),
      shipping: free(part),
    }),
  },
  percent_off_subtotal_limit: {
    required: ['discount_percent', 'limit'],
    read: (part, amount) => ({
      off: onLines({
        kind: 'percent',
        percent: part.discount_percent ?? 0,
        ofAtMost: amount(part.limit),
      }),
    }),
  },
  percent_off_subtotal_with_items_purchase: {
    required: ['discount_percent', 'items'],
    read: (part) => ({
      off: onLines(percentOff(part.discount_percent)),
      needs: bought(part.items),
    }),
  },
  percent_off_subtotal_with_subtotal: {
    required: ['discount_percent', 'subtotal_amount'],
    read: (part, amount) => ({
      off: onLines(percentOff(part.discount_percent)),
      needs: { subtotal: amount(part.subtotal_amount) },
    }),
  },
  tiered_amount_off_subtotal: {
    required: ['tiers'],
    read: (part, amount) => ({
      off: {
        how: {
          kind: 'tiers',
          tiers: (part.tiers ?? []).map((tier) => ({
            from: amount(tier.subtotal_amount),
            amount: amount(tier.discount_amount),
          })),
        },
        only: setOf(part.items),
      },
    }),
  },
  tiered_percent_off_subtotal: {
    required: ['tiers'],
    read: (part, amount) => ({
      off: {
        how: {
          kind: 'tiers',
          tiers: (part.tiers ?? []).map((tier) => ({
            from: amount(tier.subtotal_amount),
            percent: tier.discount_percent ?? 0,
          })),
        },
        only: setOf(part.items),
      },
    }),
  },
};

/** The names of all kinds. */
export const kindNames = Object.keys(kinds) as readonly KindName[];

/** Returns the name of a kind in words, as `coupon_type` shows it. */
export const kindWords = (name: KindName): string => name.replaceAll('_', ' ');

/** Returns the kinds of which a coupon has parts. A valid coupon has exactly one. */
export const kindsOf = (wire: WireCoupon): KindName[] =>
  kindNames.filter((name) => wire[name] !== undefined && wire[name] !== null);
