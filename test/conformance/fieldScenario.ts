import assert from 'node:assert/strict';
import { expansions } from '@perennial/contract/expansions.ts';
import { type OperationId, operation, operationIds } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import { unknownObjects } from '../http/objects.ts';
import type { AnswerBody } from '../support/answerBody.ts';
import type { TestApp, TestRequest } from '../support/app.ts';
import { addColleague, addGroup, type Colleague } from '../support/workflow.ts';
import { filled, lost, SeenFields } from './fieldValues.ts';

/**
 * The result of the scenario: the fields that were sent or read, those that were kept, and those
 * that were lost.
 */
export interface Witnessed {
  readonly seen: SeenFields;
  /** Fields that were sent and read back as they were sent. */
  readonly kept: SeenFields;
  readonly lost: readonly string[];
}

const all = {
  order: expansions.order.join(','),
  autoOrder: expansions.auto_order.join(','),
  customer: expansions.customer.join(','),
};

/**
 * Uses every part of the two documents over HTTP: a customer with every field that a profile
 * stores, an order with every field that an insert accepts, an auto order that rebills, is
 * declined, changed and canceled, a refund, and a task.
 */
export async function playFields(app: TestApp): Promise<Witnessed> {
  const seen = new SeenFields();
  const kept = new SeenFields();
  const lostFields: string[] = [];
  const ask = asking(app, seen);
  const keeps = (model: string, sent: object, read: object, except: readonly string[] = []) => {
    lostFields.push(...lost(sent, read, except).map((each) => `${model} ${each}`));
    kept.add(model, sent);
  };
  await addItems(ask);
  const bob = await addColleague(app, 'Bob Baker');
  const group = await addGroup(app, 'Support', [bob]);
  const rule = {
    system_task_type: 'auto_order_canceled_payment',
    enabled: true,
    assigned_to_group_id: group,
  };
  await ask({ operation: 'updateWorkflowRules', body: { rules: [rule] } });
  await playCustomer(ask, keeps);
  await playOrders(ask, keeps);
  await readCustomer(ask);
  await playAutoOrder(app, ask, keeps);
  await playQueries(ask);
  await playTasks(app, ask, keeps, { bob, group });
  await playRefusals(app, seen);
  return { seen, kept, lost: lostFields };
}

/**
 * Calls every operation of the two documents with a key without permissions: each refuses it with
 * an error in the model of its response.
 */
async function playRefusals(app: TestApp, seen: SeenFields): Promise<void> {
  const key = await app.addKey('TEST', []);
  for (const id of operationIds) {
    const { base, response, permissions } = operation(id);
    if (base !== '/rest/v2' || response === undefined || permissions.length === 0) continue;
    const { status, body } = await app.request({
      operation: id,
      key,
      params: unknownObjects,
      body: {},
    });
    if (status === 401) seen.add(response.$id, body);
  }
  const extension = await app.request({
    operation: 'getWorkflowTaskAttachmentUploadUrl',
    params: { extension: 'exe' },
  });
  seen.add('WorkflowAttachmentUploadUrlResponse', extension.body);
  const established = await app.request({
    operation: 'establishAutoOrderByReferenceOrderId',
    params: { reference_order_id: 'TEST-0000000001' },
  });
  seen.add('ErrorResponse', established.body);
  const refused = await app.request({ operation: 'getOrder', params: { order_id: 'TEST-1' } });
  seen.add('ErrorResponse', refused.body);
}

type Ask = <Id extends OperationId>(request: TestRequest<Id>) => Promise<AnswerBody<Id>>;
type Keeps = (model: string, sent: object, read: object, except?: readonly string[]) => void;

