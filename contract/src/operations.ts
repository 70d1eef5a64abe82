/**
 * Every operation of the server, in one table. Validation, the router, the OpenAPI document, the
 * reference at /docs and the types of the SDK follow from it.
 *
 * To find the code of an operation: its name here, the same name in the feature's `routes.ts`, and
 * the function that line calls. Paths with fixed words outrank paths with parameters (`/batch`
 * before `/{auto_order_oid}`).
 */

import type { Static, TObject, TSchema } from 'typebox';
import { Type } from 'typebox';
import {
  AutoOrder,
  AutoOrderAddonItemsUpdateRequest,
  AutoOrderCancelReasonsResponse,
  AutoOrderConsolidate,
  AutoOrderEmailsResponse,
  AutoOrderItemCancelRequest,
  AutoOrderPaymentUpdateRequest,
  AutoOrderPropertiesUpdateRequest,
  AutoOrderQuery,
  AutoOrderQueryBatch,
  AutoOrderRebillResponse,
  AutoOrderResponse,
  AutoOrdersRequest,
  AutoOrdersResponse,
} from './autoOrder.ts';
import {
  AutoOrderActionRequest,
  AutoOrderActionResponse,
  AutoOrderPreviewRequest,
  AutoOrderPreviewResponse,
} from './change.ts';
import {
  ClockAdvanceDaysResponse,
  ClockAdvanceResponse,
  ClockAdvancesResponse,
  ClockDueResponse,
  ClockRequest,
  ClockResponse,
} from './clock.ts';
import { Customer, CustomerResponse, CustomersResponse } from './customer.ts';
import type { ExpansionName } from './expansions.ts';
import type { NamedModel } from './fields.ts';
import { dateTime, decimal, flag, int32, text, textTo } from './fields.ts';
import { Item, ItemResponse, ItemsResponse } from './item.ts';
import {
  OauthDeviceAuthorizationRequest,
  OauthDeviceAuthorizationResponse,
  OauthMe,
  OauthRevokeRequest,
  OauthRevokeSuccessResponse,
  OauthTokenRequest,
  OauthTokenResponse,
} from './oauth.ts';
import {
  Order,
  OrderAutoOrderUpdateBillingUrlResponse,
  OrderQuery,
  OrderQueryBatch,
  OrderResponse,
  OrdersResponse,
} from './order.ts';
import { OrderRefundableResponse } from './orderRefund.ts';
import {
  AuditResponse,
  EventsResponse,
  MerchantSettings,
  MerchantSettingsResponse,
  MerchantWebhookResponse,
  MerchantWebhooksResponse,
  ParkedAutoOrdersResponse,
  PreviewResponse,
  SavedSearch,
  SavedSearchesResponse,
  SavedSearchResponse,
  WebhookOwnerRequest,
  WebhookSecretRequest,
  WebhookSecretsResponse,
  WorkflowRules,
  WorkflowRulesResponse,
  WorkflowTaskSearch,
  WorkflowTasksBatchRequest,
  WorkflowTasksBatchResponse,
} from './perennial.ts';
import { AutoOrderSearch, AutoOrderSearchResponse } from './screens.ts';
import {
  SessionOptionsResponse,
  SessionPasswordRequest,
  SessionRequest,
  SessionResponse,
  SessionsResponse,
} from './session.ts';
import type { SortingName } from './sorting.ts';
import {
  Group,
  GroupResponse,
  GroupsResponse,
  User,
  UserLoginsResponse,
  UserResponse,
  UsersResponse,
} from './user.ts';
import {
  Webhook,
  WebhookEventCategoriesResponse,
  WebhookLogResponse,
  WebhookLogSummariesResponse,
  WebhookReflowResponse,
  WebhookResponse,
  WebhooksResponse,
} from './webhook.ts';
import {
  WorkflowAgentAuthResponse,
  WorkflowAttachmentUploadUrlResponse,
  WorkflowGroupsResponse,
  WorkflowTask,
  WorkflowTaskOpenCountResponse,
  WorkflowTaskResponse,
  WorkflowTasksRequest,
  WorkflowTasksResponse,
  WorkflowTaskTagsResponse,
  WorkflowUserResponse,
  WorkflowUsersResponse,
} from './workflow.ts';

/** What an API key or an application may be allowed, per resource. */
export type Permission = `${(typeof permissionResources)[number]}_${'read' | 'write'}`;

/** The resources that permissions are given for, each to read and to write. */
export const permissionResources = [
  'auto_order',
  'order',
  'item',
  'customer',
  'webhook',
  'workflow',
  'user',
  'configuration',
] as const;

/** The sections of the reference. */
export type Tag =
  | 'auto_order'
  | 'order'
  | 'item'
  | 'customer'
  | 'webhook'
  | 'workflow'
  | 'oauth'
  | 'user'
  | 'session'
  | 'perennial';

