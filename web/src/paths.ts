/**
 * The addresses of the screens in the router's form. The server's list
 * (platform/http/consoleRoutes.ts) must contain the same addresses, which a test checks.
 */
export const paths = {
  today: '/',
  logIn: '/login',
  tasks: '/tasks',
  task: '/tasks/$number',
  autoOrders: '/auto-orders',
  autoOrder: '/auto-orders/$code',
  customers: '/customers',
  customer: '/customers/$oid',
  customerErase: '/customers/$oid/erase',
  orders: '/orders',
  order: '/orders/$id',
  orderEdit: '/orders/$id/edit/$part',
  orderRefund: '/orders/$id/refund',
  orderAction: '/orders/$id/do/$action',
  health: '/health',
  charging: '/health/charging',
  settleCharge: '/health/charges/$key',
  found: '/o/$id',
  autoOrderEdit: '/auto-orders/$code/edit/$part',
  autoOrderJson: '/auto-orders/$code/json',
  webhooks: '/webhooks',
  webhook: '/webhooks/$oid',
  deliveries: '/deliveries',
  users: '/people/users',
  userNew: '/people/users/new',
  groups: '/people/groups',
  groupNew: '/people/groups/new',
  groupEdit: '/people/groups/$oid/$part',
  person: '/people/$id',
  personEdit: '/people/$id/edit/$part',
  catalogue: '/catalogue',
  item: '/catalogue/$oid',
  itemEdit: '/catalogue/$oid/edit/$part',
  coupons: '/coupons',
  couponNew: '/coupons/new',
  coupon: '/coupons/$oid',
  couponEdit: '/coupons/$oid/$part',
  shipping: '/shipping',
  shippingNew: '/shipping/new',
  shippingEdit: '/shipping/$name/$part',
  stock: '/stock',
  stockAdjust: '/stock/$oid/$center',
  taxes: '/taxes',
  taxNew: '/taxes/new',
  taxEdit: '/taxes/$oid/$part',
  keys: '/keys',
  keyNew: '/keys/new',
  keyEdit: '/keys/$id/$part',
  auditLog: '/audit-log',
  auditEntry: '/audit-log/$number',
  me: '/me',
} as const;

/** Returns an address in Fastify's form: `/tasks/$number` → `/tasks/:number`. */
export const serverPath = (path: string): string => path.replaceAll('$', ':');

/** Returns the path in `?to=` after a log-in, if it is on this server; otherwise the start page. */
export function ownPath(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) && !to.startsWith(paths.logIn)
    ? to
    : paths.today;
}
