import type { Frequency } from '@perennial/contract/frequency.ts';
import type { Item, ItemAutoOrder, ItemAutoOrderStep } from '@perennial/contract/item.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../../kernel/assert.ts';
import { addDays, wireDate } from '../../kernel/calendar.ts';
import type { Merchant } from '../../platform/tenancy/merchant.ts';

/** The three shops that the demo merchant runs. */
export type Shop = 'coffee' | 'razor' | 'vitamin';

/**
 * An item that customers buy repeatedly, and how often they choose it. Items with steps have a
 * fixed schedule.
 */
export interface Offer {
  readonly shop: Shop;
  readonly itemId: string;
  readonly weight: number;
  /** Empty: the item follows its steps. */
  readonly schedules: readonly Frequency[];
  /** An item that some customers add to it. */
  readonly addOn?: string;
  /** Whether a customer can have only one of it. */
  readonly isOncePerCustomer?: true;
}

const coffeeSchedules: readonly Frequency[] = [
  'Weekly',
  'Biweekly',
  'Every 4 Weeks',
  'Monthly',
  'Every 6 Weeks',
  'Every 8 Weeks',
];
const razorSchedules: readonly Frequency[] = [
  'Every 24 Days',
  'Monthly',
  'Every 45 Days',
  'Every 2 Months',
  'Every 3 Months',
  'Every 4 Months',
];
const vitaminSchedules: readonly Frequency[] = [
  'Every 28 Days',
  'Monthly',
  'Every 2 Months',
  'Every 3 Months',
  'Every 6 Months',
  'Yearly',
];

/** The recurring items that the demo shops sell. */
export const offers: readonly Offer[] = [
  {
    shop: 'coffee',
    itemId: 'COFFEE-HOUSE',
    weight: 14,
    schedules: coffeeSchedules,
    addOn: 'FILTERS-100',
  },
  {
    shop: 'coffee',
    itemId: 'COFFEE-DARK',
    weight: 9,
    schedules: coffeeSchedules,
    addOn: 'FILTERS-100',
  },
  { shop: 'coffee', itemId: 'COFFEE-DECAF', weight: 4, schedules: coffeeSchedules },
  {
    shop: 'coffee',
    itemId: 'COFFEE-ETHIOPIA',
    weight: 6,
    schedules: coffeeSchedules,
    addOn: 'COFFEE-MUG',
  },
  { shop: 'coffee', itemId: 'COFFEE-TOUR', weight: 5, schedules: [] },
  { shop: 'coffee', itemId: 'COFFEE-GIFT-3', weight: 5, schedules: [] },
  { shop: 'coffee', itemId: 'COFFEE-SEASON', weight: 3, schedules: [] },
  {
    shop: 'razor',
    itemId: 'RAZOR-TRIAL',
    weight: 12,
    schedules: [],
    addOn: 'SHAVE-CREAM',
    isOncePerCustomer: true,
  },
  {
    shop: 'razor',
    itemId: 'RAZOR-BLADES-4',
    weight: 8,
    schedules: razorSchedules,
    addOn: 'SHAVE-CREAM',
  },
  {
    shop: 'razor',
    itemId: 'RAZOR-BLADES-8',
    weight: 7,
    schedules: razorSchedules,
    addOn: 'SHAVE-CREAM',
  },
  {
    shop: 'razor',
    itemId: 'SHAVE-CREAM',
    weight: 3,
    schedules: ['Every 2 Months', 'Every 3 Months', 'Every 5 Months'],
  },
  { shop: 'vitamin', itemId: 'VITAMIN-START', weight: 8, schedules: [] },
  {
    shop: 'vitamin',
    itemId: 'VITAMIN-MULTI',
    weight: 8,
    schedules: vitaminSchedules,
    addOn: 'PILL-BOX',
  },
  { shop: 'vitamin', itemId: 'VITAMIN-D3', weight: 6, schedules: vitaminSchedules },
  { shop: 'vitamin', itemId: 'OMEGA-3', weight: 4, schedules: vitaminSchedules },
  { shop: 'vitamin', itemId: 'VITAMIN-PAYDAY', weight: 3, schedules: [] },
  {
    shop: 'vitamin',
    itemId: 'PDF',
    weight: 2,
    schedules: ['Weekly', 'Every 10 Days', 'Monthly', 'Yearly'],
  },
];

/** The items that are sold once, by shop. */
export const singles: Readonly<Record<Shop, readonly string[]>> = {
  coffee: ['COFFEE-MUG', 'FILTERS-100'],
  razor: ['RAZOR-HANDLE', 'SHAVE-CREAM'],
  vitamin: ['PILL-BOX', 'PDF'],
};

/**
 * Returns the catalogue as it is stored: items that customers schedule themselves, and items with
 * steps (trial, then monthly, then yearly; a loop; a pause; a pause until a day of the month; one
 * that ends). `oidOf` gives each item its oid.
 */
