import { autoOrderWire, parseAutoOrderList } from '../autoOrders/list.ts';
import { customerWire, parseCustomerList } from '../customers/list.ts';
import type { ListState } from '../kit/searchParts.ts';
import type { WireFilters } from '../kit/wireFilters.ts';
import { orderWire, parseOrderList } from '../orders/list.ts';
import { paths } from '../paths.ts';

/** The lists whose views can be saved, as saved searches name them. */
export type ListKind = 'auto_orders' | 'orders' | 'customers';

/** A list: where it is, how its filters are in a request, and what its address can say. */
export interface ListSpec {
  readonly path: string;
  readonly wire: WireFilters;
  parse(search: Record<string, unknown>): ListState;
}

export const lists: Readonly<Record<ListKind, ListSpec>> = {
  auto_orders: { path: paths.autoOrders, wire: autoOrderWire, parse: parseAutoOrderList },
  orders: { path: paths.orders, wire: orderWire, parse: parseOrderList },
  customers: { path: paths.customers, wire: customerWire, parse: parseCustomerList },
};
