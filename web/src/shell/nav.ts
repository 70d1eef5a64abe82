import type { Permission } from '@perennial/contract/operations.ts';
import type { IconName } from '../kit/iconPaths.ts';
import { paths } from '../paths.ts';

/** An entry of the side navigation. It is only shown to people with one of the permissions. */
export interface NavEntry {
  readonly label: string;
  readonly path: string;
  /** The beginning of its pages' addresses, if that is not its path. */
  readonly within?: string;
  readonly icon: IconName;
  /** One of these suffices; none: no permission is needed. */
  readonly needs: readonly Permission[];
  /** The command that opens it. */
  readonly command: string;
}

export interface NavSection {
  readonly label: string;
  readonly entries: readonly NavEntry[];
}

/** The side navigation, in order. A new screen adds its line here. */
export const navSections: readonly NavSection[] = [
  {
    label: 'Work',
    entries: [
      { label: 'Today', path: paths.today, icon: 'home', needs: [], command: 'go.today' },
      {
        label: 'Tasks',
        path: paths.tasks,
        icon: 'tasks',
        needs: ['workflow_read'],
        command: 'go.tasks',
      },
      {
        label: 'Auto orders',
        path: paths.autoOrders,
        icon: 'repeat',
        needs: ['auto_order_read'],
        command: 'go.autoOrders',
      },
      {
        label: 'Customers',
        path: paths.customers,
        icon: 'people',
        needs: ['customer_read'],
        command: 'go.customers',
      },
      {
        label: 'Orders',
        path: paths.orders,
        icon: 'box',
        needs: ['order_read'],
        command: 'go.orders',
      },
    ],
  },
  {
    label: 'Selling',
    entries: [
      {
        label: 'Catalogue',
        path: paths.catalogue,
        icon: 'tag',
        needs: ['item_read'],
        command: 'go.catalogue',
      },
      {
        label: 'Coupons',
        path: paths.coupons,
        icon: 'coupon',
        needs: ['coupon_read'],
        command: 'go.coupons',
      },
      {
        label: 'Stock',
        path: paths.stock,
        icon: 'layers',
        needs: ['item_read'],
        command: 'go.stock',
      },
      {
        label: 'Shipping',
        path: paths.shipping,
        icon: 'truck',
        needs: ['configuration_read'],
        command: 'go.shipping',
      },
      {
        label: 'Taxes',
        path: paths.taxes,
        icon: 'percent',
        needs: ['configuration_read'],
        command: 'go.taxes',
      },
    ],
  },
  {
    label: 'Build',
    entries: [
      {
        label: 'Webhooks',
        path: paths.webhooks,
        icon: 'link',
        needs: ['configuration_read'],
        command: 'go.webhooks',
      },
      {
        label: 'Deliveries',
        path: paths.deliveries,
        icon: 'external',
        needs: ['configuration_read'],
        command: 'go.deliveries',
      },
      {
        label: 'Health',
        path: paths.health,
        icon: 'pulse',
        needs: ['auto_order_read'],
        command: 'go.health',
      },
      {
        label: 'Users',
        path: paths.users,
        within: '/people',
        icon: 'person',
        needs: ['user_read'],
        command: 'go.users',
      },
      {
        label: 'API keys',
        path: paths.keys,
        icon: 'key',
        needs: ['user_read'],
        command: 'go.keys',
      },
      {
        label: 'Audit log',
        path: paths.auditLog,
        icon: 'book',
        needs: ['configuration_read'],
        command: 'go.auditLog',
      },
    ],
  },
];

/** The sections with the entries that a person may open; empty sections are left out. */
export function navFor(permissions: ReadonlySet<string>): NavSection[] {
  return navSections
    .map(({ label, entries }) => ({
      label,
      entries: entries.filter(
        ({ needs }) => needs.length === 0 || needs.some((need) => permissions.has(need)),
      ),
    }))
    .filter(({ entries }) => entries.length > 0);
}