/** One row of the table. */
export interface Operation {
  readonly tag: Tag;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/rest/v2` is the compatible API, `/perennial/v1` what is ours alone. */
  readonly base: '/rest/v2' | '/perennial/v1';
  /** Follows the base; `{name}` stands for a parameter of `params`. */
  readonly path: string;
  readonly summary: string;
  /** More than the summary can hold: rules, limits, what is refused. */
  readonly description?: string;
  /** Any one of them suffices. An empty list: the operation needs no key. */
  readonly permissions: readonly Permission[];
  /** It only describes the caller, so any valid key or token suffices. */
  readonly anyCaller?: true;
  /** Only a session may call it; no permission is needed. */
  readonly sessionOnly?: true;
  /**
   * A session whose log-in is older than a quarter of an hour has to log in again first. Keys and
   * tokens need not.
   */
  readonly recentLogIn?: true;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: NamedModel;
  /**
   * Names of body fields that are taken besides the published ones, each with the published one.
   */
  readonly bodyAliases?: Readonly<Record<string, string>>;
  /** The body may be left out. */
  readonly bodyOptional?: true;
  /** The body comes as a form instead of JSON (OAuth). */
  readonly form?: true;
  /** Absent when the response is 204 and has no body. */
  readonly response?: NamedModel;
  /** The field of the response that carries the result; also `metadata.payload_name`. */
  readonly payload?: string;
  readonly status: 200 | 204;
  /** The greatest `_limit`; the default is `defaultLimit` or this, whichever is less. */
  readonly maxLimit?: number;
  /** The most elements that a batch may name. */
  readonly maxElements?: number;
  /** The most elements of a batch that runs later (`_async=true`). */
  readonly maxElementsAsync?: number;
  /** Which list of expansions `_expand` is read with. */
  readonly expand?: ExpansionName;
  /** Which list of sortable fields `_sort` is read with. */
  readonly sort?: SortingName;
}

/** The `_limit` of a request that names none. */
export const defaultLimit = 100;

/**
 * The header and the one value with which every call under /rest/v2 says which version it speaks.
 */
export const versionHeader = { name: 'X-UltraCart-Api-Version', value: '2017-03-01' } as const;

/** The header of a simple key. */
export const simpleKeyHeader = 'x-ultracart-simple-key';

/** The header in which every refusal repeats its message. */
export const errorHeader = 'UC-REST-ERROR';

/** The header in which every refusal names its code, one of the table in `errors.ts`. */
export const refusalHeader = 'X-Perennial-Refusal';

/** The header with which a page proves that it may use the session's cookie to change something. */
export const consoleHeader = { name: 'X-Perennial-Console', value: '1' } as const;

/** The header of a refusal that names the merchant, once the caller is known. */
export const merchantErrorHeader = 'UC-REST-ERROR-MERCHANT-ID';

/** The table. */
export const operations = {
  // Auto orders
  getAutoOrders: {
    tag: 'auto_order',
    method: 'GET',
    base: '/rest/v2',
    path: '/auto_order/auto_orders',
    summary: 'List auto orders',
    description:
      'Filters are exact, ignore case and are joined by and. Name, company, city, state, postal code, country ' +
      'and phone look at the billing and the shipping address of the original order.',
    permissions: ['auto_order_read'],
    query: Type.Object({
      auto_order_code: text(),
      original_order_id: text(),
      first_name: text(),
      last_name: text(),
      company: text(),
      city: text(),
      state: text(),
      postal_code: text(),
      country_code: textTo(2, 'ISO 3166, two letters.'),
      phone: textTo(25),
      email: textTo(100, 'The billing address’s.'),
      original_order_date_begin: dateTime(),
      original_order_date_end: dateTime(),
      next_shipment_date_begin: dateTime(),
      next_shipment_date_end: dateTime(),
      card_type: textTo(100),
      item_id: text('An item of the original order.'),
      status: text('active, canceled, disabled or merged.'),
      ...paging(),
      _since: dateTime('Created or changed since that moment.'),
      ...sortable(),
      ...expandable(),
    }),
    response: AutoOrdersResponse,
    payload: 'auto_orders',
    status: 200,
    maxLimit: 200,
    expand: 'auto_order',
    sort: 'auto_order',
  },
  getAutoOrdersBatch: {
    tag: 'auto_order',
    method: 'POST',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/batch',
    summary: 'Read several auto orders by oid',
    description: 'At most 200 oids. Those that do not exist are left out of the response.',
    permissions: ['auto_order_read', 'order_read'],
    query: Type.Object({ ...expandable() }),
    body: AutoOrderQueryBatch,
    response: AutoOrdersResponse,
    payload: 'auto_orders',
    status: 200,
    maxElements: 200,
    expand: 'auto_order',
  },
  updateAutoOrdersBatch: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/batch',
    summary: 'Update several auto orders',
    description:
      'At most 20, or 100 with _async. Failures of an asynchronous batch are found in the logs of the auto ' +
      'orders. The body key is autoOrders; auto_orders is taken too.',
    permissions: ['auto_order_write'],
    query: Type.Object({
      ...expandable(),
      ...placeholders(),
      _async: flag('True: accepted now with status 204 and no body, and done later.'),
    }),
    body: AutoOrdersRequest,
    bodyAliases: { auto_orders: 'autoOrders' },
    response: AutoOrdersResponse,
    payload: 'auto_orders',
    status: 200,
    maxElements: 20,
    maxElementsAsync: 100,
    expand: 'auto_order',
  },
  getAutoOrdersByQuery: {
    tag: 'auto_order',
    method: 'POST',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/query',
    summary: 'Search auto orders',
    description:
      'The filters of the list, and original_item_id, next_item_id and customer_profile_oid besides.',
    permissions: ['auto_order_read', 'order_read'],
    query: Type.Object({ ...paging(), ...sortable(), ...expandable() }),
    body: AutoOrderQuery,
    response: AutoOrdersResponse,
    payload: 'auto_orders',
    status: 200,
    maxLimit: 200,
    expand: 'auto_order',
    sort: 'auto_order',
  },
  getAutoOrderCancelReasons: {
    tag: 'auto_order',
    method: 'GET',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/cancel_reasons',
    summary: 'List the merchant’s cancel reasons',
    permissions: ['auto_order_read'],
    response: AutoOrderCancelReasonsResponse,
    payload: 'cancel_reasons',
    status: 200,
  },
  getAutoOrderByCode: {
    tag: 'auto_order',
    method: 'GET',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/code/{auto_order_code}',
    summary: 'Read an auto order by its code',
    permissions: ['auto_order_read'],
    params: Type.Object({ auto_order_code: Type.String() }),
    query: Type.Object({ ...expandable() }),
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  getAutoOrderByReferenceOrderId: {
    tag: 'auto_order',
    method: 'GET',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/reference_order_id/{reference_order_id}',
    summary: 'Read an auto order by its original order',
    permissions: ['auto_order_read'],
    params: Type.Object({ reference_order_id: Type.String() }),
    query: Type.Object({ ...expandable() }),
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  establishAutoOrderByReferenceOrderId: {
    tag: 'auto_order',
    method: 'POST',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/reference_order_id/{reference_order_id}',
    summary: 'Make an auto order of an ordinary order',
    description:
      'The result has no items: add them by an update. The order must be younger than 60 days, paid by credit ' +
      'card and without an auto order.',
    permissions: ['auto_order_write'],
    params: Type.Object({ reference_order_id: Type.String() }),
    query: Type.Object({ ...expandable() }),
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  cancelAutoOrderItemByReferenceOrderId: {
    tag: 'auto_order',
    method: 'POST',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/reference_order_id/{reference_order_id}/items/original/{original_item_id}/cancel',
    summary: 'Cancel one item of an auto order',
    description:
      'Mode end, the default, sets no_order_after_dts and keeps the row; mode remove deletes it. Several items ' +
      'of the same id need auto_order_item_oid.',
    permissions: ['auto_order_write'],
    params: Type.Object({ reference_order_id: Type.String(), original_item_id: Type.String() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderItemCancelRequest,
    bodyOptional: true,
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  getAutoOrder: {
    tag: 'auto_order',
    method: 'GET',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}',
    summary: 'Read an auto order',
    permissions: ['auto_order_read'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  updateAutoOrder: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}',
    summary: 'Update an auto order',
    description:
      'A field or list that is absent stays. An item that is absent from a given list is removed, one without ' +
      'an oid is added, and inside an item an absent field stays. enabled false with cancel_reason or ' +
      'canceled_by_user cancels; alone it disables.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({
      validate_original_order: text('No skips the check of a given original_order.'),
      ...expandable(),
    }),
    body: AutoOrder,
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  pauseAutoOrder: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/pause',
    summary: 'Pause every item of an auto order',
    description: 'To resume, set paused to false on the items by an update.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrder,
    bodyOptional: true,
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  consolidateAutoOrders: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/consolidate',
    summary: 'Merge auto orders into this one',
    description:
      'The items of the sources move here; the sources end as merged. All must belong to the same customer.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderConsolidate,
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  updateAutoOrderProperties: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/properties',
    summary: 'Replace the properties of an auto order',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderPropertiesUpdateRequest,
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  updateAutoOrderItemProperties: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/items/{auto_order_item_oid}/properties',
    summary: 'Replace the properties of an item',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid(), auto_order_item_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderPropertiesUpdateRequest,
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  updateAutoOrderItemAddOns: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/items/{auto_order_item_oid}/add_ons',
    summary: 'Replace the add-ons of an item',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid(), auto_order_item_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderAddonItemsUpdateRequest,
    response: AutoOrderResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  updateAutoOrderPayment: {
    tag: 'auto_order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/payment',
    summary: 'Replace the card of an auto order',
    description:
      'Tokens only; a card number is refused. The auto order is active again afterwards; attempt_rebill charges ' +
      'what is due at once. When nothing is charged, failure_reason says why.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderPaymentUpdateRequest,
    response: AutoOrderRebillResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  attemptAutoOrderRebill: {
    tag: 'auto_order',
    method: 'POST',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/rebill',
    summary: 'Try a failed rebill again now',
    description:
      'Refused while a charge waits for its gateway, when one is due within five minutes and when one succeeded ' +
      'within 24 hours, so two clicks charge once. A decline is a 200 with rebill_success false.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    response: AutoOrderRebillResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  getAutoOrderEmails: {
    tag: 'auto_order',
    method: 'GET',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/emails',
    summary: 'List the mails about an auto order',
    permissions: ['auto_order_read'],
    params: Type.Object({ auto_order_oid: oid() }),
    response: AutoOrderEmailsResponse,
    payload: 'emails',
    status: 200,
  },
  getAutoOrderUpdateBillingUrl: {
    tag: 'auto_order',
    method: 'GET',
    base: '/rest/v2',
    path: '/auto_order/auto_orders/{auto_order_oid}/update_billing_url',
    summary: 'Make the link to the customer’s card page',
    description: 'The link lets its holder change the card: treat it as a secret.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    response: OrderAutoOrderUpdateBillingUrlResponse,
    payload: 'update_billing_url',
    status: 200,
  },

  // Orders
  getOrders: {
    tag: 'order',
    method: 'GET',
    base: '/rest/v2',
    path: '/order/orders',
    summary: 'List orders',
    permissions: ['order_read'],
    query: Type.Object({
      order_id: text(),
      payment_method: text(),
      company: text(),
      first_name: text(),
      last_name: text(),
      city: text(),
      state_region: text(),
      postal_code: text(),
      country_code: text(),
      phone: text(),
      email: text(),
      cc_email: text(),
      total: decimal(),
      screen_branding_theme_code: text(),
      storefront_host_name: text(),
      creation_date_begin: dateTime(),
      creation_date_end: dateTime(),
      payment_date_begin: dateTime(),
      payment_date_end: dateTime(),
      shipment_date_begin: dateTime(),
      shipment_date_end: dateTime(),
      rma: text(),
      purchase_order_number: text(),
      item_id: text(),
      current_stage: text(),
      channel_partner_code: text(),
      channel_partner_order_id: text(),
      ...paging(),
      ...sortable(),
      ...expandable(),
    }),
    response: OrdersResponse,
    payload: 'orders',
    status: 200,
    maxLimit: 200,
    expand: 'order',
    sort: 'order',
  },
  insertOrder: {
    tag: 'order',
    method: 'POST',
    base: '/rest/v2',
    path: '/order/orders',
    summary: 'Insert an order',
    description:
      'Totals are computed. When the order is paid and an item of it recurs, an auto order is made. Tokens ' +
      'only; a card number is refused. properties and Tags are not taken.',
    permissions: ['order_write'],
    query: Type.Object({ ...expandable() }),
    body: Order,
    response: OrderResponse,
    payload: 'order',
    status: 200,
    expand: 'order',
  },
  getOrdersBatch: {
    tag: 'order',
    method: 'POST',
    base: '/rest/v2',
    path: '/order/orders/batch',
    summary: 'Read several orders by id',
    permissions: ['order_read'],
    query: Type.Object({ ...expandable() }),
    body: OrderQueryBatch,
    response: OrdersResponse,
    payload: 'orders',
    status: 200,
    maxElements: 200,
    expand: 'order',
  },
  getOrdersByQuery: {
    tag: 'order',
    method: 'POST',
    base: '/rest/v2',
    path: '/order/orders/query',
    summary: 'Search orders',
    permissions: ['order_read'],
    query: Type.Object({ ...paging(), ...sortable(), ...expandable() }),
    body: OrderQuery,
    response: OrdersResponse,
    payload: 'orders',
    status: 200,
    maxLimit: 200,
    expand: 'order',
    sort: 'order',
  },
  getOrder: {
    tag: 'order',
    method: 'GET',
    base: '/rest/v2',
    path: '/order/orders/{order_id}',
    summary: 'Read an order',
    permissions: ['order_read'],
    params: Type.Object({ order_id: Type.String() }),
    query: Type.Object({ ...expandable() }),
    response: OrderResponse,
    payload: 'order',
    status: 200,
    expand: 'order',
  },
  updateOrder: {
    tag: 'order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/order/orders/{order_id}',
    summary: 'Update an order',
    description:
      'A part that is absent stays as it is. Addresses and card of an original order serve the rebills to come.',
    permissions: ['order_write'],
    params: Type.Object({ order_id: Type.String() }),
    query: Type.Object({ ...expandable() }),
    body: Order,
    response: OrderResponse,
    payload: 'order',
    status: 200,
    expand: 'order',
  },
  isRefundableOrder: {
    tag: 'order',
    method: 'GET',
    base: '/rest/v2',
    path: '/order/orders/{order_id}/refundable',
    summary: 'Determine whether an order can be refunded',
    description:
      'True while a gateway captured its payment, something is left to refund, and no other refund is under way.',
    permissions: ['order_read'],
    params: Type.Object({ order_id: Type.String() }),
    response: OrderRefundableResponse,
    payload: 'refundable',
    status: 200,
  },
  refundOrder: {
    tag: 'order',
    method: 'PUT',
    base: '/rest/v2',
    path: '/order/orders/{order_id}/refund',
    summary: 'Refund an order',
    description:
      'Send the order as it was read, with the totals after the refund in the fields that end in _refunded; the ' +
      'difference to earlier refunds is given back. A line with a new quantity_refunded alone is refunded in ' +
      'proportion, with its share of the tax. Nothing is refunded twice, also after a lost answer.',
    permissions: ['order_write'],
    params: Type.Object({ order_id: Type.String() }),
    query: Type.Object({
      reject_after_refund: flag('True: the order is rejected afterwards.'),
      skip_customer_notification: flag('True: the customer gets no mail about it.'),
      auto_order_cancel: flag('True: the auto order of this order is canceled.'),
      auto_order_cancel_reason: text('The reason for the cancelation.'),
      manual_refund: flag('True: the money was given back outside; no gateway is asked.'),
      reverse_affiliate_transactions: flag('Taken and without effect here.'),
      issue_store_credit: flag('Not available: this server keeps no store credit.'),
      ...expandable(),
    }),
    body: Order,
    response: OrderResponse,
    payload: 'order',
    status: 200,
    expand: 'order',
  },

  // Items
  getItems: {
    tag: 'item',
    method: 'GET',
    base: '/rest/v2',
    path: '/item/items',
    summary: 'List items',
    permissions: ['item_read'],
    query: Type.Object({
      ...paging(),
      _since: dateTime('Created or changed since that moment.'),
      ...sortable(),
      ...expandable(),
      ...placeholders(),
    }),
    response: ItemsResponse,
    payload: 'items',
    status: 200,
    maxLimit: 2000,
    expand: 'item',
    sort: 'item',
  },
  insertItem: {
    tag: 'item',
    method: 'POST',
    base: '/rest/v2',
    path: '/item/items',
    summary: 'Insert an item',
    permissions: ['item_write'],
    query: Type.Object({ ...expandable(), ...placeholders() }),
    body: Item,
    response: ItemResponse,
    payload: 'item',
    status: 200,
    expand: 'item',
  },
  getItemByMerchantItemId: {
    tag: 'item',
    method: 'GET',
    base: '/rest/v2',
    path: '/item/items/merchant_item_id/{merchant_item_id}',
    summary: 'Read an item by its id',
    permissions: ['item_read'],
    params: Type.Object({ merchant_item_id: Type.String() }),
    query: Type.Object({ ...expandable(), ...placeholders() }),
    response: ItemResponse,
    payload: 'item',
    status: 200,
    expand: 'item',
  },
  getItem: {
    tag: 'item',
    method: 'GET',
    base: '/rest/v2',
    path: '/item/items/{merchant_item_oid}',
    summary: 'Read an item',
    permissions: ['item_read'],
    params: Type.Object({ merchant_item_oid: oid() }),
    query: Type.Object({ ...expandable(), ...placeholders() }),
    response: ItemResponse,
    payload: 'item',
    status: 200,
    expand: 'item',
  },
  updateItem: {
    tag: 'item',
    method: 'PUT',
    base: '/rest/v2',
    path: '/item/items/{merchant_item_oid}',
    summary: 'Update an item',
    description:
      'A part that is absent stays as it is. Auto orders follow the new schedule and price from their next ' +
      'rebill on.',
    permissions: ['item_write'],
    params: Type.Object({ merchant_item_oid: oid() }),
    query: Type.Object({ ...expandable(), ...placeholders() }),
    body: Item,
    response: ItemResponse,
    payload: 'item',
    status: 200,
    expand: 'item',
  },

  // Customers
  getCustomers: {
    tag: 'customer',
    method: 'GET',
    base: '/rest/v2',
    path: '/customer/customers',
    summary: 'List customers',
    permissions: ['customer_read'],
    query: Type.Object({
      email: text(),
      qb_class: text(),
      quickbooks_code: text(),
      last_modified_dts_start: dateTime(),
      last_modified_dts_end: dateTime(),
      signup_dts_start: dateTime(),
      signup_dts_end: dateTime(),
      billing_first_name: text(),
      billing_last_name: text(),
      billing_company: text(),
      billing_city: text(),
      billing_state: text(),
      billing_postal_code: text(),
      billing_country_code: text(),
      billing_day_phone: text(),
      billing_evening_phone: text(),
      shipping_first_name: text(),
      shipping_last_name: text(),
      shipping_company: text(),
      shipping_city: text(),
      shipping_state: text(),
      shipping_postal_code: text(),
      shipping_country_code: text(),
      shipping_day_phone: text(),
      shipping_evening_phone: text(),
      pricing_tier_oid: int32(),
      pricing_tier_name: text(),
      ...paging(),
      _since: dateTime('Created or changed since that moment.'),
      ...sortable(),
      ...expandable(),
    }),
    response: CustomersResponse,
    payload: 'customers',
    status: 200,
    maxLimit: 200,
    expand: 'customer',
    sort: 'customer',
  },
  insertCustomer: {
    tag: 'customer',
    method: 'POST',
    base: '/rest/v2',
    path: '/customer/customers',
    summary: 'Insert a customer',
    permissions: ['customer_write'],
    query: Type.Object({ ...expandable() }),
    body: Customer,
    response: CustomerResponse,
    payload: 'customer',
    status: 200,
    expand: 'customer',
  },
  getCustomerByEmail: {
    tag: 'customer',
    method: 'GET',
    base: '/rest/v2',
    path: '/customer/customers/by_email/{email}',
    summary: 'Read a customer by email',
    permissions: ['customer_read'],
    params: Type.Object({ email: Type.String() }),
    query: Type.Object({ ...expandable() }),
    response: CustomerResponse,
    payload: 'customer',
    status: 200,
    expand: 'customer',
  },
  getCustomer: {
    tag: 'customer',
    method: 'GET',
    base: '/rest/v2',
    path: '/customer/customers/{customer_profile_oid}',
    summary: 'Read a customer',
    permissions: ['customer_read'],
    params: Type.Object({ customer_profile_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    response: CustomerResponse,
    payload: 'customer',
    status: 200,
    expand: 'customer',
  },
  updateCustomer: {
    tag: 'customer',
    method: 'PUT',
    base: '/rest/v2',
    path: '/customer/customers/{customer_profile_oid}',
    summary: 'Update a customer',
    permissions: ['customer_write'],
    params: Type.Object({ customer_profile_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: Customer,
    response: CustomerResponse,
    payload: 'customer',
    status: 200,
    expand: 'customer',
  },

  // Webhooks
  getWebhooks: {
    tag: 'webhook',
    method: 'GET',
    base: '/rest/v2',
    path: '/webhook/webhooks',
    summary: 'List the webhooks of this application',
    permissions: ['webhook_read'],
    query: Type.Object({
      ...paging(),
      ...sortable(),
      ...unsubscribedToo(),
    }),
    response: WebhooksResponse,
    payload: 'webhooks',
    status: 200,
    maxLimit: 200,
    sort: 'webhook',
  },
  insertWebhook: {
    tag: 'webhook',
    method: 'POST',
    base: '/rest/v2',
    path: '/webhook/webhooks',
    summary: 'Insert a webhook',
    description:
      'Basic authentication without a name and password: both are generated and returned.',
    permissions: ['webhook_write'],
    query: Type.Object({ ...unsubscribedToo() }),
    body: Webhook,
    response: WebhookResponse,
    payload: 'webhook',
    status: 200,
  },
  deleteWebhookByUrl: {
    tag: 'webhook',
    method: 'DELETE',
    base: '/rest/v2',
    path: '/webhook/webhooks',
    summary: 'Delete a webhook by its URL',
    description: 'Only webhook_url of the body counts.',
    permissions: ['webhook_write'],
    body: Webhook,
    response: WebhookResponse,
    payload: 'webhook',
    status: 200,
  },
  updateWebhook: {
    tag: 'webhook',
    method: 'PUT',
    base: '/rest/v2',
    path: '/webhook/webhooks/{webhookOid}',
    summary: 'Update a webhook',
    permissions: ['webhook_write'],
    params: Type.Object({ webhookOid: oid() }),
    query: Type.Object({ ...unsubscribedToo() }),
    body: Webhook,
    response: WebhookResponse,
    payload: 'webhook',
    status: 200,
  },
  deleteWebhook: {
    tag: 'webhook',
    method: 'DELETE',
    base: '/rest/v2',
    path: '/webhook/webhooks/{webhookOid}',
    summary: 'Delete a webhook',
    permissions: ['webhook_write'],
    params: Type.Object({ webhookOid: oid() }),
    status: 204,
  },
  getWebhookLogSummaries: {
    tag: 'webhook',
    method: 'GET',
    base: '/rest/v2',
    path: '/webhook/webhooks/{webhookOid}/logs',
    summary: 'List the deliveries of a webhook',
    permissions: ['webhook_read'],
    params: Type.Object({ webhookOid: oid() }),
    query: Type.Object({
      ...paging(),
      _since: dateTime('Delivered since that moment.'),
      requestId: text(),
      beginDate: dateTime(),
      endDate: dateTime(),
      status: text('The status that the receiver returned.'),
      success: flag(),
      event: text('An event name.'),
      orderId: text(),
      request: text('A part of what was sent.'),
      duration: int32('The least duration, in milliseconds.'),
    }),
    response: WebhookLogSummariesResponse,
    payload: 'webhook_log_summaries',
    status: 200,
    maxLimit: 200,
  },
  getWebhookLog: {
    tag: 'webhook',
    method: 'GET',
    base: '/rest/v2',
    path: '/webhook/webhooks/{webhookOid}/logs/{requestId}',
    summary: 'Read a delivery',
    permissions: ['webhook_read'],
    params: Type.Object({ webhookOid: oid(), requestId: Type.String() }),
    response: WebhookLogResponse,
    payload: 'webhook_log',
    status: 200,
  },
  resendEvent: {
    tag: 'webhook',
    method: 'POST',
    base: '/rest/v2',
    path: '/webhook/webhooks/{webhookOid}/reflow/{eventName}',
    summary: 'Send an event for every existing record',
    description: 'Only for events that support reflow.',
    permissions: ['webhook_write'],
    params: Type.Object({ webhookOid: oid(), eventName: Type.String() }),
    response: WebhookReflowResponse,
    payload: 'reflow',
    status: 200,
  },
  getWebhookEventCategories: {
    tag: 'webhook',
    method: 'GET',
    base: '/rest/v2',
    path: '/webhook/webhook_event_categories',
    summary: 'List all events',
    permissions: ['webhook_read'],
    response: WebhookEventCategoriesResponse,
    payload: 'event_categories',
    status: 200,
  },

  // Workflow
  getWorkflowAgentWebsocketAuthorization: {
    tag: 'workflow',
    method: 'PUT',
    base: '/rest/v2',
    path: '/workflow/agent/auth',
    summary: 'Authorize the live socket',
    permissions: ['workflow_read'],
    response: WorkflowAgentAuthResponse,
    payload: 'agent_auth',
    status: 200,
  },
  getWorkflowAssignmentGroups: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/assignment_groups',
    summary: 'List the groups that tasks can go to',
    permissions: ['workflow_read'],
    query: Type.Object({ ...paging() }),
    response: WorkflowGroupsResponse,
    payload: 'groups',
    status: 200,
    maxLimit: 200,
  },
  getWorkflowAssignmentUsers: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/assignment_users',
    summary: 'List the users that tasks can go to',
    permissions: ['workflow_read'],
    query: Type.Object({ ...paging() }),
    response: WorkflowUsersResponse,
    payload: 'users',
    status: 200,
    maxLimit: 200,
  },
  getWorkflowMe: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/me',
    summary: 'Read who I am',
    permissions: ['workflow_read'],
    response: WorkflowUserResponse,
    payload: 'user',
    status: 200,
  },
  insertWorkflowTask: {
    tag: 'workflow',
    method: 'POST',
    base: '/rest/v2',
    path: '/workflow/tasks',
    summary: 'Insert a task',
    permissions: ['workflow_write'],
    body: WorkflowTask,
    response: WorkflowTaskResponse,
    payload: 'task',
    status: 200,
  },
  getWorkflowTaskAttachmentUploadUrl: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/tasks/attachments/{extension}',
    summary: 'Make a link to upload an attachment',
    description:
      'PUT the bytes to the link, then save the task or note with the key as upload_key.',
    permissions: ['workflow_write'],
    params: Type.Object({ extension: Type.String() }),
    response: WorkflowAttachmentUploadUrlResponse,
    payload: 'workflow_attachment_upload_url',
    status: 200,
  },
  getWorkflowTaskByObjectType: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/tasks/by/{object_type}/{object_id}',
    summary: 'List the tasks of an object',
    description: 'object_type holds a space: auto%20order and auto+order are the same.',
    permissions: ['workflow_read'],
    params: Type.Object({ object_type: Type.String(), object_id: Type.String() }),
    response: WorkflowTasksResponse,
    payload: 'tasks',
    status: 200,
  },
  getWorkflowTaskOpenCount: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/tasks/open_count',
    summary: 'Count my open tasks',
    permissions: ['workflow_read'],
    response: WorkflowTaskOpenCountResponse,
    payload: 'open_count',
    status: 200,
  },
  getWorkflowTasks: {
    tag: 'workflow',
    method: 'POST',
    base: '/rest/v2',
    path: '/workflow/tasks/search',
    summary: 'Search tasks',
    permissions: ['workflow_read'],
    query: Type.Object({ ...paging(), ...sortable() }),
    body: WorkflowTasksRequest,
    response: WorkflowTasksResponse,
    payload: 'tasks',
    status: 200,
    maxLimit: 500,
    sort: 'workflow_task',
  },
  getWorkflowTaskTags: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/tasks/tags',
    summary: 'List the tags in use',
    permissions: ['workflow_read'],
    response: WorkflowTaskTagsResponse,
    payload: 'tags',
    status: 200,
  },
  getWorkflowTask: {
    tag: 'workflow',
    method: 'GET',
    base: '/rest/v2',
    path: '/workflow/tasks/{task_uuid}',
    summary: 'Read a task',
    permissions: ['workflow_read'],
    params: Type.Object({ task_uuid: Type.String() }),
    response: WorkflowTaskResponse,
    payload: 'task',
    status: 200,
  },
  updateWorkflowTask: {
    tag: 'workflow',
    method: 'PUT',
    base: '/rest/v2',
    path: '/workflow/tasks/{task_uuid}',
    summary: 'Update a task',
    permissions: ['workflow_write'],
    params: Type.Object({ task_uuid: Type.String() }),
    body: WorkflowTask,
    response: WorkflowTaskResponse,
    payload: 'task',
    status: 200,
  },

  // OAuth
  oauthAccessToken: {
    tag: 'oauth',
    method: 'POST',
    base: '/rest/v2',
    path: '/oauth/token',
    summary: 'Get or refresh an access token',
    permissions: [],
    body: OauthTokenRequest,
    form: true,
    response: OauthTokenResponse,
    status: 200,
  },
  oauthRevoke: {
    tag: 'oauth',
    method: 'POST',
    base: '/rest/v2',
    path: '/oauth/revoke',
    summary: 'Revoke a token',
    permissions: [],
    body: OauthRevokeRequest,
    form: true,
    response: OauthRevokeSuccessResponse,
    status: 200,
  },
  oauthDeviceAuthorize: {
    tag: 'oauth',
    method: 'POST',
    base: '/rest/v2',
    path: '/oauth/device/authorize',
    summary: 'Begin the device flow',
    permissions: [],
    body: OauthDeviceAuthorizationRequest,
    form: true,
    response: OauthDeviceAuthorizationResponse,
    status: 200,
  },
  getOauthMe: {
    tag: 'oauth',
    method: 'GET',
    base: '/rest/v2',
    path: '/oauth/me',
    summary: 'Read who is calling',
    permissions: [],
    anyCaller: true,
    response: OauthMe,
    status: 200,
  },

  // Users and groups
  getGroups: {
    tag: 'user',
    method: 'GET',
    base: '/rest/v2',
    path: '/user/groups',
    summary: 'List groups',
    permissions: ['user_read'],
    response: GroupsResponse,
    payload: 'groups',
    status: 200,
  },
  insertGroup: {
    tag: 'user',
    method: 'POST',
    base: '/rest/v2',
    path: '/user/groups',
    summary: 'Insert a group',
    permissions: ['user_write'],
    recentLogIn: true,
    body: Group,
    response: GroupResponse,
    payload: 'group',
    status: 200,
  },
  getGroup: {
    tag: 'user',
    method: 'GET',
    base: '/rest/v2',
    path: '/user/groups/{group_oid}',
    summary: 'Read a group',
    permissions: ['user_read'],
    params: Type.Object({ group_oid: oid() }),
    response: GroupResponse,
    payload: 'group',
    status: 200,
  },
  updateGroup: {
    tag: 'user',
    method: 'PUT',
    base: '/rest/v2',
    path: '/user/groups/{group_oid}',
    summary: 'Update a group',
    permissions: ['user_write'],
    recentLogIn: true,
    params: Type.Object({ group_oid: oid() }),
    body: Group,
    response: GroupResponse,
    payload: 'group',
    status: 200,
  },
  deleteGroup: {
    tag: 'user',
    method: 'DELETE',
    base: '/rest/v2',
    path: '/user/groups/{group_oid}',
    summary: 'Delete a group',
    permissions: ['user_write'],
    recentLogIn: true,
    params: Type.Object({ group_oid: oid() }),
    status: 204,
  },
  getUsers: {
    tag: 'user',
    method: 'GET',
    base: '/rest/v2',
    path: '/user/users',
    summary: 'List users',
    permissions: ['user_read'],
    response: UsersResponse,
    payload: 'users',
    status: 200,
  },
  insertUser: {
    tag: 'user',
    method: 'POST',
    base: '/rest/v2',
    path: '/user/users',
    summary: 'Insert a user',
    permissions: ['user_write'],
    recentLogIn: true,
    body: User,
    response: UserResponse,
    payload: 'user',
    status: 200,
  },
  getUser: {
    tag: 'user',
    method: 'GET',
    base: '/rest/v2',
    path: '/user/users/{user_id}',
    summary: 'Read a user',
    permissions: ['user_read'],
    params: Type.Object({ user_id: oid() }),
    response: UserResponse,
    payload: 'user',
    status: 200,
  },
  updateUser: {
    tag: 'user',
    method: 'PUT',
    base: '/rest/v2',
    path: '/user/users/{user_id}',
    summary: 'Update a user',
    permissions: ['user_write'],
    recentLogIn: true,
    params: Type.Object({ user_id: oid() }),
    body: User,
    response: UserResponse,
    payload: 'user',
    status: 200,
  },
  deleteUser: {
    tag: 'user',
    method: 'DELETE',
    base: '/rest/v2',
    path: '/user/users/{user_id}',
    summary: 'Delete a user',
    permissions: ['user_write'],
    recentLogIn: true,
    params: Type.Object({ user_id: oid() }),
    status: 204,
  },
  getUserLogins: {
    tag: 'user',
    method: 'GET',
    base: '/rest/v2',
    path: '/user/users/{user_id}/logins',
    summary: 'List the logins of a user',
    permissions: ['user_read'],
    params: Type.Object({ user_id: oid() }),
    response: UserLoginsResponse,
    payload: 'logins',
    status: 200,
  },

  // Sessions
  logIn: {
    tag: 'session',
    method: 'POST',
    base: '/perennial/v1',
    path: '/session',
    summary: 'Log in',
    description:
      'Returns the session and sets its cookie, which is HttpOnly and SameSite=Strict. A session ' +
      'ends 12 hours after its last request and at most 7 days after the log-in. Calls that change ' +
      'something with the cookie need the header X-Perennial-Console: 1, a JSON body where there is ' +
      'one, and Sec-Fetch-Site: same-origin (or, without that header, an Origin of this server).',
    permissions: [],
    body: SessionRequest,
    response: SessionResponse,
    payload: 'session',
    status: 200,
  },
  getSession: {
    tag: 'session',
    method: 'GET',
    base: '/perennial/v1',
    path: '/session',
    summary: 'Read the session of the caller',
    permissions: [],
    sessionOnly: true,
    response: SessionResponse,
    payload: 'session',
    status: 200,
  },
  logOut: {
    tag: 'session',
    method: 'DELETE',
    base: '/perennial/v1',
    path: '/session',
    summary: 'Log out',
    permissions: [],
    sessionOnly: true,
    status: 204,
  },
  getSessionOptions: {
    tag: 'session',
    method: 'GET',
    base: '/perennial/v1',
    path: '/session/options',
    summary: 'Read what a log-in page can fill in',
    permissions: [],
    response: SessionOptionsResponse,
    payload: 'options',
    status: 200,
  },
  changePassword: {
    tag: 'session',
    method: 'POST',
    base: '/perennial/v1',
    path: '/session/password',
    summary: 'Change your password',
    description: 'Ends the other sessions of the user.',
    permissions: [],
    sessionOnly: true,
    body: SessionPasswordRequest,
    status: 204,
  },
  getSessions: {
    tag: 'session',
    method: 'GET',
    base: '/perennial/v1',
    path: '/sessions',
    summary: 'List sessions',
    description:
      'Those of the caller; with the permission configuration_read, those of all users of the ' +
      'merchant. The newest log-in comes first.',
    permissions: [],
    sessionOnly: true,
    query: Type.Object({ ...paging() }),
    response: SessionsResponse,
    payload: 'sessions',
    status: 200,
    maxLimit: 200,
  },
  endSession: {
    tag: 'session',
    method: 'DELETE',
    base: '/perennial/v1',
    path: '/sessions/{session_id}',
    summary: 'End a session',
    description:
      'One of the caller; with the permission configuration_write, one of any user of the merchant.',
    permissions: [],
    sessionOnly: true,
    params: Type.Object({ session_id: Type.String() }),
    status: 204,
  },

  // Ours alone
  getClock: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/clock',
    summary: 'Read the clock',
    permissions: ['configuration_read'],
    response: ClockResponse,
    payload: 'clock',
    status: 200,
  },
  setClock: {
    tag: 'perennial',
    method: 'PUT',
    base: '/perennial/v1',
    path: '/clock',
    summary: 'Move the clock',
    description:
      'Plays everything that falls due on the way, in order. Returns when it is done; if that takes long, ' +
      'returns an advance to poll. Never backwards, and never where real cards are charged.',
    permissions: ['configuration_write'],
    body: ClockRequest,
    response: ClockResponse,
    payload: 'clock',
    status: 200,
  },
  getClockAdvance: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/clock/advances/{advance_id}',
    summary: 'Read how far an advance has come',
    permissions: ['configuration_read'],
    params: Type.Object({ advance_id: Type.String() }),
    response: ClockAdvanceResponse,
    payload: 'advance',
    status: 200,
  },
  getClockAdvances: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/clock/advances',
    summary: 'List the advances of the clock',
    permissions: ['configuration_read'],
    query: Type.Object({ ...paging() }),
    response: ClockAdvancesResponse,
    payload: 'advances',
    maxLimit: 200,
    status: 200,
  },
  stopClockAdvance: {
    tag: 'perennial',
    method: 'DELETE',
    base: '/perennial/v1',
    path: '/clock/advances/{advance_id}',
    summary: 'Stop an advance of the clock',
    description:
      'It ends with the stretch that is being played, so every day that it began is finished. ' +
      'The clock then shows the moment that it reached. Stopping an advance that has ended changes nothing.',
    permissions: ['configuration_write'],
    params: Type.Object({ advance_id: Type.String() }),
    response: ClockAdvanceResponse,
    payload: 'advance',
    status: 200,
  },
  getClockAdvanceDays: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/clock/advances/{advance_id}/days',
    summary: 'Read what an advance did, by day',
    description: 'Also while it plays. Advances of versions that kept no days have none.',
    permissions: ['configuration_read'],
    params: Type.Object({ advance_id: Type.String() }),
    response: ClockAdvanceDaysResponse,
    payload: 'days',
    status: 200,
  },
  getClockDue: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/clock/due',
    summary: 'Read what is due until a moment',
    description:
      'Shows what an advance of the clock to that moment would charge. Changes nothing. Send until or advance_by.',
    permissions: ['auto_order_read'],
    query: Type.Object({
      until: dateTime('A moment after the one that the clock shows.'),
      advance_by: text('The same as a span: P1M, or 1y, 3mo, 2w, 10d, 5h.'),
      _limit: int32('The most auto orders to preview. Default 100.'),
    }),
    response: ClockDueResponse,
    payload: 'due',
    maxLimit: 500,
    status: 200,
  },
  getParkedAutoOrders: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/auto_orders/parked',
    summary: 'List the auto orders that cannot be billed',
    description:
      'Each with the reason. Repair what the reason names: a change of the auto order, or of ' +
      'the item that it names, has the auto order checked again at once.',
    permissions: ['auto_order_read'],
    query: Type.Object({ ...paging() }),
    response: ParkedAutoOrdersResponse,
    payload: 'parked',
    maxLimit: 200,
    status: 200,
  },
  searchAutoOrders: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/auto_orders/search',
    summary: 'Search auto orders, as short rows',
    description:
      'For screens: a row instead of the whole record, each with its state and the amount of its ' +
      'next rebill. Pages follow a cursor, so they neither lose nor repeat rows while rows change.',
    permissions: ['auto_order_read'],
    query: Type.Object({ ...cursorPaging(), ...sortable() }),
    body: AutoOrderSearch,
    response: AutoOrderSearchResponse,
    payload: 'auto_orders',
    status: 200,
    maxLimit: 200,
    sort: 'auto_order_row',
  },
  previewAutoOrder: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/auto_orders/{auto_order_oid}/preview',
    summary: 'Read the next rebills as they will be ordered',
    permissions: ['auto_order_read'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({
      count: int32('How many, 1 to 100; default 12.'),
      resumed: flag(
        'True: as if the auto order were enabled and all of its items unpaused now; shows what that will charge.',
      ),
    }),
    response: PreviewResponse,
    payload: 'rebills',
    status: 200,
  },
  previewAutoOrderChange: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/auto_orders/{auto_order_oid}/preview',
    summary: 'Read what a change would do to the next rebills',
    description:
      'Takes a change as updateAutoOrder takes it, and writes nothing. What updateAutoOrder would ' +
      'refuse is refused here in the same way.',
    permissions: ['auto_order_read'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({
      validate_original_order: text('As updateAutoOrder takes it.'),
    }),
    body: AutoOrderPreviewRequest,
    response: AutoOrderPreviewResponse,
    payload: 'before',
    status: 200,
  },
  skipAutoOrder: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/auto_orders/{auto_order_oid}/skip',
    summary: 'Skip a shipment',
    description:
      'Moves the items that ship on the named day along their schedule; nothing is charged ' +
      'and nothing is counted. A repeat changes nothing. Refused while a charge is under ' +
      'way, and for a day that is not the next one of an item.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderActionRequest,

    response: AutoOrderActionResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  unskipAutoOrder: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/auto_orders/{auto_order_oid}/unskip',
    summary: 'Bring a skipped shipment back',
    description:
      'The day must be in the future and lie on the schedule before the next shipment. A ' +
      'repeat changes nothing.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderActionRequest,

    response: AutoOrderActionResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  resumeAutoOrder: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/auto_orders/{auto_order_oid}/resume',
    summary: 'Resume paused items',
    description:
      'The setting missed_shipments decides what is charged of missed shipments; the ' +
      'preview shows it. A repeat changes nothing.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderActionRequest,
    bodyOptional: true,
    response: AutoOrderActionResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  reactivateAutoOrder: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/auto_orders/{auto_order_oid}/reactivate',
    summary: 'Reactivate a canceled or disabled auto order',
    description:
      'Missed shipments are never charged. With auto_order_item_oid, an item that was ended ' +
      'is reopened. A repeat changes nothing.',
    permissions: ['auto_order_write'],
    params: Type.Object({ auto_order_oid: oid() }),
    query: Type.Object({ ...expandable() }),
    body: AutoOrderActionRequest,
    bodyOptional: true,
    response: AutoOrderActionResponse,
    payload: 'auto_order',
    status: 200,
    expand: 'auto_order',
  },
  getEvents: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/events',
    summary: 'Read events after a cursor',
    description: 'Without gaps and in order. Events are kept for 30 days.',
    permissions: ['webhook_read'],
    query: Type.Object({
      after: text(
        'The cursor of the last event you have; absent for the oldest of the last 30 days.',
      ),
      _limit: int32('Default 100.'),
    }),
    response: EventsResponse,
    payload: 'events',
    status: 200,
    maxLimit: 1000,
  },
  getAudit: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/audit',
    summary: 'Recompute the books and list every difference',
    permissions: ['auto_order_read'],
    response: AuditResponse,
    payload: 'differences',
    status: 200,
  },
  getMerchantSettings: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/settings',
    summary: 'Read the settings',
    permissions: ['configuration_read'],
    response: MerchantSettingsResponse,
    payload: 'settings',
    status: 200,
  },
  updateMerchantSettings: {
    tag: 'perennial',
    method: 'PUT',
    base: '/perennial/v1',
    path: '/settings',
    summary: 'Change the settings',
    description: 'A field that is absent stays as it is.',
    permissions: ['configuration_write'],
    body: MerchantSettings,
    response: MerchantSettingsResponse,
    payload: 'settings',
    status: 200,
  },
  getWorkflowRules: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/workflow/rules',
    summary: 'Read the rules that raise system tasks',
    permissions: ['workflow_read'],
    response: WorkflowRulesResponse,
    payload: 'rules',
    status: 200,
  },
  updateWorkflowRules: {
    tag: 'perennial',
    method: 'PUT',
    base: '/perennial/v1',
    path: '/workflow/rules',
    summary: 'Change the rules that raise system tasks',
    description: 'Kinds that are not named stay as they are.',
    permissions: ['configuration_write'],
    body: WorkflowRules,
    response: WorkflowRulesResponse,
    payload: 'rules',
    status: 200,
  },
  searchWorkflowTasks: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/workflow/tasks/search',
    summary: 'Search tasks also by object and text',
    permissions: ['workflow_read'],
    query: Type.Object({ ...paging(), ...sortable() }),
    body: WorkflowTaskSearch,
    response: WorkflowTasksResponse,
    payload: 'tasks',
    status: 200,
    maxLimit: 500,
    sort: 'workflow_task',
  },
  batchUpdateWorkflowTasks: {
    tag: 'perennial',
    method: 'PUT',
    base: '/perennial/v1',
    path: '/workflow/tasks/batch',
    summary: 'Change many tasks',
    description: 'A result for each: one that is refused does not stop the others.',
    permissions: ['workflow_write'],
    body: WorkflowTasksBatchRequest,
    response: WorkflowTasksBatchResponse,
    payload: 'results',
    status: 200,
    maxElements: 500,
  },
  deleteWorkflowTask: {
    tag: 'perennial',
    method: 'DELETE',
    base: '/perennial/v1',
    path: '/workflow/tasks/{task_uuid}',
    summary: 'Delete a task',
    permissions: ['workflow_write'],
    params: Type.Object({ task_uuid: Type.String() }),
    status: 204,
  },
  getSavedSearches: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/workflow/saved_searches',
    summary: 'List saved searches',
    permissions: ['workflow_read'],
    response: SavedSearchesResponse,
    payload: 'saved_searches',
    status: 200,
  },
  insertSavedSearch: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/workflow/saved_searches',
    summary: 'Save a search',
    permissions: ['workflow_read'],
    body: SavedSearch,
    response: SavedSearchResponse,
    payload: 'saved_search',
    status: 200,
  },
  updateSavedSearch: {
    tag: 'perennial',
    method: 'PUT',
    base: '/perennial/v1',
    path: '/workflow/saved_searches/{saved_search_oid}',
    summary: 'Change a saved search',
    permissions: ['workflow_read'],
    params: Type.Object({ saved_search_oid: oid() }),
    body: SavedSearch,
    response: SavedSearchResponse,
    payload: 'saved_search',
    status: 200,
  },
  deleteSavedSearch: {
    tag: 'perennial',
    method: 'DELETE',
    base: '/perennial/v1',
    path: '/workflow/saved_searches/{saved_search_oid}',
    summary: 'Delete a saved search',
    permissions: ['workflow_read'],
    params: Type.Object({ saved_search_oid: oid() }),
    status: 204,
  },
  getWebhookSecrets: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/webhooks/{webhookOid}/secrets',
    summary: 'List the secrets that sign',
    permissions: ['webhook_read'],
    params: Type.Object({ webhookOid: oid() }),
    response: WebhookSecretsResponse,
    payload: 'secrets',
    status: 200,
  },
  getMerchantWebhooks: {
    tag: 'perennial',
    method: 'GET',
    base: '/perennial/v1',
    path: '/webhooks',
    summary: 'List the webhooks of all keys and applications',
    description:
      'For administrators: whose each webhook is, whether its owner is still there, and how it is doing.',
    permissions: ['configuration_read'],
    query: Type.Object({ ...paging() }),
    response: MerchantWebhooksResponse,
    payload: 'webhooks',
    status: 200,
    maxLimit: 200,
  },
  updateWebhookOwner: {
    tag: 'perennial',
    method: 'PUT',
    base: '/perennial/v1',
    path: '/webhooks/{webhookOid}/owner',
    summary: 'Move a webhook to another key or application',
    description:
      'After a key was replaced, for example. The caller and the new owner need the ' +
      'permissions that its events are shown for. A webhook that stopped because its owner ' +
      'was gone continues where it stopped.',
    permissions: ['configuration_write'],
    params: Type.Object({ webhookOid: oid() }),
    body: WebhookOwnerRequest,
    bodyOptional: true,
    response: MerchantWebhookResponse,
    payload: 'webhook',
    status: 200,
  },
  deleteMerchantWebhook: {
    tag: 'perennial',
    method: 'DELETE',
    base: '/perennial/v1',
    path: '/webhooks/{webhookOid}',
    summary: 'Delete a webhook of any key or application',
    permissions: ['configuration_write'],
    params: Type.Object({ webhookOid: oid() }),
    status: 204,
  },
  rotateWebhookSecret: {
    tag: 'perennial',
    method: 'POST',
    base: '/perennial/v1',
    path: '/webhooks/{webhookOid}/secrets',
    summary: 'Replace the signing secret',
    description: 'The new secret is shown in this response and never again.',
    permissions: ['webhook_write'],
    params: Type.Object({ webhookOid: oid() }),
    body: WebhookSecretRequest,
    bodyOptional: true,
    response: WebhookSecretsResponse,
    payload: 'secrets',
    status: 200,
  },
} as const satisfies Record<string, Operation>;

/** The name of an operation. */
export type OperationId = keyof typeof operations;

/** The parameters of an operation's path, all required. */
export type ParamsOf<Id extends OperationId> = Part<Id, 'params'>;

/** The query of an operation, as it is after parsing: numbers are numbers, flags are booleans. */
export type QueryOf<Id extends OperationId> = Part<Id, 'query'>;

/** The body of an operation, as a client that speaks the types sends it. */
export type BodyOf<Id extends OperationId> = Part<Id, 'body'>;

/** The response of an operation. */
export type ResponseOf<Id extends OperationId> = Part<Id, 'response'>;

/** An operation by its name, seen as a row like any other. */
export function operation(id: OperationId): Operation {
  return operations[id];
}

/**
 * Whether a request must say its version. OAuth calls need not: libraries for that protocol know
 * none of our headers.
 */
export function needsVersion({ base, tag }: Operation): boolean {
  return base === '/rest/v2' && tag !== 'oauth';
}

/** The names of all operations, in the order of the table. */
export const operationIds = Object.keys(operations) as readonly OperationId[];

type Part<Id extends OperationId, Name extends keyof Operation> = (typeof operations)[Id] extends {
  readonly [Key in Name]: infer Schema extends TSchema;
}
  ? Static<Schema>
  : Record<never, never>;

function oid() {
  return Type.Integer({ format: 'int32' });
}

function paging() {
  return { _limit: int32('How many at most.'), _offset: int32('How many to skip; zero based.') };
}

/** The paging of lists for screens. */
function cursorPaging() {
  return {
    _limit: int32('How many at most.'),
    _after: text('The next_cursor of the page before, with the same filters and _sort.'),
  };
}

function sortable() {
  return {
    _sort: text('Fields separated by commas, + ascending, - descending. Percent-encode the plus.'),
  };
}

function expandable() {
  return {
    _expand: text('Names of the parts to return, separated by commas. Unknown names are ignored.'),
  };
}

function placeholders() {
  return { _placeholders: flag('Taken and without effect here.') };
}

function unsubscribedToo() {
  return { _placeholders: flag('True: events that are not subscribed to are listed as well.') };
}
