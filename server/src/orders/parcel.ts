import type { OrderShipping } from '@perennial/contract/orderShipping.ts';

/** Returns the address and the method of an order, without the data of its parcel. */
export function withoutParcel(shipping: OrderShipping | undefined): OrderShipping | undefined {
  if (shipping === undefined) return undefined;
  const {
    tracking_numbers: _1,
    tracking_number_details: _2,
    shipping_date: _3,
    shipping_department_status: _4,
    delivery_date: _5,
    ship_on_date: _6,
    pickup_dts: _7,
    rma: _8,
    ...rest
  } = shipping;
  return rest;
}