export function catalogue(
  { merchantId, currency, timeZone }: Merchant,
  now: Temporal.Instant,
  oidOf: (itemId: string) => number,
): Item[] {
  const oldCustomersUntil = wireDate(addDays(now, -500, timeZone), timeZone);
  const documents = [
    ...scheduledByCustomers(),
    ...scheduledBySteps(oldCustomersUntil),
    ...soldOnce(),
  ];
  return documents.map((item) => ({
    ...item,
    ...(grounds.includes(item.merchant_item_id!) && { options: coffeeOptions }),
    merchant_id: merchantId,
    merchant_item_oid: oidOf(item.merchant_item_id!),
    pricing: { ...item.pricing, currency_code: currency },
    ...(item.kit_definition && { kit_definition: kitOf(item.kit_definition, oidOf) }),
    ...(item.auto_order?.steps && {
      auto_order: {
        ...item.auto_order,
        steps: item.auto_order.steps.map((step) => withOid(step, oidOf)),
      },
    }),
  }));
}

/** The coffees that have options. */
export const grounds: readonly string[] = ['COFFEE-HOUSE', 'COFFEE-DARK', 'COFFEE-ETHIOPIA'];

/** The additional cost of a large bag, in dollars. */
export const largeBagCost = 9.5;

const coffeeOptions: NonNullable<Item['options']> = [
  {
    name: 'Grind',
    label: 'Grind',
    type: 'dropdown',
    values: ['Whole bean', 'Filter', 'Espresso'].map((value) => ({ value })),
  },
  {
    name: 'Bag',
    label: 'Bag',
    type: 'radio',
    values: [
      { value: '12 oz', default_value: true },
      { value: '2 lb', cost_change: largeBagCost },
    ],
  },
];

/** The ids of all items of the demo. */
export function catalogueItemIds(): string[] {
  return [...scheduledByCustomers(), ...scheduledBySteps(''), ...soldOnce()].map(
    (item) => item.merchant_item_id!,
  );
}

const kitOf = (
  { components = [] }: NonNullable<Item['kit_definition']>,
  oidOf: (itemId: string) => number,
): NonNullable<Item['kit_definition']> => ({
  components: components.map((each) => ({
    ...each,
    component_merchant_item_oid: oidOf(required(each.component_merchant_item_id, 'component')),
  })),
});

function withOid(step: ItemAutoOrderStep, oidOf: (itemId: string) => number): ItemAutoOrderStep {
  const itemId = step.recurring_merchant_item_id;
  return itemId === undefined ? step : { ...step, recurring_merchant_item_oid: oidOf(itemId) };
}

function scheduledByCustomers(): Item[] {
  return [
    item('COFFEE-HOUSE', 'House blend, whole bean, 12 oz', 15.5, chosen(coffeeSchedules), 13.95),
    item('COFFEE-DARK', 'Dark roast, whole bean, 12 oz', 15.5, chosen(coffeeSchedules), 13.95),
    item('COFFEE-DECAF', 'Swiss water decaf, ground, 12 oz', 16.5, chosen(coffeeSchedules), 14.85),
    item(
      'COFFEE-ETHIOPIA',
      'Ethiopia Guji, single origin, 12 oz',
      19,
      chosen(coffeeSchedules),
      17.1,
    ),
    item('RAZOR-BLADES-4', 'Razor blades, pack of 4', 11, chosen(razorSchedules), 9.9),
    item('RAZOR-BLADES-8', 'Razor blades, pack of 8', 20, chosen(razorSchedules), 18),
    item(
      'SHAVE-CREAM',
      'Shave cream, 5 oz',
      8.5,
      chosen(['Every 2 Months', 'Every 3 Months', 'Every 5 Months']),
    ),
    item('VITAMIN-MULTI', 'Daily multivitamin, 60 tablets', 24, chosen(vitaminSchedules), 21.6),
    item('VITAMIN-D3', 'Vitamin D3 2000 IU, 90 drops', 17, chosen(vitaminSchedules), 15.3),
    item('OMEGA-3', 'Omega-3 from algae, 60 capsules', 29, chosen(vitaminSchedules), 26.1),
    {
      ...item('PDF', 'The monthly training plan (PDF)', 19.99, {
        ...chosen(['Weekly', 'Every 10 Days', 'Monthly', 'Yearly']),
        free_shipping_auto_order: true,
      }),
      tax: { tax_free: true },
    },
  ];
}

const scheduledBySteps = (oldCustomersUntil: string): Item[] => [
  ...coffeeBySteps(),
  ...othersBySteps(oldCustomersUntil),
];

function coffeeBySteps(): Item[] {
  return [
    item(
      'COFFEE-TOUR',
      'Coffee tour: another roast every month',
      15.5,
      steps([
        ships('COFFEE-HOUSE', 'Monthly', { repeat_count: 1, preshipment_notice_days: 3 }),
        ships('COFFEE-ETHIOPIA', 'Monthly', { repeat_count: 1, preshipment_notice_days: 3 }),
        ships('COFFEE-DARK', 'Monthly', { repeat_count: 1, preshipment_notice_days: 3 }),
        { type: 'loop' },
      ]),
    ),
    item(
      'COFFEE-GIFT-3',
      'Coffee for three more months, a gift',
      14,
      steps([ships('COFFEE-HOUSE', 'Monthly', { repeat_count: 3, arbitrary_unit_cost: 14 })]),
    ),
    item(
      'COFFEE-SEASON',
      'Coffee for the cold months',
      15.5,
      steps([
        ships('COFFEE-DARK', 'Every 4 Weeks', { repeat_count: 4 }),
        { type: 'pause', pause_days: 90 },
        { type: 'loop' },
      ]),
    ),
  ];
}

