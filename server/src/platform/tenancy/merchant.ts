import type { ClockSetting } from '../clock/merchantClock.ts';

/** A tenant: the seller whose auto orders these are. Its id is at most five upper-case letters and digits, as on the wire. */
export interface Merchant {
  readonly merchantId: string;
  readonly name: string;
  /** IANA zone that rules the merchant's days and months. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Sections owned by features, each parsed by its feature. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly clock: ClockSetting;
}
