/**
 * An example for every parameter and body, for the OpenAPI document and the lines to paste in the
 * reference.
 */
import type { BodyOf, OperationId } from './operations.ts';

/** A value for each parameter of a path. */
export const pathExamples: Readonly<Record<string, string>> = {
  auto_order_oid: '1001',
  auto_order_item_oid: '5001',
  auto_order_code: 'RT2A9CBSX9',
  reference_order_id: 'DEMO-0000000101',
  order_id: 'DEMO-0000000101',
  original_item_id: 'COFFEE',
  merchant_item_id: 'PDF',
  merchant_item_oid: '301',
  customer_profile_oid: '701',
  chargeback_dispute_oid: '21',
  mail_kind: 'shipment',
  language: 'any',
  email: 'ada@example.com',
  webhookOid: '11',
  requestId: '3f1c8e5a-5a0e-4a51-9d5c-0c6a2f1b7d10',
  eventName: 'order_create',
  extension: 'pdf',
  object_type: 'auto order',
  object_id: 'RT2A9CBSX9',
  task_uuid: '8d2f6a34-3d0f-4c1e-9a55-7b1f0f6f2c11',
  group_oid: '3',
  user_id: '7',
  advance_id: 'adv-1',
  saved_search_oid: '4',
  distribution_center_code: 'DFLT',
  desired_total: '19.99',
  session_id: '5b8a2f0e-6c1d-4f7a-8f3b-2d9c7e1a0b44',
};

/** The query of an example, for operations that say little without one. */
export const queryExamples: Readonly<{ [Id in OperationId]?: string }> = {
  getAutoOrders: 'status=active&_sort=next_shipment_dts&_limit=3&_expand=items',
  getAutoOrdersByQuery: '_limit=20&_expand=items',
  getAutoOrder: '_expand=items,items.future_schedules,original_order,rebill_orders',
  getAutoOrderByCode: '_expand=items',
  updateAutoOrder: '_expand=items',
  getOrders: 'email=ada@example.com&_expand=item,summary',
  getOrder: '_expand=item,summary,billing,shipping,payment',
  insertOrder: '_expand=item,summary',
  getItemByMerchantItemId: '_expand=auto_order,auto_order.steps,pricing',
  getCustomerByEmail: '_expand=billing,shipping,cards',
  getWebhooks: '_placeholders=true',
  getWebhookLogSummaries: 'success=false',
  getWorkflowTasks: '_sort=-priority,due_dts',
  searchWorkflowTasks: '_sort=-priority,due_dts',
  previewAutoOrder: 'count=12',
  searchAutoOrders: '_sort=next_shipment_dts&_limit=50',
  searchAnything: 'q=ada',
  searchItems: 'q=coffee',
  getCharges: 'state=unknown',
  getEvents: 'after=0',
};

const nextMonth = '2026-04-30T00:00:00-04:00';
const properties = [{ name: 'gift_note', value: 'No peanuts' }];

