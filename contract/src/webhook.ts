/** Webhooks: their events, their destinations and their deliveries. */
import type { Static } from 'typebox';
import { answer, HTTPHeader } from './common.ts';
import { dateTime, flag, int32, int64, many, model, one, oneOf, text, texts } from './fields.ts';

export const ApiUserApplicationProfile = model(
  'ApiUserApplicationProfile',
  'The application that owns a webhook.',
  {
    api_application_logo_url: text(),
    application_description: text(),
    application_name: text(),
    developer_name: text(),
    developer_website: text(),
  },
);
export type ApiUserApplicationProfile = Static<typeof ApiUserApplicationProfile>;

export const WebhookEventSubscription = model(
  'WebhookEventSubscription',
  'One event, and whether a webhook receives it.',
  {
    comments: text(),
    deprecated_flag: flag(),
    discontinued_flag: flag(),
    event_description: text(),
    event_name: text(),
    event_ruler: text('An Event Ruler pattern; only what matches is sent.'),
    expansion: text('The expansions of the payload.'),
    subscribed: flag(
      'False: not received. Absent in a change: received, unless webhook_event_oid is given.',
    ),
    supports_reflow: flag('Can be sent again for every record.'),
    webhook_event_oid: int32(),
  },
);
export type WebhookEventSubscription = Static<typeof WebhookEventSubscription>;

export const WebhookEventCategory = model('WebhookEventCategory', 'Events of one kind.', {
  any_subscribed: flag('At least one event is subscribed to.'),
  available_expansions: texts(),
  event_category: text(),
  events: many(WebhookEventSubscription),
  subscribed: flag('All events are subscribed to.'),
});
export type WebhookEventCategory = Static<typeof WebhookEventCategory>;

export const Webhook = model('Webhook', 'A destination of events, and its subscriptions.', {
  api_user_oid: int32(),
  api_version: oneOf(['2017-03-01']),
  application_profile: one(ApiUserApplicationProfile),
  authentication_type: oneOf(
    ['none', 'basic', 'api user', 'aws iam'],
    'How the server authenticates to the receiver.',
  ),
  basic_password: text('Shown once, in the response that created it.'),
  basic_username: text(),
  compress_events: flag('Events is the JSON array, gzipped, in base64.'),
  consecutive_failures: int32('Failed deliveries since the last success.'),
  disabled: flag('Nothing is delivered; set false to continue where it stopped.'),
  event_categories: many(WebhookEventCategory, 'What is subscribed to.'),
  iam_access_key: text(),
  iam_secret_key: text(),
  maximum_events: int32('The most events of a delivery.'),
  maximum_size: int32('The most bytes of a delivery.'),
  merchant_id: text(),
  next_retry_after: text('When delivery is tried again.'),
  pending: int32('Events that wait.'),
  webhook_oid: int32(),
  webhook_url: text('Https, wherever customer data is sent.'),
});
export type Webhook = Static<typeof Webhook>;

export const WebhookEventCategoriesResponse = answer('WebhookEventCategoriesResponse', {
  event_categories: many(WebhookEventCategory),
});
export type WebhookEventCategoriesResponse = Static<typeof WebhookEventCategoriesResponse>;

export const WebhookLog = model('WebhookLog', 'A delivery in full.', {
  delivery_dts: dateTime(),
  duration: int32('Milliseconds.'),
  queue_delay: int64('Milliseconds from the event to the delivery.'),
  request: text('The first 100,000 characters.'),
  request_headers: many(HTTPHeader),
  request_id: text(),
  response: text('The first 100,000 characters.'),
  response_headers: many(HTTPHeader),
  status_code: int32(),
  success: flag(),
  uri: text(),
  webhook_oid: int32(),
});
export type WebhookLog = Static<typeof WebhookLog>;

export const WebhookLogResponse = answer('WebhookLogResponse', {
  webhook_log: one(WebhookLog),
});
export type WebhookLogResponse = Static<typeof WebhookLogResponse>;

export const WebhookLogSummary = model('WebhookLogSummary', 'A delivery in short.', {
  delivery_dts: dateTime(),
  request_id: text(),
  success: flag(),
});
export type WebhookLogSummary = Static<typeof WebhookLogSummary>;

export const WebhookLogSummariesResponse = answer('WebhookLogSummariesResponse', {
  webhook_log_summaries: many(WebhookLogSummary),
});
export type WebhookLogSummariesResponse = Static<typeof WebhookLogSummariesResponse>;

export const WebhookReflow = model('WebhookReflow', 'Events sent again.', {
  event_name: text(),
  queued: flag('They are on their way.'),
});
export type WebhookReflow = Static<typeof WebhookReflow>;

export const WebhookReflowResponse = answer('WebhookReflowResponse', {
  reflow: one(WebhookReflow),
});
export type WebhookReflowResponse = Static<typeof WebhookReflowResponse>;

export const WebhookResponse = answer('WebhookResponse', {
  webhook: one(Webhook),
});
export type WebhookResponse = Static<typeof WebhookResponse>;

export const WebhooksResponse = answer('WebhooksResponse', {
  webhooks: many(Webhook),
});
export type WebhooksResponse = Static<typeof WebhooksResponse>;
