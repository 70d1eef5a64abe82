import type { EventDescription, EventName } from '@perennial/contract/events.ts';
import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import type {
  WebhookEventCategory,
  WebhookLogSummary,
  Webhook as WireWebhook,
} from '@perennial/contract/webhook.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { LogSummary, RequestId, WebhookTry } from './logStore.ts';
import { catalogueRows, expansionsFor } from './owner.ts';
import type { Authentication, Subscription } from './webhook.ts';
import type { StoredWebhook } from './webhookStore.ts';

/**
 * Returns a webhook in the form for its application. It contains only the secrets in `shown`, which
 * were just generated.
 */
export function webhookToWire(
  webhook: StoredWebhook,
  merchant: Merchant,
  withUnsubscribed: boolean,
  shown?: Authentication,
): WireWebhook {
  const { authentication: auth } = webhook;
  return {
    webhook_oid: webhook.webhookOid,
    merchant_id: merchant.merchantId,
    api_version: '2017-03-01',
    webhook_url: webhook.url,
    authentication_type: auth.type,
    ...(auth.type === 'basic' ? { basic_username: auth.username } : {}),
    ...(shown?.type === 'basic' ? { basic_password: shown.password } : {}),
    ...(auth.type === 'aws iam' ? { iam_access_key: auth.accessKey } : {}),
    compress_events: webhook.compressEvents,
    maximum_events: webhook.maximumEvents,
    maximum_size: webhook.maximumSize,
    disabled: webhook.disabled,
    consecutive_failures: webhook.consecutiveFailures,
    pending: webhook.pending,
    ...(webhook.nextRetryAt
      ? { next_retry_after: wireDate(webhook.nextRetryAt, merchant.timeZone) }
      : {}),
    event_categories: categories(webhook.subscriptions, withUnsubscribed),
  };
}

/**
 * Returns the event catalogue by category; `subscriptions` marks the events that a webhook
 * receives.
 */
export function categories(
  subscriptions: readonly Subscription[],
  withUnsubscribed: boolean,
): WebhookEventCategory[] {
  const heard = new Map(subscriptions.map((each) => [each.eventName, each]));
  return [...Map.groupBy(catalogueRows, ([, { category }]) => category)].flatMap(
    ([category, rows]) => {
      const subscribed = rows.filter(([name]) => heard.has(name));
      if (subscribed.length === 0 && !withUnsubscribed) return [];
      return [
        {
          event_category: category,
          any_subscribed: subscribed.length > 0,
          subscribed: subscribed.length === rows.length,
          available_expansions: [...expansionsFor(rows[0]![1])],
          events: (withUnsubscribed ? rows : subscribed).map(([name, description]) =>
            wireSubscription(name, description, heard.get(name)),
          ),
        },
      ];
    },
  );
}

function wireSubscription(
  name: EventName,
  description: EventDescription,
  subscription: Subscription | undefined,
) {
  return {
    webhook_event_oid: description.eventOid,
    event_name: name,
    event_description: description.description,
    subscribed: subscription !== undefined,
    supports_reflow: description.supportsReflow,
    deprecated_flag: false,
    discontinued_flag: false,
    ...(subscription ? { expansion: subscription.expansion } : {}),
    ...(subscription?.eventRuler === undefined ? {} : { event_ruler: subscription.eventRuler }),
    ...(subscription?.comments === undefined ? {} : { comments: subscription.comments }),
  };
}

/**
 * Returns an attempt in the form for administrators, without its payload. Throws when a stored
 * value cannot be shown: lists leave such an attempt out.
 */
export function wireTry(each: WebhookTry, zone: string): WebhookDelivery {
  return {
    webhook_oid: each.webhookOid,
    ...wireSummary(each, zone),
    delivery_id: each.deliveryId,
    attempt: each.attempt,
    ...(each.statusCode === null ? {} : { status_code: each.statusCode }),
    ...(each.failure ? { failure: each.failure } : {}),
    ...(each.nextTryAt ? { next_try_dts: tryDate(each.nextTryAt, zone) } : {}),
    duration_ms: each.durationMs,
    event_names: shownTexts('event_names', each.eventNames),
    objects: shownTexts('objects', each.objects),
  };
}

/** Returns an attempt in the form of the log's list. Throws like `wireTry`. */
export const wireSummary = (each: LogSummary, zone: string): WebhookLogSummary => ({
  request_id: requestIdOf(each),
  delivery_dts: tryDate(each.at, zone),
  success: each.success,
});

/** The id of an attempt on the wire: the delivery and the number of the attempt. */
export const requestIdOf = ({ deliveryId, attempt }: RequestId): string =>
  `${deliveryId}.${attempt}`;

function tryDate(at: Temporal.Instant, zone: string): string {
  const text = wireDate(at, zone);
  if (!/^\d{4}-/.test(text)) throw new Error(`its date ${text} is not of the years 0 to 9999`);
  return text;
}

/** The wire has no null. */
function shownTexts(name: string, texts: readonly (string | null)[]): string[] {
  return texts.map((text) => {
    if (text === null) throw new Error(`its ${name} contain null`);
    return text;
  });
}
