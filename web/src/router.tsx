import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from '@tanstack/react-router';
import { parseLife } from './autoOrder/lifeUrl.ts';
import { parseAutoOrderList } from './autoOrders/list.ts';
import { parseCustomerList } from './customers/list.ts';
import { parseUrl, stringifyUrl } from './kit/urlCodec.ts';
import { parseOrderList } from './orders/list.ts';
import { paths } from './paths.ts';
import { ErrorPage, NotFoundPage } from './shell/errorPages.tsx';
import { Inside } from './shell/inside.tsx';
import { LogInPage } from './shell/logInPage.tsx';

const root = createRootRoute({ notFoundComponent: NotFoundPage });

const logIn = createRoute({
  getParentRoute: () => root,
  path: paths.logIn,
  validateSearch: ({ to }): { to?: string } => (typeof to === 'string' ? { to } : {}),
  component: LogInPage,
});

/** Everything that needs a session. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Inside });

const today = createRoute({
  getParentRoute: () => inside,
  path: paths.today,
  component: () => <Navigate to={paths.autoOrders} replace />,
});

const autoOrders = createRoute({
  getParentRoute: () => inside,
  path: paths.autoOrders,
  validateSearch: parseAutoOrderList,
  component: lazyRouteComponent(() => import('./autoOrders/AutoOrdersPage.tsx'), 'AutoOrdersPage'),
});

<<<<<<< HEAD
const autoOrder = createRoute({
  getParentRoute: () => inside,
  path: paths.autoOrder,
  validateSearch: parseLife,
  component: lazyRouteComponent(() => import('./autoOrder/AutoOrderPage.tsx'), 'AutoOrderPage'),
});

=======
const customers = createRoute({
  getParentRoute: () => inside,
  path: paths.customers,
  validateSearch: parseCustomerList,
  component: lazyRouteComponent(() => import('./customers/CustomersPage.tsx'), 'CustomersPage'),
});

const customer = createRoute({
  getParentRoute: () => inside,
  path: paths.customer,
  component: lazyRouteComponent(() => import('./customers/CustomerPage.tsx'), 'CustomerPage'),
});

const orders = createRoute({
  getParentRoute: () => inside,
  path: paths.orders,
  validateSearch: parseOrderList,
  component: lazyRouteComponent(() => import('./orders/OrdersPage.tsx'), 'OrdersPage'),
});

const order = createRoute({
  getParentRoute: () => inside,
  path: paths.order,
  component: lazyRouteComponent(() => import('./orders/OrderPage.tsx'), 'OrderPage'),
});

/** Dialogs over the page of the order. */
const orderDialogs = [
  createRoute({
    getParentRoute: () => order,
    path: '/edit/$part',
    component: lazyRouteComponent(() => import('./orders/OrderEditDialog.tsx'), 'OrderEditDialog'),
  }),
  createRoute({
    getParentRoute: () => order,
    path: '/refund',
    component: lazyRouteComponent(() => import('./orders/RefundDialog.tsx'), 'RefundDialog'),
  }),
];

>>>>>>> 936e6a7 (web: customers and orders have lists and pages)
const me = createRoute({
  getParentRoute: () => inside,
  path: paths.me,
  component: lazyRouteComponent(() => import('./me/MePage.tsx'), 'MePage'),
});

<<<<<<< HEAD
const insideRoutes = [today, autoOrders, autoOrder, me];
=======
const insideRoutes = [
  today,
  autoOrders,
  customers,
  customer,
  orders,
  order.addChildren(orderDialogs),
  me,
];
>>>>>>> 936e6a7 (web: customers and orders have lists and pages)

/** The console's router. Screens load when they are opened; a link that is pointed at loads ahead. */
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
