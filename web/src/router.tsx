import { createRoute, createRouter } from '@tanstack/react-router';
import { accessRoutes } from './accessRoutes.ts';
import { parseInspector } from './autoOrder/inspect.ts';
import { parseLife } from './autoOrder/lifeUrl.ts';
import { parseAutoOrderList } from './autoOrders/list.ts';
import { parseCustomerList } from './customers/list.ts';
import { onlyKnown, parseUrl, stringifyUrl } from './kit/urlCodec.ts';
import { parseOrderList } from './orders/list.ts';
import { paths } from './paths.ts';
import { inside, root } from './rootRoutes.ts';
import { sellingRoutes } from './sellingRoutes.ts';
import { ErrorPage, NotFoundPage } from './shell/errorPages.tsx';
import { lazyPage } from './shell/lazyPage.ts';
import { LogInPage } from './shell/logInPage.tsx';
import { parseTaskList } from './tasks/list.ts';
import { parseDeliveryList } from './webhooks/deliveryList.ts';
import { parseWebhooks } from './webhooks/state.ts';

const logIn = createRoute({
  getParentRoute: () => root,
  path: paths.logIn,
  validateSearch: ({ to }): { to?: string } => (typeof to === 'string' ? { to } : {}),
  component: LogInPage,
});

const today = createRoute({
  getParentRoute: () => inside,
  path: paths.today,
  component: lazyPage(() => import('./today/TodayPage.tsx'), 'TodayPage'),
});

const tasks = createRoute({
  getParentRoute: () => inside,
  path: paths.tasks,
  validateSearch: onlyKnown(parseTaskList),
  component: lazyPage(() => import('./tasks/TasksPage.tsx'), 'TasksPage'),
});

const task = createRoute({
  getParentRoute: () => inside,
  path: paths.task,
  component: lazyPage(() => import('./tasks/TaskPage.tsx'), 'TaskPage'),
});

const autoOrders = createRoute({
  getParentRoute: () => inside,
  path: paths.autoOrders,
  validateSearch: onlyKnown(parseAutoOrderList),
  component: lazyPage(() => import('./autoOrders/AutoOrdersPage.tsx'), 'AutoOrdersPage'),
});

const autoOrder = createRoute({
  getParentRoute: () => inside,
  path: paths.autoOrder,
  // The inspector's tab is in the same address, because the inspector is a dialog above this page.
  validateSearch: onlyKnown((search) => ({ ...parseLife(search), ...parseInspector(search) })),
  component: lazyPage(() => import('./autoOrder/AutoOrderPage.tsx'), 'AutoOrderPage'),
});

const customers = createRoute({
  getParentRoute: () => inside,
  path: paths.customers,
  validateSearch: onlyKnown(parseCustomerList),
  component: lazyPage(() => import('./customers/CustomersPage.tsx'), 'CustomersPage'),
});

const customer = createRoute({
  getParentRoute: () => inside,
  path: paths.customer,
  component: lazyPage(() => import('./customers/CustomerPage.tsx'), 'CustomerPage'),
});

const customerErase = createRoute({
  getParentRoute: () => customer,
  path: 'erase',
  component: lazyPage(() => import('./customers/EraseDialog.tsx'), 'EraseDialog'),
});

const orders = createRoute({
  getParentRoute: () => inside,
  path: paths.orders,
  validateSearch: onlyKnown(parseOrderList),
  component: lazyPage(() => import('./orders/OrdersPage.tsx'), 'OrdersPage'),
});

/** The page of an order stays below its dialogs. */
const orderPage = createRoute({
  getParentRoute: () => inside,
  id: 'order',
  component: lazyPage(() => import('./orders/OrderPage.tsx'), 'OrderPage'),
});

const order = createRoute({
  getParentRoute: () => orderPage,
  path: paths.order,
});

const orderEdit = createRoute({
  getParentRoute: () => orderPage,
  path: paths.orderEdit,
  component: lazyPage(() => import('./orders/OrderEditDialog.tsx'), 'OrderEditDialog'),
});

const orderRefund = createRoute({
  getParentRoute: () => orderPage,
  path: paths.orderRefund,
  component: lazyPage(() => import('./orders/RefundDialog.tsx'), 'RefundDialog'),
});

const orderAction = createRoute({
  getParentRoute: () => orderPage,
  path: paths.orderAction,
  component: lazyPage(() => import('./orders/ActionDialog.tsx'), 'ActionDialog'),
});

const health = createRoute({
  getParentRoute: () => inside,
  path: paths.health,
  component: lazyPage(() => import('./health/HealthPage.tsx'), 'HealthPage'),
});

const charging = createRoute({
  getParentRoute: () => health,
  path: 'charging',
  component: lazyPage(() => import('./health/ChargingDialog.tsx'), 'ChargingDialog'),
});

const settleCharge = createRoute({
  getParentRoute: () => health,
  path: 'charges/$key',
  component: lazyPage(() => import('./health/SettleChargeDialog.tsx'), 'SettleChargeDialog'),
});

const found = createRoute({
  getParentRoute: () => inside,
  path: paths.found,
  validateSearch: ({ type }): { type?: 'auto_order' } => (type === 'auto_order' ? { type } : {}),
  component: lazyPage(() => import('./found/FoundPage.tsx'), 'FoundPage'),
});

const autoOrderEdit = createRoute({
  getParentRoute: () => autoOrder,
  path: 'edit/$part',
  component: lazyPage(() => import('./edits/EditPage.tsx'), 'EditPage'),
});

const autoOrderJson = createRoute({
  getParentRoute: () => autoOrder,
  path: 'json',
  validateSearch: parseInspector,
  component: lazyPage(() => import('./autoOrder/Inspector.tsx'), 'Inspector'),
});

const webhooks = createRoute({
  getParentRoute: () => inside,
  path: paths.webhooks,
  validateSearch: onlyKnown(parseWebhooks),
  component: lazyPage(() => import('./webhooks/WebhooksPage.tsx'), 'WebhooksPage'),
});

const webhook = createRoute({
  getParentRoute: () => inside,
  path: paths.webhook,
  component: lazyPage(() => import('./webhooks/WebhookPage.tsx'), 'WebhookPage'),
});

const deliveries = createRoute({
  getParentRoute: () => inside,
  path: paths.deliveries,
  validateSearch: onlyKnown(parseDeliveryList),
  component: lazyPage(() => import('./webhooks/DeliveriesPage.tsx'), 'DeliveriesPage'),
});

const me = createRoute({
  getParentRoute: () => inside,
  path: paths.me,
  component: lazyPage(() => import('./me/MePage.tsx'), 'MePage'),
});

const insideRoutes = [
  today,
  tasks,
  task,
  autoOrders,
  autoOrder.addChildren([autoOrderEdit, autoOrderJson]),
  customers,
  customer.addChildren([customerErase]),
  orders,
  orderPage.addChildren([order, orderEdit, orderRefund, orderAction]),
  health.addChildren([charging, settleCharge]),
  found,
  webhooks,
  webhook,
  deliveries,
  ...sellingRoutes,
  ...accessRoutes,
  me,
];

/**
 * The console's router. A screen's files load when it is opened; hovering over a link preloads
 * them.
 */
export const router = createRouter({
  routeTree: root.addChildren([logIn, inside.addChildren(insideRoutes)]),
  parseSearch: parseUrl,
  stringifySearch: stringifyUrl,
  defaultPreload: 'intent',
  defaultPreloadDelay: 80,
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
