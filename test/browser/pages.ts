import type { paths } from '../../web/src/paths.ts';

/** The objects of the test's merchant that appear in addresses. */
export interface Objects {
  readonly autoOrderCode: string;
  /** The number of an open task about an auto order. */
  readonly taskNumber: number;
  readonly personId: number;
  readonly itemOid: number;
  readonly couponOid: number;
  readonly taxRateOid: number;
  readonly groupOid: number;
  readonly keyId: number;
  readonly webhookOid: number;
  /** The order of a paid rebill. */
  readonly orderId: string;
  /** The customer who placed that order. */
  readonly customerOid: number;
}

/** An address, and a text that the page shows only when its content is complete. */
export interface Sight {
  readonly at: string;
  readonly shows: string;
}

/**
 * A page in each of its states. `pages.test.ts` opens all of them, light and dark, wide and narrow,
 * and looks for faults.
 */
export interface PageRow {
  /** The page's h1 when the merchant has data. */
  readonly heading: string | RegExp;
  /**
   * The addresses with data: the page itself, and each of its tabs, panels and dialogs that has an
   * address.
   */
  filled(objects: Objects): readonly Sight[];
  /**
   * The page in a merchant without data. The page of one object is opened for an object that does
   * not exist.
   */
  readonly empty?: Sight;
  /** The page for a person without any permission. Absent: nothing on the page needs one. */
  readonly forbidden?: Sight;
  /** The page while the server fails. Absent: the page requests nothing but the session. */
  readonly refused?: Sight;
}

const mayNot = (at: string): Sight => ({ at, shows: 'You may not see this' });
const failed = (at: string): Sight => ({ at, shows: 'The server failed' });

/**
 * Every page of the console. A route without a row does not compile; a new dialog or tab with an
 * address is a line in `filled`.
 */
