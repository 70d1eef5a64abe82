import type { Order } from '@perennial/contract/order.ts';
import type { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import type { CustomerPolicy } from '../customers/customerPolicy.ts';
import type { CatalogItem } from '../items/item.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import type { Minor } from '../kernel/money.ts';
import type { CardPolicy } from './cardPolicy.ts';
import type { CouponTerms } from './couponUse.ts';
import type { CouponedTerms } from './customerTerms.ts';
import type { Occasion } from './occasion.ts';
import type { CustomerShipping, ShippingMethod } from './shippingMethod.ts';
import type { TaxTerms } from './taxTerms.ts';

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
  /** The rules of the customer's profile and pricing tiers for new orders. */
  readonly customer?: CustomerPolicy | undefined;
  /** Absent: no coupon counts. */
  readonly coupons?: CouponTerms | undefined;
  /** Whether no coupon counts for the customer. */
  readonly refusesCoupons?: boolean | undefined;
  /** The cards that may pay for recurring items. Absent: all. */
  readonly cardPolicy?: CardPolicy | undefined;
  /** The amount that tests a card, if no item sets one. Absent: no test. */
  readonly testAmount?: Minor | undefined;
  /** Codes of the distribution centers that the merchant inserted. Absent: none. */
  readonly centers?: readonly string[];
  /** The merchant's shipping methods. */
  readonly shippingMethods?: readonly ShippingMethod[];
  readonly customerShipping?: CustomerShipping | undefined;
  /** The pricing tiers of the customer. */
  readonly tiers?: readonly CustomerTier[] | undefined;
  /** The tiers and shipping of the customer if a coupon counts. Absent: the same. */
  readonly withCoupon?: CouponedTerms | undefined;
  /** The terms of the order's tax, if the order names no tax. */
  readonly tax: TaxTerms;
  /** The merchant's currency. */
  readonly currency: string;
  readonly now: Occasion;
}
