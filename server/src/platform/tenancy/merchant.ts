import { isZone } from '../../kernel/calendar.ts';
import { failure, type Outcome, success } from '../../kernel/outcome.ts';
import type { ClockSetting } from '../clock/merchantClock.ts';

/**
 * A tenant: the seller whose auto orders these are. Its id is at most five upper-case letters and
 * digits, as on the wire.
 */
export interface Merchant {
  readonly merchantId: string;
  readonly name: string;
  /** The IANA zone of the merchant's days and months. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  /** The sections owned by features; each feature parses its own. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly clock: ClockSetting;
  /**
   * The versions of the parts that the merchant may change; absent before the merchant is stored.
   */
  readonly versions?: { readonly settings: number; readonly rules: number };
}

/**
 * Returns whether a text can be the id of a merchant. Credentials and order ids begin with such an
 * id.
 */
export const isMerchantId = (text: string): boolean => /^[A-Z0-9]{1,5}$/.test(text);

/**
 * Creates a merchant with a valid id, zone and currency; otherwise fails with the fault and its
 * fix.
 */
export function parseMerchant(merchant: Merchant): Outcome<Merchant, string> {
  if (!isMerchantId(merchant.merchantId))
    return failure(`the id ${merchant.merchantId} must be one to five capital letters and digits`);
  if (!isZone(merchant.timeZone))
    return failure(
      `${merchant.timeZone} is not a time zone; give an IANA name such as America/New_York`,
    );
  if (!Intl.supportedValuesOf('currency').includes(merchant.currency))
    return failure(`${merchant.currency} is not a currency; give an ISO 4217 code such as USD`);
  return success(merchant);
}
