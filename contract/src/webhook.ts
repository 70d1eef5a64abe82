/**
 * Webhooks: who is told of which events, and what was delivered.
 */
import type { Static } from 'typebox';
import { HTTPHeader, answer } from './common.ts';
import { dateTime, flag, int32, int64, many, model, one, oneOf, text, texts } from './fields.ts';

/** ApiUserApplicationProfile */
export const ApiUserApplicationProfile = model('ApiUserApplicationProfile', 'ApiUserApplicationProfile', {
  api_application_logo_url: text(),
  application_description: text(),
  application_name: text(),
  developer_name: text(),
  developer_website: text(),
});
export type ApiUserApplicationProfile = Static<typeof ApiUserApplicationProfile>;

/** WebhookEventSubscription */
export const WebhookEventSubscription = model('WebhookEventSubscription', 'WebhookEventSubscription', {
  comments: text(),
  deprecated_flag: flag(),
  discontinued_flag: flag(),
  event_description: text(),
  event_name: text(),
  event_ruler: text(),
  expansion: text(),
  subscribed: flag(),
  supports_reflow: flag(),
  webhook_event_oid: int32(),
});
export type WebhookEventSubscription = Static<typeof WebhookEventSubscription>;

/** WebhookEventCategory */
export const WebhookEventCategory = model('WebhookEventCategory', 'WebhookEventCategory', {
  any_subscribed: flag(),
  available_expansions: texts(),
  event_category: text(),
  events: many(WebhookEventSubscription),
  subscribed: flag(),
});
export type WebhookEventCategory = Static<typeof WebhookEventCategory>;

/** Webhook */
export const Webhook = model('Webhook', 'Webhook', {
  api_user_oid: int32(),
  api_version: oneOf(['2017-03-01']),
  application_profile: one(ApiUserApplicationProfile),
  authentication_type: oneOf(['none', 'basic', 'api user', 'aws iam']),
  basic_password: text(),
  basic_username: text(),
  compress_events: flag(),
  consecutive_failures: int32(),
  disabled: flag(),
  event_categories: many(WebhookEventCategory),
  iam_access_key: text(),
  iam_secret_key: text(),
  maximum_events: int32(),
  maximum_size: int32(),
  merchant_id: text(),
  next_retry_after: text(),
  pending: int32(),
  webhook_oid: int32(),
  webhook_url: text(),
});
export type Webhook = Static<typeof Webhook>;

/** An answer with `event_categories`. */
export const WebhookEventCategoriesResponse = answer('WebhookEventCategoriesResponse', {
  event_categories: many(WebhookEventCategory),
});
export type WebhookEventCategoriesResponse = Static<typeof WebhookEventCategoriesResponse>;

/** WebhookLog */
export const WebhookLog = model('WebhookLog', 'WebhookLog', {
  delivery_dts: dateTime(),
  duration: int32(),
  queue_delay: int64(),
  request: text(),
  request_headers: many(HTTPHeader),
  request_id: text(),
  response: text(),
  response_headers: many(HTTPHeader),
  status_code: int32(),
  success: flag(),
  uri: text(),
  webhook_oid: int32(),
});
export type WebhookLog = Static<typeof WebhookLog>;

/** An answer with `webhook_log`. */
export const WebhookLogResponse = answer('WebhookLogResponse', {
  webhook_log: one(WebhookLog),
});
export type WebhookLogResponse = Static<typeof WebhookLogResponse>;

/** WebhookLogSummary */
export const WebhookLogSummary = model('WebhookLogSummary', 'WebhookLogSummary', {
  delivery_dts: dateTime(),
  request_id: text(),
  success: flag(),
});
export type WebhookLogSummary = Static<typeof WebhookLogSummary>;

/** An answer with `webhook_log_summaries`. */
export const WebhookLogSummariesResponse = answer('WebhookLogSummariesResponse', {
  webhook_log_summaries: many(WebhookLogSummary),
});
export type WebhookLogSummariesResponse = Static<typeof WebhookLogSummariesResponse>;

/** WebhookReflow */
export const WebhookReflow = model('WebhookReflow', 'WebhookReflow', {
  event_name: text(),
  queued: flag(),
});
export type WebhookReflow = Static<typeof WebhookReflow>;

/** An answer with `reflow`. */
export const WebhookReflowResponse = answer('WebhookReflowResponse', {
  reflow: one(WebhookReflow),
});
export type WebhookReflowResponse = Static<typeof WebhookReflowResponse>;

/** An answer with `webhook`. */
export const WebhookResponse = answer('WebhookResponse', {
  webhook: one(Webhook),
});
export type WebhookResponse = Static<typeof WebhookResponse>;

/** An answer with `webhooks`. */
export const WebhooksResponse = answer('WebhooksResponse', {
  webhooks: many(Webhook),
});
export type WebhooksResponse = Static<typeof WebhooksResponse>;
