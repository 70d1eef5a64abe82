import type { Weight } from '@perennial/contract/common.ts';
import { type Frequency, isFrequency } from '@perennial/contract/frequency.ts';
import type {
  Item,
  ItemAutoOrderStep,
  ItemAutoOrder as WireAutoOrder,
} from '@perennial/contract/item.ts';
import type {
  ItemPricingTier,
  ItemPricingTierLimit,
  ItemPricing as WirePricing,
} from '@perennial/contract/itemPricing.ts';
import { Temporal } from 'temporal-polyfill';
import { Bug, required } from '../kernel/assert.ts';
import { fold } from '../kernel/caseFolding.ts';
import { type Minor, toMinor } from '../kernel/money.ts';
import { gramsOf as gramsOfUnit } from '../kernel/weightUnits.ts';
import { dayWritten, readWireDate } from '../kernel/wireDates.ts';
import type {
  CatalogItem,
  ItemAutoOrder,
  ItemPricing,
  ItemTier,
  KitComponent,
  PurchaseLimits,
  Step,
  TierLimit,
} from './item.ts';
import { stockOf } from './stock.ts';

/**
 * Converts a stored item's document to the record that rules use. validation.ts checked the
 * document before it was written, so an invalid value here is a bug. `pricing.currency_code` is
 * always set.
 */
export function catalogItem(document: Item): CatalogItem {
  const currency = required(document.pricing?.currency_code, 'currency of an item');
  return {
    itemId: required(document.merchant_item_id, 'merchant_item_id'),
    itemOid: required(document.merchant_item_oid, 'merchant_item_oid'),
    description: document.description ?? '',
    inactive: document.inactive ?? false,
    kit: document.kit ?? false,
    kitComponentOnly: document.kit_component_only ?? false,
    components: document.kit === true ? componentsOf(document) : undefined,
    pricing: pricingOf(document.pricing ?? {}, currency),
    limits: limitsOf(document),
    autoOrder: document.auto_order && autoOrderOf(document.auto_order, currency),
    taxFree: document.tax?.tax_free ?? false,
    taxExemptions: document.tax?.exemptions,
    taxableCost: taxableCostOf(document, currency),
    productType: productTypeOf(document),
    distributionCenter: centerOf(document),
    grams: gramsOf(document),
    freeShipping: document.shipping?.free_shipping,
    excludesCoupons: document.restriction?.exclude_coupon,
    stock: stockOf(document),
  };
}

const componentsOf = ({ kit_definition: kit }: Item): KitComponent[] =>
  (kit?.components ?? []).flatMap(({ component_merchant_item_id: itemId, quantity }) =>
    itemId ? [{ itemId, quantity: quantity ?? 1 }] : [],
  );

// Documents that were stored before this check may contain any number. An invalid number counts as
// absent.
function taxableCostOf({ tax }: Item, currency: string): Minor | undefined {
  const cost = tax?.taxable_cost;
  const parsed = cost === undefined ? undefined : toMinor(cost, currency);
  return parsed?.ok && parsed.value >= 0 ? parsed.value : undefined;
}

/** The tax product type shows digital goods and services (item reference, ItemTax). */
function productTypeOf({ tax }: Item): CatalogItem['productType'] {
  const type = tax?.tax_product_type;
  return type === 'digital' || type === 'service' ? type : undefined;
}

/** Returns the weight of one unit in grams (item reference, ItemPhysical). */
function gramsOf({ physical }: Item & { readonly physical?: { readonly weight?: Weight } }) {
  const { value, uom = 'LB' } = physical?.weight ?? {};
  return value === undefined ? undefined : value * gramsOfUnit[uom];
}

/** Returns the first distribution center that handles the item. */
function centerOf({ shipping }: Item): string | undefined {
  const center = shipping?.distribution_centers?.find((each) => each.handles !== false);
  return center?.distribution_center_code || undefined;
}

function pricingOf(pricing: WirePricing, currency: string): ItemPricing {
  return {
    cost: money(pricing.cost, currency),
    autoOrderCost: money(pricing.auto_order_cost, currency),
    saleCost: money(pricing.sale_cost, currency),
    saleStart: moment(pricing.sale_start),
    saleEnd: moment(pricing.sale_end),
    ...(pricing.tiers?.length && { tiers: pricing.tiers.map((tier) => tierOf(tier, currency)) }),
  };
}

// Documents that were stored before this check may contain any number. An invalid price counts as
// absent.
const tierOf = (
  { pricing_tier_oid: oid, name = '', discounts = [], limit }: ItemPricingTier,
  currency: string,
): ItemTier => ({
  oid,
  name,
  ...(limit && { limit: tierLimitOf(limit) }),
  prices: discounts.flatMap(({ cost, quantity = 1 }) => {
    const parsed = cost === undefined ? undefined : toMinor(cost, currency);
    return parsed?.ok && parsed.value >= 0 ? [{ quantity, cost: parsed.value }] : [];
  }),
});

const tierLimitOf = (limit: ItemPricingTierLimit): TierLimit => ({
  unitsMax: positive(limit.cumulative_order_limit),
  unitsPerOrderMax: positive(limit.individual_order_limit),
  multiple: positive(limit.multiple_quantity),
  isFreeOfMinimum: limit.exempt_from_minimum_item_count === true,
  paymentMethods: (limit.payment_method_validity ?? []).filter((method) => method.trim() !== ''),
});