/** Sends a request that must succeed, and collects the fields of its body and of its response. */
function asking(app: TestApp, seen: SeenFields): Ask {
  return async (request) => {
    const { status, body } = await app.request(request);
    assert.equal(status, 200, JSON.stringify(body));
    const { response, body: model } = operation(request.operation!);
    if (response) seen.add(response.$id, body);
    // A sent field counts as used unless the warning names it. Some fields are accepted and never
    // shown.
    const warning = body.warning as { readonly warning_message: string } | undefined;
    const isIgnored = (path: string) => warning?.warning_message.includes(path) === true;
    if (model) seen.add(model.$id, request.body, isIgnored);
    return body;
  };
}

async function addItems(ask: Ask): Promise<void> {
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'COFFEE',
      description: 'Coffee',
      pricing: { cost: 12.99 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'BOX',
      pricing: { cost: 30 },
      auto_order: {
        auto_orderable: true,
        auto_order_upsell: true,
        steps: [
          {
            type: 'item',
            schedule: 'Monthly',
            repeat_count: 12,
            arbitrary_unit_cost: 25,
            preshipment_notice_days: 3,
          },
        ],
      },
    },
  });
}

/**
 * The fields of a customer that the scenario does not send: the server sets them, or they belong to
 * other records.
 */
const notOfCustomers = [
  'activity',
  'orders',
  'orders_summary',
  'quotes',
  'quotes_summary',
  'password',
  'send_signup_notification',
  'merchant_id',
  'edi',
];

async function playCustomer(ask: Ask, keeps: Keeps): Promise<void> {
  const sent = {
    ...filled('Customer', [...notOfCustomers, 'cards']),
    cards: [
      {
        ...filled('CustomerCard', ['card_number', 'card_number_token']),
        card_number_token: 'tok_visa_4242',
      },
    ],
    // The orders of the scenario stay within these limits.
    minimum_item_count: 1,
    minimum_subtotal: 1,
    maximum_item_count: 900,
  };
  const { customer } = await ask({
    operation: 'insertCustomer',
    query: { _expand: all.customer },
    body: sent,
  });
  keeps('Customer', sent, customer, [
    'card_number_token',
    'customer_profile_oid',
    'customer_profile_credit_card_id',
    'customer_profile_email_oid',
    'customer_profile_property_oid',
    'customer_billing_oid',
    'customer_shipping_oid',
    'merchant_id',
  ]);
  await ask({
    operation: 'updateCustomer',
    params: { customer_profile_oid: customer.customer_profile_oid },
    body: { business_notes: 'Called', no_realtime_charge: false },
  });
}

/** Reads the fields of a customer that come from other records, after the customer has ordered. */
async function readCustomer(ask: Ask): Promise<void> {
  await ask({
    operation: 'getCustomerByEmail',
    params: { email: 'fields@example.com' },
    query: { _expand: all.customer },
  });
}

/**
 * The fields of an order that are not filled automatically: the scenario sends them itself, or the
 * server sets them.
 */
const notOfOrders = [
  'merchant_id',
  'order_id',
  'current_stage',
  'current_stage_histories',
  'channel_partner',
  'auto_order',
  'customer_profile',
  'properties',
  'Tags',
  'payment',
  'summary',
  'items',
  'exchange_rate',
  'currency_code',
  'refund_reason',
  'reject_reason',
  'quantity_refunded',
  'total_refunded',
  'gift_charge_refunded',
  'gift_wrap_refunded',
];

async function playOrders(ask: Ask, keeps: Keeps): Promise<void> {
  const body = orderBody();
  const { order } = await ask({
    operation: 'insertOrder',
    query: { _expand: all.order },
    body: {
      ...body,
      channel_partner: filled('OrderChannelPartner', notOfPartners),
    },
  });
  keeps('Order', body, order, [
    'exchange_rate',
    'card_number_token',
    'card_verification_number_token',
    'tax_rate',
    'arbitrary_tax',
    'auto_order_schedule',
    'arbitrary_shipping_handling_total',
    'channel_partner',
    'bank_account_number',
    'customer_tax_id',
    'drivers_license_number',
    'surcharge',
    // The notes of the profile are added to these.
    'merchant_notes',
  ]);
  const changes = {
    properties: [filled('OrderProperty', [])],
    Tags: [{ tag_value: 'vip' }],
    internal: { merchant_notes: 'call' },
  };
  const { order: changed } = await ask({
    operation: 'updateOrder',
    params: { order_id: order.order_id },
    query: { _expand: all.order },
    body: changes,
  });
  keeps('Order', changes, changed, ['created_by', 'created_dts']);
  await refund(ask, order.order_id);
  await playOtherOrders(ask);
}

