import { movesMoney } from '@perennial/contract/gatewayKind.ts';
import { cardTypes } from '@perennial/contract/orderPayment.ts';
import type {
  DunningPolicy,
  GatewaySettings,
  MerchantSettings,
  NoticeSettings,
  RetryCoupon,
} from '@perennial/contract/perennial.ts';
import { amountFault } from '../kernel/amountFault.ts';
import { isZone } from '../kernel/calendar.ts';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isBareAddress } from '../kernel/mailAddress.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { retentionFault } from '../kernel/retentionPeriods.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { shippingMethodFault } from './shippingMethods.ts';

/**
 * The sections that are stored exactly as on the wire. The feature that owns a section reads it.
 */
const sectionNames = [
  'dunning',
  'notices',
  'missed_shipments',
  'sold_out_rebills',
  'store_declined_rebills',
  'prohibit_expiring_cards_months',
  'auth_test_amount',
  'auth_test_card_changes',
  'require_second_factor',
  'card_expiry_notice_months',
  'accepted_card_types',
  'cancel_reasons',
  'coupons',
  'skip_original_coupons',
  'ignore_coupon_expiration',
  'shipping_methods',
  'gateways',
  'webhooks',
  'disputes',
  'gateway_refunds',
  'tax_rounding',
  'retention',
  'order_reasons',
  'minimum_subtotal',
  'rebill_tiers',
] as const satisfies readonly (keyof MerchantSettings)[];

/** A merchant's settings as the wire shows them. */
export function settingsToWire(merchant: Merchant): MerchantSettings {
  const sections = sectionNames.flatMap((name) =>
    merchant.settings[name] === undefined ? [] : [[name, merchant.settings[name]]],
  );
  return {
    merchant_id: merchant.merchantId,
    company_name: merchant.name,
    time_zone: merchant.timeZone,
    currency_code: merchant.currency,
    ...(withoutNulls(Object.fromEntries(sections)) as MerchantSettings),
  };
}

/** The result of a change of settings. */
export interface ChangedMerchant {
  readonly name: string;
  readonly timeZone: string;
  /** The complete new value of each section that the change contains. */
  readonly sections: Readonly<Record<string, unknown>>;
}

/**
 * Validates a change. Absent fields stay as they are; a given section replaces the stored one. The
 * merchant's id and currency never change. `retryCodes` are the folded codes among those of the
 * change that name coupons which retries can use.
 */
export function change(
  merchant: Merchant,
  given: MerchantSettings,
  retryCodes: ReadonlySet<string>,
): Outcome<ChangedMerchant, FieldFault> {
  const fault =
    retryCouponFault(given, merchant.settings['coupons'], retryCodes) ?? faultOf(merchant, given);
  if (fault) return failure(fault);
  return success({
    name: given.company_name || merchant.name,
    timeZone: given.time_zone || merchant.timeZone,
    // A null inside a section clears the field, which is then stored as absent.
    sections: withoutNulls(
      Object.fromEntries(
        sectionNames.flatMap((name) =>
          given[name] === undefined || given[name] === null ? [] : [[name, stored(given[name])]],
        ),
      ),
    ) as Record<string, unknown>,
  });
}

/** Returns the value without fields that are null, at any depth. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(given.map(([name, each]) => [name, withoutNulls(each)]));
}

/** Replaces the old name of a value with the new one. */
const stored = (section: unknown): unknown => (section === 'roll forward' ? 'skip' : section);

function faultOf(merchant: Merchant, given: MerchantSettings): FieldFault | undefined {
  if (given.currency_code && given.currency_code !== merchant.currency) {
    return {
      field: 'currency_code',
      reason: 'cannot change once amounts are stored in it',
      fix: 'Create another merchant for another currency',
    };
  }
  if (given.time_zone && !isZone(given.time_zone)) return noZone;
  return sectionFault(merchant, given) ?? boundsFault(merchant, given);
}

function sectionFault(merchant: Merchant, given: MerchantSettings): FieldFault | undefined {
  return (
    dunningFault(given.dunning) ??
    noticeFault(given.notices) ??
    couponFault(given.coupons, merchant.currency) ??
    shippingMethodFault(given.shipping_methods, merchant.currency) ??
    gatewayFault(merchant, given.gateways) ??
    retentionFault(given.retention) ??
    reasonsFault(given.order_reasons) ??
    cardTypesFault(given.accepted_card_types)
  );
}

const boundsFault = (merchant: Merchant, given: MerchantSettings): FieldFault | undefined =>
  boundFault(given.prohibit_expiring_cards_months) ??
  amountFault('auth_test_amount', given.auth_test_amount, merchant.currency) ??
  amountFault('minimum_subtotal', given.minimum_subtotal, merchant.currency) ??
  noticeMonthsFault(given.card_expiry_notice_months);

/** Users choose reasons by their value, so each value must be unique. */
function reasonsFault(reasons: MerchantSettings['order_reasons']): FieldFault | undefined {
  for (const [name, list] of Object.entries(reasons ?? {})) {
    if (!Array.isArray(list)) continue;
    const values = list.map(({ value }) => value?.trim() ?? '');
    const place = values.findIndex((value, index) => value === '' || values.indexOf(value) < index);
    if (place < 0) continue;
    const isMissing = values[place] === '';
    return {
      field: `order_reasons.${name}[${place}].value`,
      reason: isMissing ? 'is missing' : `is ${values[place]}, which an earlier reason already has`,
      fix: 'Send the text that a refund stores, once for each reason',
    };
  }
  return undefined;
}