function othersBySteps(oldCustomersUntil: string): Item[] {
  return [
    item('RAZOR-TRIAL', 'Razor trial: handle and two blades', 5, {
      ...steps([
        ships('RAZOR-BLADES-4', 'Biweekly', { repeat_count: 1 }),
        ships('RAZOR-BLADES-8', 'Monthly', {
          repeat_count: 11,
          arbitrary_unit_cost: 18,
          preshipment_notice_days: 2,
          arbitrary_unit_cost_schedules: [
            { retry_days: 3, arbitrary_unit_cost: 16 },
            { retry_days: 6, arbitrary_unit_cost: 14 },
          ],
        }),
        ships('RAZOR-YEAR', 'Yearly', { preshipment_notice_days: 14 }),
      ]),
      auto_order_upsell_one_per_customer: true,
    }),
    item(
      'VITAMIN-START',
      'Vitamin starter: 14 days to try',
      9,
      steps([
        ships('VITAMIN-MULTI', 'Biweekly', { repeat_count: 1, arbitrary_unit_cost: 19 }),
        ships('VITAMIN-MULTI', 'Monthly', {
          repeat_count: 6,
          arbitrary_unit_cost: 21.6,
          preshipment_notice_days: 3,
          grandfather_pricing: [{ on_or_before_date: oldCustomersUntil, unit_cost: 18 }],
        }),
        ships('VITAMIN-YEAR', 'Yearly', { preshipment_notice_days: 14 }),
      ]),
    ),
    item(
      'VITAMIN-PAYDAY',
      'Multivitamin after payday',
      21.6,
      steps([
        ships('VITAMIN-MULTI', 'Every 10 Days', { repeat_count: 1 }),
        { type: 'pause until', pause_until_day_of_month: 28, pause_until_minimum_delay_days: 14 },
        ships('VITAMIN-MULTI', 'Monthly', {}),
      ]),
    ),
  ];
}

function soldOnce(): Item[] {
  return [
    item('RAZOR-YEAR', 'Razor blades for a year, 48 blades', 99),
    item('VITAMIN-YEAR', 'Multivitamin for a year, 365 tablets', 119),
    item('RAZOR-HANDLE', 'Razor handle, brushed steel', 25),
    item('FILTERS-100', 'Paper filters, 100 pieces', 4.5),
    item('COFFEE-MUG', 'Stoneware mug', 12),
    item('PILL-BOX', 'Pill box for a week', 6),
    {
      ...item('COFFEE-GRINDER', 'Coffee grinder, manual', 39),
      ...engraving,
      shipping: counted(4, 10),
    },
    { ...item('COFFEE-SCALE', 'Coffee scale with a timer', 32), shipping: counted(0, 5) },
    starterKit(),
  ];
}

/** Returns the stock in the default center, with the level at which it counts as low. */
const counted = (level: number, lowAt: number): NonNullable<Item['shipping']> => ({
  track_inventory: true,
  distribution_centers: [
    {
      distribution_center_code: 'DFLT',
      handles: true,
      inventory_level: level,
      reorder_inventory_level: lowAt,
    },
  ],
});

const engraving: Pick<Item, 'options'> = {
  options: [
    {
      name: 'Engraving',
      label: 'Engraving',
      type: 'dropdown',
      one_time_fee: true,
      values: [
        { value: 'None', cost_change: 0, default_value: true },
        { value: 'Initials', cost_change: 5 },
      ],
    },
  ],
};

const starterKit = (): Item => ({
  ...item('COFFEE-STARTER', 'Coffee starter kit: grinder, mug and filters', 49),
  kit: true,
  kit_definition: {
    components: ['COFFEE-GRINDER', 'COFFEE-MUG', 'FILTERS-100'].map((itemId) => ({
      component_merchant_item_id: itemId,
      quantity: 1,
    })),
  },
});

function item(
  itemId: string,
  description: string,
  cost: number,
  autoOrder?: ItemAutoOrder,
  autoOrderCost?: number,
): Item {
  return {
    merchant_item_id: itemId,
    description,
    pricing: { cost, ...(autoOrderCost === undefined ? {} : { auto_order_cost: autoOrderCost }) },
    ...(autoOrder && { auto_order: autoOrder }),
  };
}

const chosen = (schedules: readonly Frequency[]): ItemAutoOrder => ({
  auto_orderable: true,
  auto_order_schedules: [...schedules],
});
const steps = (list: ItemAutoOrderStep[]): ItemAutoOrder => ({
  auto_orderable: true,
  auto_order_upsell: true,
  steps: list,
});
const ships = (
  itemId: string,
  schedule: Frequency,
  more: ItemAutoOrderStep,
): ItemAutoOrderStep => ({ type: 'item', recurring_merchant_item_id: itemId, schedule, ...more });