const notOfPartners = [
  'skip_payment_processing',
  'store_completed',
  'no_realtime_payment_processing',
  'treat_warnings_as_errors',
];

const billing = { email: 'fields@example.com', country_code: 'US' };

const paidElsewhere = (): Order => ({
  billing,
  currency_code: 'EUR',
  exchange_rate: 0.9,
  payment: { payment_method: 'Check', payment_dts: '2026-01-02T00:00:00-05:00' },
  taxes: { arbitrary_tax: 1, arbitrary_taxable_subtotal: 10 },
  items: [
    {
      merchant_item_id: 'COFFEE',
      quantity: 1,
      arbitrary_unit_cost: { value: 9 },
      auto_order_last_rebill_dts: '2026-01-01T00:00:00-05:00',
      auto_order_schedule: 'Monthly',
      options: [{ label: 'Size', value: 'L', cost_change: { value: 0 } }],
    },
  ],
  digital_order: { items: [filled('OrderDigitalItem', [])] },
  channel_partner: {
    skip_payment_processing: true,
    store_completed: true,
    treat_warnings_as_errors: true,
    channel_partner_oid: 4,
    channel_partner_data: 'a=b',
  },
});

const unpaidByCard = (): Order => ({
  billing,
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: 'tok_1',
      card_verification_number_token: 'cvv_1',
      card_expiration_month: 12,
      card_expiration_year: 2031,
    },
  },
  channel_partner: { no_realtime_payment_processing: true },
  items: [
    {
      merchant_item_id: 'COFFEE',
      edi: { identifications: [{ identification: 'LOT', quantity: 2 }] },
    },
  ],
});

/**
 * Inserts an order in euros that was paid elsewhere, a quote, a digital order, and an order that is
 * rejected.
 */
async function playOtherOrders(ask: Ask): Promise<void> {
  const insert = async (body: Order) =>
    (await ask({ operation: 'insertOrder', query: { _expand: all.order }, body })).order;
  await insert(paidElsewhere());
  await insert(unpaidByCard());
  const { order_id } = await insert({
    billing,
    payment: { payment_method: 'Quote Request' },
    items: [{ merchant_item_id: 'COFFEE' }],
  });
  await readCustomer(ask);
  await ask({
    operation: 'updateOrder',
    params: { order_id },
    query: { _expand: all.order },
    body: { current_stage: 'Rejected' },
  });
  const shipped = await insert({
    billing,
    payment: { payment_method: 'Cash' },
    channel_partner: { skip_payment_processing: true, store_completed: false },
    items: [{ merchant_item_id: 'COFFEE' }],
  });
  await ask({
    operation: 'updateOrder',
    params: { order_id: shipped.order_id },
    query: { _expand: all.order },
    body: { shipping: { tracking_numbers: ['1Z'] } },
  });
}

