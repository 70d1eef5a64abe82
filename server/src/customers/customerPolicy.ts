/** The settings of a customer's profile for the orders that the customer places. */
export interface CustomerPolicy {
  /** A purchase order is accepted as paid. */
  readonly autoApprovePurchaseOrder: boolean;
  /** A card is not charged when the order is placed: it waits in Accounts Receivable. */
  readonly noRealtimeCharge: boolean;
  /** Notes of the merchant for every order of the customer. */
  readonly merchantNotes?: string | undefined;
  /** Who gets the credit for its orders, unless an order names another one. */
  readonly salesRepCode?: string | undefined;
  readonly affiliateOid?: number | undefined;
  readonly limits: OrderLimits;
}

/** How small and how large an order may be. Absent: as it is. */
export interface OrderLimits {
  /** Before coupons, in units of the merchant's currency. */
  readonly minimumSubtotal?: number | undefined;
  /** Counted over all lines. */
  readonly minimumItems?: number | undefined;
  readonly maximumItems?: number | undefined;
}