export const pages: Readonly<Record<Exclude<keyof typeof paths, 'logIn'>, PageRow>> = {
  today: {
    heading: 'Today',
    filled: () => [{ at: '/', shows: 'cannot be billed until a fault is fixed' }],
    empty: { at: '/', shows: 'No auto orders yet' },
    forbidden: mayNot('/'),
    refused: failed('/'),
  },
  tasks: {
    heading: 'Tasks',
    filled: ({ taskNumber, autoOrderCode }) => [
      { at: '/tasks', shows: 'Raised by the system' },
      { at: `/tasks?open=${taskNumber}`, shows: 'Choose files' },
      { at: '/tasks?q=zzzz&priority=4+-+critical', shows: 'Nothing matches' },
      { at: `/tasks?new=1&about=auto+order:${autoOrderCode}`, shows: 'Add the task' },
    ],
    empty: { at: '/tasks', shows: 'All clear' },
    forbidden: mayNot('/tasks'),
    refused: failed('/tasks'),
  },
  task: {
    heading: /./,
    filled: ({ taskNumber }) => [{ at: `/tasks/${taskNumber}`, shows: 'Replace the card' }],
    empty: { at: '/tasks/999999', shows: 'Not found' },
    forbidden: mayNot('/tasks/1'),
    refused: failed('/tasks/1'),
  },
  autoOrders: {
    heading: 'Auto orders',
    filled: ({ autoOrderCode }) => [
      { at: '/auto-orders', shows: '60 rows' },
      { at: `/auto-orders?open=${autoOrderCode}`, shows: 'Next shipment' },
      { at: '/auto-orders?q=zzzz&state=paused', shows: 'Nothing matches' },
    ],
    empty: { at: '/auto-orders', shows: 'No auto orders yet' },
    forbidden: mayNot('/auto-orders'),
    refused: failed('/auto-orders'),
  },
  autoOrder: {
    heading: /^[A-Z0-9]{10}/,
    filled: ({ autoOrderCode: code }) => [
      { at: `/auto-orders/${code}`, shows: 'Why this price' },
      { at: `/auto-orders/${code}?kind=merge`, shows: 'Nothing matches' },
    ],
    empty: { at: '/auto-orders/AAAAAAAAAA', shows: 'Not found' },
    forbidden: mayNot('/auto-orders/AAAAAAAAAA'),
    refused: failed('/auto-orders/AAAAAAAAAA'),
  },
  customers: {
    heading: 'Customers',
    filled: ({ customerOid }) => [
      { at: '/customers', shows: 'Signed up' },
      { at: `/customers?open=${customerOid}`, shows: 'Signed up' },
      { at: '/customers?q=zzzz', shows: 'Nothing matches' },
    ],
    empty: { at: '/customers', shows: 'No customers yet' },
    forbidden: mayNot('/customers'),
    refused: failed('/customers'),
  },
  customer: {
    heading: /./,
    filled: ({ customerOid }) => [{ at: `/customers/${customerOid}`, shows: 'What happened' }],
    empty: { at: '/customers/999999', shows: 'Not found' },
    forbidden: mayNot('/customers/1'),
    refused: failed('/customers/1'),
  },
  customerErase: {
    heading: /./,
    filled: ({ customerOid }) => [
      { at: `/customers/${customerOid}/erase`, shows: 'Erase for good' },
    ],
  },
  orders: {
    heading: 'Orders',
    filled: ({ orderId }) => [
      { at: '/orders', shows: 'Completed Order' },
      { at: `/orders?q=${orderId}&open=${orderId}`, shows: 'Open the order' },
      { at: '/orders?q=zzzz&kind=rebill', shows: 'Nothing matches' },
    ],
    empty: { at: '/orders', shows: 'No orders yet' },
    forbidden: mayNot('/orders'),
    refused: failed('/orders'),
  },
  order: {
    heading: /^Order /,
    filled: ({ orderId }) => [{ at: `/orders/${orderId}`, shows: 'Why this price' }],
    empty: { at: '/orders/NONE-1', shows: 'Not found' },
    forbidden: mayNot('/orders/NONE-1'),
    refused: failed('/orders/NONE-1'),
  },
  orderEdit: {
    heading: /^Order /,
    filled: ({ orderId }) => [
      { at: `/orders/${orderId}/edit/shipping`, shows: 'Postal code' },
      { at: `/orders/${orderId}/edit/stage`, shows: 'Save' },
      { at: `/orders/${orderId}/edit/notes`, shows: 'for colleagues' },
    ],
  },
  orderRefund: {
    heading: /^Order /,
    filled: ({ orderId }) => [{ at: `/orders/${orderId}/refund`, shows: 'All that is left' }],
  },
  orderAction: {
    heading: /^Order /,
    filled: ({ orderId }) => [
      { at: `/orders/${orderId}/do/receipt`, shows: 'A mail cannot be taken back' },
      { at: `/orders/${orderId}/do/replace`, shows: 'Make the replacement' },
      { at: `/orders/${orderId}/do/charge`, shows: 'Not possible now' },
      { at: `/orders/${orderId}/do/nothing`, shows: 'There is no such action' },
    ],
  },
  health: {
    heading: 'Health',
    filled: () => [{ at: '/health', shows: 'Every charge has an answer' }],
    empty: { at: '/health', shows: 'No audit yet' },
    forbidden: mayNot('/health'),
    refused: failed('/health'),
  },
  charging: {
    heading: 'Health',
    filled: () => [{ at: '/health/charging', shows: 'Stop all charges' }],
  },
  settleCharge: {
    heading: 'Health',
    filled: () => [{ at: '/health/charges/rebill:TEST:1:1:1', shows: 'This charge is settled' }],
  },
  found: {
    heading: /^(Order|Find) /,
    filled: ({ orderId }) => [
      { at: `/o/${orderId}`, shows: 'Why this price' },
      { at: '/o/nothing-like-this', shows: 'Nothing has this id' },
    ],
    empty: { at: '/o/nothing-like-this', shows: 'Nothing has this id' },
    refused: failed('/o/nothing-like-this'),
  },
  autoOrderEdit: {
    heading: /^[A-Z0-9]{10}/,
    filled: ({ autoOrderCode }) => [
      { at: `/auto-orders/${autoOrderCode}/edit/date`, shows: 'Later shipments are counted' },
      { at: `/auto-orders/${autoOrderCode}/edit/add-item`, shows: 'one interval after the last' },
      { at: `/auto-orders/${autoOrderCode}/edit/skip`, shows: 'The next three rebills' },
      { at: `/auto-orders/${autoOrderCode}/edit/cancel`, shows: 'Nothing is changed yet' },
      { at: `/auto-orders/${autoOrderCode}/edit/card`, shows: 'The next charge is' },
      { at: `/auto-orders/${autoOrderCode}/edit/add-ons`, shows: 'Add an add-on' },
      { at: `/auto-orders/${autoOrderCode}/edit/nothing`, shows: 'There is no such change' },
    ],
    empty: { at: '/auto-orders/AAAAAAAAAA/edit/date', shows: 'Not found' },
    forbidden: mayNot('/auto-orders/AAAAAAAAAA/edit/date'),
    refused: failed('/auto-orders/AAAAAAAAAA/edit/date'),
  },
  autoOrderJson: {
    heading: /^[A-Z0-9]{10}/,
    filled: ({ autoOrderCode: code }) => [
      { at: `/auto-orders/${code}/json`, shows: 'original_item_id' },
      { at: `/auto-orders/${code}/json?tab=curl`, shows: 'Put an API key' },
      { at: `/auto-orders/${code}/json?tab=events`, shows: 'No webhook received it' },
    ],
  },
  webhooks: {
    heading: 'Webhooks',
    filled: () => [{ at: '/webhooks', shows: 'Healthy' }],
    empty: { at: '/webhooks', shows: 'No webhooks yet' },
    forbidden: mayNot('/webhooks'),
    refused: failed('/webhooks'),
  },
  webhook: {
    heading: /./,
    filled: ({ webhookOid: oid }) => [
      { at: `/webhooks/${oid}`, shows: 'Nothing has been delivered yet' },
    ],
    empty: { at: '/webhooks/999999', shows: 'Not found' },
    forbidden: mayNot('/webhooks/1'),
    refused: failed('/webhooks/1'),
  },
  deliveries: {
    heading: 'Deliveries',
    filled: () => [{ at: '/deliveries?state=failed', shows: 'Nothing matches' }],
    empty: { at: '/deliveries', shows: 'Nothing has been delivered yet' },
    forbidden: mayNot('/deliveries'),
    refused: failed('/deliveries'),
  },
  users: {
    heading: 'Users',
    filled: () => [{ at: '/people/users', shows: 'none of TEST' }],
    forbidden: mayNot('/people/users'),
    refused: failed('/people/users'),
  },
  userNew: {
    heading: 'Users',
    filled: () => [{ at: '/people/users/new', shows: 'Add the user' }],
  },
  personEdit: {
    heading: /./,
    filled: ({ personId: id }) => [
      { at: `/people/${id}/edit/details`, shows: 'Full name' },
      { at: `/people/${id}/edit/access`, shows: 'You can give only permissions that you have' },
      { at: `/people/${id}/edit/password`, shows: 'Their sessions end' },
      { at: `/people/${id}/edit/deactivate`, shows: 'Undo gives everything back' },
      { at: `/people/${id}/edit/delete`, shows: 'What remains' },
      { at: `/people/${id}/edit/nothing`, shows: 'There is no such change' },
    ],
  },
  groupNew: {
    heading: 'Groups',
    filled: () => [{ at: '/people/groups/new', shows: 'Add the group' }],
  },
  groupEdit: {
    heading: 'Groups',
    filled: ({ groupOid: oid }) => [
      { at: `/people/groups/${oid}/edit`, shows: 'Delete this group' },
      { at: `/people/groups/${oid}/delete`, shows: 'The users remain' },
    ],
  },
  groups: {
    heading: 'Groups',
    filled: () => [{ at: '/people/groups', shows: 'All groups' }],
    empty: { at: '/people/groups', shows: 'No groups yet' },
    forbidden: mayNot('/people/groups'),
    refused: failed('/people/groups'),
  },
  person: {
    heading: /./,
    filled: ({ personId }) => [{ at: `/people/${personId}`, shows: 'Yes: ' }],
    empty: { at: '/people/999999', shows: 'Not found' },
    forbidden: mayNot('/people/1'),
    refused: failed('/people/1'),
  },
  catalogue: {
    heading: 'Catalogue',
    filled: () => [
      { at: '/catalogue', shows: 'COFFEE-DARK' },
      { at: '/catalogue?q=zzzz', shows: 'Nothing matches' },
    ],
    empty: { at: '/catalogue', shows: 'No items yet' },
    forbidden: mayNot('/catalogue'),
    refused: failed('/catalogue'),
  },
  item: {
    heading: /^Item /,
    filled: ({ itemOid }) => [{ at: `/catalogue/${itemOid}`, shows: 'On auto order' }],
    empty: { at: '/catalogue/999999', shows: 'Not found' },
    forbidden: mayNot('/catalogue/1'),
    refused: failed('/catalogue/1'),
  },
  itemEdit: {
    heading: /^Item /,
    filled: ({ itemOid }) => [
      { at: `/catalogue/${itemOid}/edit/price`, shows: 'Taxed as if it cost' },
      { at: `/catalogue/${itemOid}/edit/schedule`, shows: 'Schedules that customers choose' },
      { at: `/catalogue/${itemOid}/edit/kit`, shows: 'One per line: the item id' },
      { at: `/catalogue/${itemOid}/edit/delete`, shows: 'This cannot be undone' },
    ],
  },
  coupons: {
    heading: 'Coupons',
    filled: () => [{ at: '/coupons', shows: 'HELLO10' }],
    empty: { at: '/coupons', shows: 'No coupons yet' },
    forbidden: mayNot('/coupons'),
    refused: failed('/coupons'),
  },
  couponNew: {
    heading: 'Coupons',
    filled: () => [{ at: '/coupons/new', shows: 'Add the coupon' }],
  },
  coupon: {
    heading: /^Coupon HELLO10/,
    filled: ({ couponOid }) => [{ at: `/coupons/${couponOid}`, shows: 'Who may use it' }],
    empty: { at: '/coupons/999999', shows: 'Not found' },
    forbidden: mayNot('/coupons/1'),
    refused: failed('/coupons/1'),
  },
  couponEdit: {
    heading: /^Coupon HELLO10/,
    filled: ({ couponOid }) => [
      { at: `/coupons/${couponOid}/edit`, shows: 'Percent off' },
      { at: `/coupons/${couponOid}/codes`, shows: 'Make the codes' },
      { at: `/coupons/${couponOid}/delete`, shows: 'This cannot be undone.' },
    ],
  },
  shipping: {
    heading: 'Shipping',
    filled: () => [{ at: '/shipping', shows: 'Everything else' }],
    empty: { at: '/shipping', shows: 'No shipping methods yet' },
    forbidden: mayNot('/shipping'),
    refused: failed('/shipping'),
  },
  shippingNew: {
    heading: 'Shipping',
    filled: () => [{ at: '/shipping/new', shows: 'Add the method' }],
  },
  shippingEdit: {
    heading: 'Shipping',
    filled: () => [
      { at: '/shipping/Ground/edit', shows: 'Free from this subtotal on' },
      { at: '/shipping/Ground/delete', shows: 'Delete Ground' },
    ],
  },
  stock: {
    heading: 'Stock',
    filled: () => [{ at: '/stock', shows: 'Sold out' }],
    empty: { at: '/stock', shows: 'No stock is counted' },
    forbidden: mayNot('/stock'),
    refused: failed('/stock'),
  },
  stockAdjust: {
    heading: 'Stock',
    filled: ({ itemOid }) => [{ at: `/stock/${itemOid}/DFLT`, shows: 'Low at or below' }],
  },
  taxes: {
    heading: 'Taxes',
    filled: () => [{ at: '/taxes', shows: 'The rates of all levels' }],
    empty: { at: '/taxes', shows: 'No tax rates yet' },
    forbidden: mayNot('/taxes'),
    refused: failed('/taxes'),
  },
  taxNew: {
    heading: 'Taxes',
    filled: () => [{ at: '/taxes/new', shows: 'Add the tax rate' }],
  },
  taxEdit: {
    heading: 'Taxes',
    filled: ({ taxRateOid }) => [
      { at: `/taxes/${taxRateOid}/edit`, shows: 'Rate in percent' },
      { at: `/taxes/${taxRateOid}/delete`, shows: 'Delete the rate of' },
    ],
  },
  keys: {
    heading: 'API keys',
    filled: () => [{ at: '/keys', shows: 'Last used' }],
    empty: { at: '/keys', shows: 'No keys yet' },
    forbidden: mayNot('/keys'),
    refused: failed('/keys'),
  },
  keyNew: {
    heading: 'API keys',
    filled: () => [{ at: '/keys/new', shows: 'What it is for' }],
  },
  keyEdit: {
    heading: 'API keys',
    filled: ({ keyId }) => [
      { at: `/keys/${keyId}/edit`, shows: 'It may read:' },
      { at: `/keys/${keyId}/rotate`, shows: 'Replace the secret' },
      { at: `/keys/${keyId}/revoke`, shows: 'This cannot be undone' },
      { at: '/keys/999999/edit', shows: 'There is no such key' },
    ],
  },
  auditLog: {
    heading: 'Audit log',
    filled: () => [
      { at: '/audit-log', shows: 'Insert webhook' },
      { at: '/audit-log?q=zzzz', shows: 'Nothing matches' },
      { at: '/audit-log?type=user&days=2020-01-01..2020-01-31', shows: 'Nothing matches' },
    ],
    empty: { at: '/audit-log', shows: 'Nothing was changed yet' },
    forbidden: mayNot('/audit-log'),
    refused: failed('/audit-log'),
  },
  auditEntry: {
    heading: 'Audit log',
    filled: () => [
      { at: '/audit-log/1', shows: 'subscriptions › order_create' },
      { at: '/audit-log/999999', shows: 'There is no entry 999999' },
    ],
  },
  me: {
    heading: 'My settings',
    filled: () => [{ at: '/me', shows: 'Who you are' }],
  },
};