/** Returns an order with every part, which was placed elsewhere and is paid here. */
function orderBody() {
  const card = {
    card_type: 'VISA' as const,
    card_number_token: 'tok_visa_4242',
    card_expiration_month: 12,
    card_expiration_year: 2031,
    card_auth_ticket: 'T1',
  };
  const line = filled('OrderItem', [
    ...notOfOrders,
    'arbitrary_unit_cost',
    'auto_order_last_rebill_dts',
    'auto_order_schedule',
    'cost',
    'item_index',
    'merchant_item_id',
    'quantity',
    'tax_free',
    'properties',
    'cost_change',
  ]);
  const payment = filled('OrderPayment', [
    'credit_card',
    'payment_dts',
    'payment_method',
    'health_benefit_card',
  ]);
  return {
    ...filled('Order', [
      ...notOfOrders,
      'arbitrary_taxable_subtotal',
      'tax_rate',
      'gift_charge',
      'gift_wrap_cost',
    ]),
    summary: { arbitrary_shipping_handling_total: { value: 5 } },
    gift: {
      ...filled('OrderGift', ['gift_charge_refunded', 'gift_wrap_refunded']),
      gift_charge: { value: 2 },
      gift_wrap_cost: { value: 1 },
    },
    taxes: filled('OrderTaxes', ['tax_rate', 'arbitrary_taxable_subtotal', 'arbitrary_tax']),
    payment: { ...payment, payment_method: 'Credit Card' as const, credit_card: card },
    items: [
      {
        ...line,
        merchant_item_id: 'COFFEE',
        quantity: 2,
        auto_order_schedule: 'Monthly',
        properties: [filled('OrderItemProperty', [])],
      },
    ],
  };
}

async function refund(ask: Ask, orderId: string): Promise<void> {
  await ask({
    operation: 'refundOrder',
    params: { order_id: orderId },
    query: { _expand: all.order },
    body: {
      items: [{ quantity_refunded: 1, total_refunded: { value: 12.99 } }],
      summary: {
        shipping_handling_refunded: { value: 1 },
        tax_refunded: { value: 0.05 },
      },
      gift: { gift_charge_refunded: { value: 1 }, gift_wrap_refunded: { value: 0.5 } },
    },
  });
}

const anOrder = (email: string, token = 'tok_1') => ({
  billing: {
    first_name: 'Ann',
    last_name: 'Smith',
    email,
    country_code: 'US',
    city: 'Bristol',
    company: 'Ann Ltd',
    state_region: 'CT',
    postal_code: '06010',
    day_phone: '8605550123',
  },
  items: [
    { merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' },
    { merchant_item_id: 'BOX', quantity: 1 },
  ],
  payment: {
    payment_method: 'Credit Card' as const,
    credit_card: {
      card_type: 'VISA' as const,
      card_number_token: token,
      card_expiration_month: 12,
      card_expiration_year: 2031,
    },
  },
});

async function playAutoOrder(app: TestApp, ask: Ask, keeps: Keeps): Promise<void> {
  const { order } = await ask({ operation: 'insertOrder', body: anOrder('ann@example.com') });
  const reference = { reference_order_id: order.order_id };
  const read = () =>
    ask({
      operation: 'getAutoOrderByReferenceOrderId',
      params: reference,
      query: { _expand: all.autoOrder },
    });
  const { auto_order: started } = await read();
  const oid = started.auto_order_oid;
  const { items, ...fields } = autoOrderChange(
    started.items.map((each) => each.auto_order_item_oid),
  );
  const { auto_order: changed } = await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: all.autoOrder },
    body: { ...fields, items },
  });
  keeps('AutoOrder', { ...fields, items }, changed);
  await ask({
    operation: 'updateAutoOrdersBatch',
    body: { autoOrders: [{ auto_order_oid: oid, override_affiliate_id: 7 }] },
  });
  await app.setClock('2026-03-20T17:00:00Z');
  await app.work();
  await read();
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: all.autoOrder },
    body: { original_order: { payment: { credit_card: { card_number_token: 'tok_decline' } } } },
  });
  // The last declined retry raises a task.
  for (const day of ['2026-05-01', '2026-05-05', '2026-05-09']) {
    await app.setClock(`${day}T17:00:00Z`);
    await app.work();
    await read();
  }
  await stopAutoOrder(ask, oid);
}

/** Cancels an auto order, starts it again with another card, and disables it. */
async function stopAutoOrder(ask: Ask, oid: number): Promise<void> {
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: all.autoOrder },
    body: { enabled: false, cancel_reason: 'moved', canceled_by_user: 'ann' },
  });
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    body: {
      enabled: true,
      original_order: {
        payment: { credit_card: { card_number_token: 'tok_1', card_type: 'VISA' } },
      },
    },
  });
  await ask({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: all.autoOrder },
    body: { enabled: false },
  });
  await ask({ operation: 'getAutoOrders', query: { _limit: 1 } });
}