/** A body for each operation that takes one. */
export const bodyExamples: Readonly<{ [Id in OperationId]?: BodyOf<Id> }> = {
  skipAutoOrder: { shipment_dts: nextMonth, count: 1 },
  unskipAutoOrder: { shipment_dts: nextMonth },
  resumeAutoOrder: { auto_order_item_oid: 5001 },
  reactivateAutoOrder: { shipment_dts: nextMonth },
  previewAutoOrderChange: {
    auto_order: { items: [{ auto_order_item_oid: 5001, next_shipment_dts: nextMonth }] },
    count: 3,
  },
  updateMyPreferences: { theme: 'dark', density: 'compact' },
  logIn: { merchant_id: 'DEMO', login: 'demo', password: 'the password' },
  changePassword: { old: 'the present password', new: 'a much longer password' },
  getAutoOrdersBatch: { auto_order_oids: [1001, 1002] },
  updateAutoOrdersBatch: {
    autoOrders: [{ auto_order_oid: 1001, enabled: false, cancel_reason: 'Moved abroad' }],
  },
  getAutoOrdersByQuery: { status: 'active', next_item_id: 'COFFEE' },
  cancelAutoOrderItemByReferenceOrderId: { mode: 'end', no_orders_after_dts: nextMonth },
  updateAutoOrder: {
    items: [{ auto_order_item_oid: 5001, next_shipment_dts: nextMonth, arbitrary_quantity: 2 }],
  },
  pauseAutoOrder: {},
  consolidateAutoOrders: { source_auto_order_oids: [1002, 1003] },
  updateAutoOrderProperties: { properties },
  updateAutoOrderItemProperties: { properties },
  updateAutoOrderItemAddOns: {
    add_on_items: [{ item_id: 'SAMPLE', quantity: 1, arbitrary_unit_cost: 0, next_x_orders: 3 }],
  },
  updateAutoOrderPayment: {
    card_number_token: 'tok_visa',
    card_expiration_month: 12,
    card_expiration_year: 2029,
    attempt_rebill: true,
  },
  insertOrder: {
    currency_code: 'USD',
    billing: {
      first_name: 'Ada',
      last_name: 'Lovelace',
      address1: '12 Analytical Way',
      city: 'Athens',
      state_region: 'GA',
      postal_code: '30601',
      country_code: 'US',
      email: 'ada@example.com',
    },
    shipping: {
      first_name: 'Ada',
      last_name: 'Lovelace',
      address1: '12 Analytical Way',
      city: 'Athens',
      state_region: 'GA',
      postal_code: '30601',
      country_code: 'US',
      shipping_method: 'USPS: Priority',
    },
    items: [{ merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' }],
    payment: {
      payment_method: 'Credit Card',
      credit_card: {
        card_number_token: 'tok_visa',
        card_expiration_month: 12,
        card_expiration_year: 2029,
      },
    },
  },
  getOrdersBatch: { order_ids: ['DEMO-0000000101', 'DEMO-0000000102'] },
  getOrdersByQuery: { email: 'ada@example.com' },
  searchAutoOrders: { text: 'ada', status: ['active'] },
  searchOrders: { text: 'ada', kinds: ['rebill'] },
  searchCustomers: { text: 'ada', has_auto_orders: true },
  updateOrder: { billing: { email: 'ada.king@example.com' } },
  replacement: { items: [{ merchant_item_id: 'MUG', quantity: 1 }], free: true },
  format: { context: 'receipt', format: 'table', showNonSensitivePaymentInfo: true },
  validateOrder: {
    checks: ['Items Present', 'Shipping Address Provided'],
    order: { items: [{ merchant_item_id: 'COFFEE', quantity: 1 }] },
  },
  getOrderByToken: { order_token: 'bm90IGEgcmVhbCB0b2tlbg' },
  assignToAffiliate: { affiliate_id: 17, affiliate_sub_id: 'newsletter' },
  replaceOrderItemMerchantItemId: {
    item_index: 1,
    merchant_item_id: 'COFFEE',
    replacement_merchant_item_id: 'COFFEE-LARGE',
  },
  heldOrderAddItemsAndRelease: { items: [{ merchant_item_id: 'MUG', quantity: 1 }] },
  acknowledgeOrders: { order_ids: ['DEMO-0000000101'] },
  shipOrders: {
    shipments: [
      {
        order_id: 'DEMO-0000000101',
        tracking_numbers: ['1Z9999999999999999'],
        shipping_cost: 7.85,
      },
    ],
  },
  updateInventory: { inventories: [{ itemId: 'COFFEE', quantity: 120 }] },
  insertDistributionCenter: { code: 'EAST', name: 'East', city: 'Newark', state: 'NJ' },
  updateDistributionCenter: { postal_code: '07102', country_code: 'US' },
  refundOrder: {
    items: [{ quantity_refunded: 1, refund_reason: 'Damaged' }],
    summary: { shipping_handling_refunded: { value: 5 } },
  },
  processPayment: { amount: 19.99 },
  updateAccountsReceivableRetryConfig: {
    active: true,
    daily_activity_list: [
      { day: 1, charge: true },
      { day: 3, charge: true },
    ],
    reject_at_end: true,
    transaction_rejects: [{ name: 'code', value: 'stolen card' }],
  },
  insertChargeback: {
    order_id: 'DEMO-0000000101',
    case_number: 'CB-2291',
    reason_code: 'not received',
    expiration_dts: nextMonth,
  },
  updateChargeback: { status: 'lost' },
  updateMailTemplate: {
    subject: 'Order {{order_id}} is on its way',
    body: 'Hello {{customer_name}},\n\nwe shipped:\n\n{{items}}\n\n{{merchant_name}}',
  },
  previewMailTemplate: { kind: 'shipment' },
  actAtSimulator: { action: 'refund', order_id: 'DEMO-0000000101', amount: 5 },
  insertItem: {
    merchant_item_id: 'TEA',
    description: 'Green tea, 100 g',
    pricing: { cost: 12.5, auto_order_cost: 10.95 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly', 'Every 2 Months'] },
  },
  updateItem: { pricing: { cost: 13.5 } },
  insertCustomer: {
    email: 'ada@example.com',
    billing: [{ first_name: 'Ada', last_name: 'Lovelace', city: 'Athens', country_code: 'US' }],
  },
  updateCustomer: { business_notes: 'Prefers letters' },
  insertWebhook: {
    webhook_url: 'https://example.com/hooks',
    authentication_type: 'basic',
    event_categories: [
      {
        event_category: 'auto_order',
        events: [
          { event_name: 'auto_order_rebill', subscribed: true, expansion: 'items,rebill_orders' },
        ],
      },
    ],
  },
  deleteWebhookByUrl: { webhook_url: 'https://example.com/hooks' },
  getCustomersByQuery: { any_tags: ['vip'] },
  mergeCustomer: { email: 'ada.old@example.com' },
  updateWebhook: { disabled: false },
  insertWorkflowTask: {
    task_name: 'Call about the address',
    object_type: 'auto order',
    object_id: 'RT2A9CBSX9',
    priority: '3 - high',
    assigned_to_group: 'Support',
    due_dts: nextMonth,
  },
  getWorkflowTasks: { assigned_to_me: true, status: 'open' },
  updateWorkflowTask: { status: 'closed', notes: [{ note: 'Called, all is well' }] },
  oauthAccessToken: {
    grant_type: 'authorization_code',
    client_id: 'crm',
    code: 'CODE',
    redirect_uri: 'https://example.com/callback',
  },
  oauthRevoke: { client_id: 'crm', token: 'TOKEN' },
  oauthDeviceAuthorize: { client_id: 'crm', scope: 'crm' },
  insertGroup: { name: 'Support' },
  updateGroup: { name: 'Support, Europe' },
  insertUser: { login: 'grace', email: 'grace@example.com', full_name: 'Grace Hopper' },
  updateUser: { full_name: 'Grace M. Hopper' },
  setClock: { advance_by: '1y' },
  updateMerchantSettings: {
    time_zone: 'Europe/Berlin',
    dunning: { retry_days: [3, 3], at_end: 'disable' },
  },
  updateWorkflowRules: {
    rules: [
      {
        system_task_type: 'auto_order_card_update_issue',
        enabled: true,
        assigned_to_group_id: 3,
        due_days: 2,
      },
    ],
  },
  searchWorkflowTasks: { object_id: 'RT2A9CBSX9', text: 'address' },
  batchUpdateWorkflowTasks: {
    task_uuids: [pathExamples['task_uuid']!],
    priority: '4 - critical',
    add_tags: ['urgent'],
  },
  insertSavedSearch: {
    name: 'My critical ones',
    search: { assigned_to_me: true, priority: '4 - critical' },
  },
  updateSavedSearch: { name: 'Critical', shared: true },
  authorizeLive: { topics: ['tasks', 'clock'] },
  updateWebhookOwner: { application_id: 'key:7' },
  updateMerchantWebhook: { disabled: false },
  rotateWebhookSecret: { keep_old_hours: 24 },
};