function limitsOf({ restriction }: Item): PurchaseLimits | undefined {
  if (restriction === undefined) return undefined;
  const related = (types: readonly string[]) =>
    (restriction.items ?? []).flatMap(({ restrict_merchant_item_id: id, type }) =>
      id && type && types.includes(type) ? [fold(id)] : [],
    );
  return {
    minimum: positive(restriction.minimum_quantity),
    maximum: positive(restriction.maximum_quantity),
    multiple: positive(restriction.multiple_quantity),
    onePerCustomer: restriction.one_per_customer ?? false,
    isSeparate: restriction.purchase_separately ?? false,
    notWith: related(['can not be purchased with']),
    onlyWith: related(['can only be purchased with', 'must be purchased with']),
  };
}

const positive = (count: number | undefined): number | undefined =>
  count !== undefined && count > 0 ? count : undefined;

function autoOrderOf(wire: WireAutoOrder, currency: string): ItemAutoOrder {
  return {
    autoOrderable: wire.auto_orderable ?? false,
    schedules: (wire.auto_order_schedules ?? []).map(frequency),
    upsell: wire.auto_order_upsell ?? false,
    steps: (wire.steps ?? []).map((step) => stepOf(step, currency)),
    paused: wire.auto_order_paused ?? false,
    freeShipping: wire.free_shipping_auto_order ?? false,
    prohibitExpiringCardsMonths: wire.auto_order_prohibit_expiring_cards ?? 0,
    testAmount: money(wire.auth_future_amount ?? wire.auth_test_amount, currency),
    cancelItemId: wire.auto_order_cancel_item_id,
    cancelChargeMinimumBalance: wire.auto_order_cancel_charge_minimum_balance ?? false,
    cancelMinimumRebillCount: wire.auto_order_cancel_minimum_rebill_count,
    cancelMinimumRebillValue: money(wire.auto_order_cancel_minimum_rebill_value, currency),
    cancelMinimumLifeTimeCount: wire.auto_order_cancel_minimum_life_time_count,
    cancelMinimumLifeTimeValue: money(wire.auto_order_cancel_minimum_life_time_value, currency),
    upgradeItemIds: wire.auto_order_upgrade_items ?? [],
    downgradeItemIds: wire.auto_order_downgrade_items ?? [],
    cancelOtherAutoOrders: wire.cancel_other_auto_orders ?? false,
    refundOtherAutoOrders: wire.refund_other_auto_orders ?? false,
    onePerCustomer: wire.auto_order_upsell_one_per_customer ?? false,
    hasNoEasyCancel: wire.auto_order_upsell_no_easy_cancel === true,
  };
}

function stepOf(wire: ItemAutoOrderStep, currency: string): Step {
  const preshipmentNoticeDays = wire.preshipment_notice_days;
  switch (wire.type) {
    case 'item':
      return {
        type: 'item',
        preshipmentNoticeDays,
        itemId: wire.recurring_merchant_item_id,
        schedule: frequency(required(wire.schedule, 'schedule of a step')),
        arbitraryScheduleDays: wire.arbitrary_schedule_days,
        repeatCount: wire.repeat_count,
        unitCost: money(wire.arbitrary_unit_cost, currency),
        unitCostSchedules: (wire.arbitrary_unit_cost_schedules ?? []).map((each) => ({
          retryDays: each.retry_days ?? 0,
          unitCost: required(money(each.arbitrary_unit_cost, currency), 'arbitrary_unit_cost'),
        })),
        grandfatherPricing: (wire.grandfather_pricing ?? []).map((each) => ({
          onOrBefore: date(required(each.on_or_before_date, 'on_or_before_date')),
          unitCost: required(money(each.unit_cost, currency), 'unit_cost'),
        })),
      };
    case 'pause':
      return { type: 'pause', preshipmentNoticeDays, pauseDays: wire.pause_days ?? 0 };
    case 'pause until':
      return {
        type: 'pause until',
        preshipmentNoticeDays,
        untilDate: wire.pause_until_date === undefined ? undefined : date(wire.pause_until_date),
        untilDayOfMonth: wire.pause_until_day_of_month,
        minimumDelayDays: wire.pause_until_minimum_delay_days,
      };
    case 'loop':
      return { type: 'loop', preshipmentNoticeDays };
    case 'kit only':
      return { type: 'kit only', preshipmentNoticeDays };
    default:
      throw new Bug('a stored step has no type');
  }
}

function money(decimal: number | undefined, currency: string): Minor | undefined {
  if (decimal === undefined) return undefined;
  const parsed = toMinor(decimal, currency);
  if (!parsed.ok) throw new Bug(`a stored item costs ${decimal} ${currency}`);
  return parsed.value;
}

function frequency(text: string): Frequency {
  if (!isFrequency(text)) throw new Bug(`a stored item has the schedule ${text}`);
  return text;
}

// The date is stored with its offset, so the zone does not matter.
function moment(text: string | undefined): Temporal.Instant | undefined {
  if (text === undefined) return undefined;
  const parsed = readWireDate(text, 'UTC');
  if (!parsed.ok) throw new Bug(`a stored item has the date ${text}`);
  return parsed.value;
}

// The date is stored as a moment in the merchant's zone, but only its written day counts.
const date = (text: string): Temporal.PlainDate =>
  required(dayWritten(text), `day in the stored date ${text}`);