function autoOrderChange(oids: readonly number[]) {
  const [coffee, box] = oids;
  return {
    cancel_after_next_x_orders: 9,
    override_affiliate_id: 6,
    rotating_transaction_gateway_code: 'simulator',
    add_ons: [
      {
        item_id: 'COFFEE',
        quantity: 1,
        arbitrary_unit_cost: 3,
        free_shipping: true,
        next_x_orders: 2,
        options: [{ label: 'Size', value: 'S' }],
      },
    ],
    items: [
      {
        auto_order_item_oid: coffee,
        arbitrary_item_id: 'BOX',
        arbitrary_percentage_discount: 10,
        arbitrary_quantity: 2,
        arbitrary_schedule_days: 20,
        arbitrary_unit_cost: 9.5,
        arbitrary_unit_cost_remaining_orders: 3,
        no_order_after_dts: '2029-01-01T00:00:00-05:00',
        options: [{ label: 'Ground', value: 'Fine' }],
        paypal_payer_id: 'P1',
        paypal_recurring_payment_profile_id: 'P2',
        remaining_repeat_count: 11,
        next_preshipment_notice_dts: '2026-02-10T00:00:00-05:00',
        properties: [{ name: 'a', value: 'b' }],
      },
      { auto_order_item_oid: box, remaining_repeat_count: 10 },
    ],
  };
}

/**
 * Searches with every criterion, alone and together with the others, and expects the auto order
 * that it describes.
 */
async function playQueries(ask: Ask): Promise<void> {
  const {
    auto_orders: [first],
  } = await ask({
    operation: 'getAutoOrders',
    query: { email: 'ann@example.com', _expand: 'items' },
  });
  const body = {
    auto_order_code: first.auto_order_code,
    card_type: 'VISA',
    city: 'Bristol',
    company: 'Ann Ltd',
    country_code: 'US',
    email: 'ann@example.com',
    first_name: 'Ann',
    item_id: 'COFFEE',
    last_name: 'Smith',
    original_order_date_begin: '2026-01-01',
    original_order_date_end: '2027-01-01',
    original_order_id: first.original_order_id,
    phone: '8605550123',
    postal_code: '06010',
    state: 'CT',
    status: first.status,
  };
  const found = await ask({ operation: 'getAutoOrdersByQuery', query: { _limit: 1 }, body });
  assert.equal(found.auto_orders.length, 1);
  await ask({ operation: 'getAutoOrdersBatch', body: { auto_order_oids: [first.auto_order_oid] } });
  const {
    customers: [customer],
  } = await ask({ operation: 'getCustomers', query: { email: 'fields@example.com' } });
  const own = await ask({
    operation: 'getAutoOrdersByQuery',
    query: { _limit: 1, _offset: 0 },
    body: {
      customer_profile_oid: customer.customer_profile_oid,
      next_shipment_date_begin: '2026-01-01',
      next_shipment_date_end: '2030-01-01',
    },
  });
  assert.equal(own.auto_orders.length, 1);
}

/**
 * The fields of a task that are not filled automatically: the server sets them, or the scenario
 * sends them itself.
 */
const notOfTasks = [
  'assigned_to_group',
  'assigned_to_group_id',
  'assigned_to_user',
  'assigned_to_user_id',
  'assigned_to_user_or_group',
  'attachments',
  'histories',
  'notes',
  'merchant_id',
  'object_id',
  'object_type',
  'related_workflow_task_uuid',
  'dependant_workflow_task_uuid',
  'created_by',
  'created_dts',
  'last_update_dts',
  'global_task_number',
  'object_task_number',
  'system_task_type',
  'task_context',
  'workflow_task_uuid',
  'tags',
  'object_email',
  'status',
  'delay_until_dts',
  'expiration_dts',
];

