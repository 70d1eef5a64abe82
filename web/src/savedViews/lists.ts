import type { Permission } from '@perennial/contract/operations.ts';
import { auditWire, parseAuditList } from '../auditLog/list.ts';
import { autoOrderWire, parseAutoOrderList } from '../autoOrders/list.ts';
import { itemWire, parseItemList } from '../catalogue/list.ts';
import { couponWire, parseCouponList } from '../coupons/list.ts';
import { customerWire, parseCustomerList } from '../customers/list.ts';
import type { ListState } from '../kit/searchParts.ts';
import type { WireFilters } from '../kit/wireFilters.ts';
import { orderWire, parseOrderList } from '../orders/list.ts';
import { paths } from '../paths.ts';
import { deliveryWire, parseDeliveryList } from '../webhooks/deliveryList.ts';

/** The lists with saved views, by their names in saved searches. */
export type ListKind =
  | 'auto_orders'
  | 'orders'
  | 'customers'
  | 'items'
  | 'coupons'
  | 'deliveries'
  | 'audit_log';

/** A list: its name, its address, its filters in a request, and the values in its address. */
export interface ListSpec {
  readonly label: string;
  readonly path: string;
  /** The permission to read the list, and so its views. */
  readonly needs: Permission;
  readonly wire: WireFilters;
  parse(search: Record<string, unknown>): ListState;
}

export const lists: Readonly<Record<ListKind, ListSpec>> = {
  auto_orders: {
    label: 'Auto orders',
    path: paths.autoOrders,
    needs: 'auto_order_read',
    wire: autoOrderWire,
    parse: parseAutoOrderList,
  },
  orders: {
    label: 'Orders',
    path: paths.orders,
    needs: 'order_read',
    wire: orderWire,
    parse: parseOrderList,
  },
  customers: {
    label: 'Customers',
    path: paths.customers,
    needs: 'customer_read',
    wire: customerWire,
    parse: parseCustomerList,
  },
  items: {
    label: 'Catalogue',
    path: paths.catalogue,
    needs: 'item_read',
    wire: itemWire,
    parse: parseItemList,
  },
  coupons: {
    label: 'Coupons',
    path: paths.coupons,
    needs: 'coupon_read',
    wire: couponWire,
    parse: parseCouponList,
  },
  deliveries: {
    label: 'Deliveries',
    path: paths.deliveries,
    needs: 'configuration_read',
    wire: deliveryWire,
    parse: parseDeliveryList,
  },
  audit_log: {
    label: 'Audit log',
    path: paths.auditLog,
    needs: 'configuration_read',
    wire: auditWire,
    parse: parseAuditList,
  },
};