/** The fault of a time zone that Temporal or PostgreSQL does not know. */
export const noZone: FieldFault = {
  field: 'time_zone',
  reason: 'is not the name of an IANA time zone that this server and its PostgreSQL know',
  fix: 'Send a name such as America/New_York; offsets and dates are not zones',
};

/** The fault of webhooks to the server's own machine, if the installation does not allow them. */
export const noLoopback: FieldFault = {
  field: 'webhooks.allow_loopback',
  reason: 'is switched off for all merchants of this installation',
  fix: 'Receive at a public https URL, or start the server with LOOPBACK_WEBHOOKS=on',
};

function noticeMonthsFault(months: number | null | undefined): FieldFault | undefined {
  if (months == null || (months >= 0 && months <= 12)) return undefined;
  return {
    field: 'card_expiry_notice_months',
    reason: 'is not a number of months from 0 to 12',
    fix: 'Send 0 to send no mails about cards that expire',
  };
}

const retriesMax = 20;
const daysMax = 90;
// Gateways keep a payment that waits for its customer for about this time.
const confirmationDaysMax = 7;

function dunningFault(dunning: DunningPolicy | null | undefined): FieldFault | undefined {
  const { confirmation_days: wait, retry_days: days } = dunning ?? {};
  if (wait != null && (wait < 0 || wait > confirmationDaysMax))
    return {
      field: 'dunning.confirmation_days',
      reason: `is not a number of days from 0 to ${confirmationDaysMax}`,
      fix: 'Send 0 to decline charges that the customer must confirm',
    };
  if (!days || (days.length <= retriesMax && days.every((each) => each >= 1 && each <= daysMax)))
    return undefined;
  return {
    field: 'dunning.retry_days',
    reason: 'is not a valid list of retries',
    fix: `Send at most ${retriesMax} waits of 1 to ${daysMax} days; an empty list for no retry`,
  };
}

/**
 * Checks the coupons of retries. They must be in the settings or among `retryCodes`, because any
 * other code would give no discount.
 */
function retryCouponFault(
  { dunning, coupons }: MerchantSettings,
  stored: unknown,
  retryCodes: ReadonlySet<string>,
): FieldFault | undefined {
  const offered = coupons ?? (Array.isArray(stored) ? (stored as RetryCoupon[]) : []);
  const codes = new Set(['', ...retryCodes, ...offered.map(({ code }) => foldTrimmed(code ?? ''))]);
  const named = dunning?.retry_coupon_codes ?? [];
  const index = named.findIndex((code) => !codes.has(foldTrimmed(code)));
  if (index < 0) return undefined;
  return {
    field: `dunning.retry_coupon_codes[${index}]`,
    reason: `names ${named[index]}, which is not a coupon that a retry can use`,
    fix:
      'Send it in coupons of the same request, name a coupon of the catalogue that takes a ' +
      'percentage or an amount off the subtotal without a condition, or correct the code',
  };
}

function noticeFault(notices: NoticeSettings | null | undefined): FieldFault | undefined {
  const field = (['from_email', 'merchant_email'] as const).find(
    (each) => notices?.[each] && !isBareAddress(notices[each]),
  );
  return (
    field && {
      field: `notices.${field}`,
      reason: 'is not a valid email address',
      fix: 'Send one address such as shop@example.com, without a name',
    }
  );
}

function couponFault(
  coupons: readonly RetryCoupon[] | null | undefined,
  currency: string,
): FieldFault | undefined {
  for (const [index, { code, percent = 0, amount }] of (coupons ?? []).entries()) {
    const path = `coupons[${index}]`;
    if (!code || percent < 0 || percent > 100)
      return {
        field: path,
        reason: 'cannot be used',
        fix: 'Send a code, a percent from 0 to 100 and an amount from 0',
      };
    const found = amountFault(`${path}.amount`, amount, currency);
    if (found) return found;
  }
  return undefined;
}

function gatewayFault(
  { clock }: Merchant,
  gateways: GatewaySettings | null | undefined,
): FieldFault | undefined {
  const list = gateways?.list ?? [];
  const real = list.findIndex(
    ({ kind }) => kind !== undefined && kind !== null && movesMoney[kind],
  );
  if (real !== -1 && clock.kind !== 'real')
    return {
      field: `gateways.list[${real}].kind`,
      reason: `is ${list[real]?.kind}, which moves real money, while this merchant has a test clock`,
      fix: 'Send simulator, or give the merchant its real clock back first (PUT /perennial/v1/clock with mode real)',
    };
  const index = list.findIndex(({ code, kind, weight = 1 }) => !code || !kind || weight < 0);
  if (index !== -1)
    return {
      field: `gateways.list[${index}]`,
      reason: 'cannot be used',
      fix: 'Send a code, a kind and a weight from 0',
    };
  if (new Set(list.map(({ code }) => code)).size === list.length) return undefined;
  return {
    field: 'gateways.list',
    reason: 'contains a code twice',
    fix: 'Give each gateway a different code',
  };
}

function cardTypesFault(types: readonly string[] | null | undefined): FieldFault | undefined {
  const index = (types ?? []).findIndex((type) => !cardTypes.some((each) => each === type));
  if (index === -1) return undefined;
  return {
    field: `accepted_card_types[${index}]`,
    reason: 'is not a type of card',
    fix: `Send some of: ${cardTypes.join(', ')}; an empty list for all`,
  };
}

function boundFault(months: number | null | undefined): FieldFault | undefined {
  if (months === undefined || months === null || (months >= 0 && months <= 60)) return undefined;
  return {
    field: 'prohibit_expiring_cards_months',
    reason: 'is out of range',
    fix: 'Send 0 to 60; 0 is off',
  };
}