async function playTasks(
  app: TestApp,
  ask: Ask,
  keeps: Keeps,
  { bob, group }: { readonly bob: Colleague; readonly group: number },
): Promise<void> {
  const asBob: Ask = (request) => ask({ ...request, key: bob.key });
  const { task: first } = await asBob({
    operation: 'insertWorkflowTask',
    body: { task_name: 'First' },
  });
  const sent = {
    ...filled('WorkflowTask', notOfTasks),
    object_type: 'order' as const,
    object_id: 'TEST-0000000002',
    related_workflow_task_uuid: first.workflow_task_uuid,
    assigned_to_user_id: bob.userId,
    tags: ['vip'],
  };
  const { task } = await asBob({ operation: 'insertWorkflowTask', body: sent });
  keeps('WorkflowTask', sent, task);
  const uuid = { task_uuid: task.workflow_task_uuid };
  const upload_key = await upload(app, asBob);
  const { task: grouped } = await asBob({
    operation: 'updateWorkflowTask',
    params: uuid,
    body: {
      assigned_to_group_id: group,
      notes: [{ note: 'Called', attachments: [{ file_name: 'a.pdf', upload_key }] }],
      dependant_workflow_task_uuid: first.workflow_task_uuid,
      delay_until_dts: '2027-03-01T00:00:00-05:00',
      status: 'delayed',
      expiration_dts: '2028-01-01T00:00:00-05:00',
    },
  });
  await asBob({
    operation: 'updateWorkflowTask',
    params: uuid,
    body: { notes: (grouped.notes ?? []).map((note) => ({ ...note, note: 'Called twice' })) },
  });
  // The declines have raised tasks.
  const raised = await asBob({ operation: 'getWorkflowTasks', query: { _limit: 1 }, body: {} });
  assert.equal(raised.tasks.length, 1);
  await asBob({ operation: 'searchWorkflowTasks', body: { system: true } });
  await asBob({ operation: 'updateWorkflowTask', params: uuid, body: { nothing: 1 } });
  await asBob({
    operation: 'getWorkflowTasks',
    query: { _limit: 500 },
    body: { nothing: 1 },
  });
  await readTasks(asBob, bob);
}

/** A query parameter that no operation has, so responses warn about it. */
const misspelt = { _limti: '1' };

/** Calls every operation that reads tasks, and searches with all criteria. */
async function readTasks(asBob: Ask, bob: Colleague): Promise<void> {
  for (const operation of [
    'getWorkflowAssignmentGroups',
    'getWorkflowAssignmentUsers',
    'getWorkflowMe',
    'getWorkflowTaskOpenCount',
    'getWorkflowTaskTags',
    'getWorkflowAgentWebsocketAuthorization',
  ] as const)
    await asBob({ operation, query: misspelt });
  await asBob({
    operation: 'getWorkflowTaskByObjectType',
    params: { object_type: 'order', object_id: 'TEST-0000000002' },
  });
  const search = filled('WorkflowTasksRequest', [
    'created_by',
    'unassigned',
    'assigned_to_me',
    'assigned_to_user',
    'assigned_to_user_id',
  ]);
  await asBob({
    operation: 'getWorkflowTasks',
    body: {
      ...search,
      created_by: { user_id: bob.userId, user: 'Bob Baker' },
      unassigned: false,
      assigned_to_me: false,
      assigned_to_user: 'Bob Baker',
      assigned_to_user_id: bob.userId,
    },
  });
}

/** Uploads a file and returns its key. */
async function upload(app: TestApp, ask: Ask): Promise<string> {
  const { workflow_attachment_upload_url: link } = await ask({
    operation: 'getWorkflowTaskAttachmentUploadUrl',
    params: { extension: 'pdf' },
    query: misspelt,
  });
  const url = link.url.replace('http://perennial.test', '');
  const { statusCode } = await app.app.http.inject({ method: 'PUT', url, payload: '%PDF-1.7' });
  assert.equal(statusCode, 200);
  return link.key;
}
