import { missedShipments } from '../autoOrders/rules.ts';
import type { MissedShipments } from '../autoOrders/steps.ts';
import { fold } from '../kernel/caseFolding.ts';
import { couponsOf, type OrderCoupon } from '../orders/coupon.ts';
import { type ShippingMethod, shippingMethodsOf } from '../orders/shippingMethod.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { DunningPolicy } from './dunning.ts';
import type { OriginalCouponPolicy } from './originalCoupons.ts';
import type { SoldOutPolicy } from './soldOut.ts';

/** The merchant's rules for rebills: sections of its settings, with defaults. */
export interface RebillPolicy {
  /** Which missed shipments are charged. */
  readonly missedShipments: MissedShipments;
  readonly dunning: DunningPolicy;
  readonly soldOut: SoldOutPolicy;
  /**
   * True if a declined rebill leaves an order in Accounts Receivable, which a later success pays.
   */
  readonly storeDeclined: boolean;
  /** The coupons in the settings for retries, by folded code. */
  readonly coupons: ReadonlyMap<string, OrderCoupon>;
  /** Says whether rebills use the coupons of their original order. */
  readonly originalCoupons: OriginalCouponPolicy;
  /** The prices of shipments. Empty: as in the original order. */
  readonly shippingMethods: readonly ShippingMethod[];
}

/**
 * Three attempts three days apart, then disabled (auto_order reference: the defaults of the
 * merchant's billing settings).
 */
const defaultRetryDays = [3, 3];

const defaultConfirmationDays = 3;

/** Reads the settings; invalid values count as absent. */
export function rebillPolicy({
  settings,
  currency,
}: Pick<Merchant, 'settings' | 'currency'>): RebillPolicy {
  const dunning = section(settings['dunning']);
  return {
    missedShipments: missedShipments({ settings }),
    dunning: {
      retryDays: listOf(dunning['retry_days'], isDays) ?? defaultRetryDays,
      hardReasons: new Set(listOf(dunning['hard_decline_reasons'], isText) ?? []),
      couponCodes: (listOf(dunning['retry_coupon_codes'], isText) ?? []).map((code) => code.trim()),
      atEnd: dunning['at_end'] === 'cancel' ? 'cancel' : 'disable',
      chargesCancelItem: dunning['charge_cancel_item_at_end'] === true,
      retriesUpdatedCards: dunning['retry_after_card_update'] !== false,
      confirmationDays: isDays(dunning['confirmation_days'])
        ? dunning['confirmation_days']
        : defaultConfirmationDays,
    },
    soldOut: soldOutPolicy(settings['sold_out_rebills']),
    storeDeclined: settings['store_declined_rebills'] === true,
    coupons: couponsOf(settings['coupons'], currency),
    originalCoupons: {
      skipsOriginal: settings['skip_original_coupons'] === true,
      ignoresEnd: settings['ignore_coupon_expiration'] === true,
    },
    shippingMethods: shippingMethodsOf(settings['shipping_methods'], currency),
  };
}

/** Returns the coupon codes for retries that the settings take from the catalogue. */
export const catalogueRetryCodes = ({ dunning, coupons }: RebillPolicy): string[] =>
  dunning.couponCodes.filter((code) => code !== '' && !coupons.has(fold(code)));

/** The number of months before a card expires at which its customer gets a mail; 0: none. */
export function expiryNoticeMonths({ settings }: Pick<Merchant, 'settings'>): number {
  const months = settings['card_expiry_notice_months'];
  return typeof months === 'number' && months > 0 ? months : 0;
}

const section = (setting: unknown): Readonly<Record<string, unknown>> =>
  typeof setting === 'object' && setting !== null && !Array.isArray(setting)
    ? (setting as Record<string, unknown>)
    : {};

const listOf = <Element>(
  setting: unknown,
  is: (element: unknown) => element is Element,
): Element[] | undefined => (Array.isArray(setting) && setting.every(is) ? setting : undefined);

const soldOutPolicy = (setting: unknown): SoldOutPolicy =>
  setting === 'skip' || setting === 'split' ? setting : 'hold';

const isText = (value: unknown): value is string => typeof value === 'string';
const isDays = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;
