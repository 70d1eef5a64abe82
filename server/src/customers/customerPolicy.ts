/** The settings of a customer's profile that apply to the customer's orders. */
export interface CustomerPolicy {
  /** Whether a purchase order counts as paid. */
  readonly autoApprovePurchaseOrder: boolean;
  /**
   * Whether a card is not charged when the order is placed, so that the order waits in Accounts
   * Receivable.
   */
  readonly noRealtimeCharge: boolean;
  /** Notes of the merchant for every order of the customer. */
  readonly merchantNotes?: string | undefined;
  /**
   * The affiliate who gets the credit for the customer's orders, unless an order names another one.
   */
  readonly salesRepCode?: string | undefined;
  readonly affiliateOid?: number | undefined;
  readonly limits: OrderLimits;
}

/** The smallest and the largest order. Absent: the general limits. */
export interface OrderLimits {
  /** The subtotal before coupons, in units of the merchant's currency. */
  readonly minimumSubtotal?: number | undefined;
  /** The quantity of all lines together. */
  readonly minimumItems?: number | undefined;
  readonly maximumItems?: number | undefined;
}
