import {
  events as catalogue,
  type EventDescription,
  type EventName,
} from '@perennial/contract/events.ts';
import { parseExpand } from '@perennial/contract/expansions.ts';
import type { WebhookEventCategory, Webhook as WireWebhook } from '@perennial/contract/webhook.ts';
import { wireDate } from '../kernel/calendar.ts';
import type { IdFactory } from '../kernel/ids.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { checkDestination, type DestinationPolicy } from './destination.ts';
import { parseNewRule } from './eventRuler.ts';
import { describe, expansionsFor, type Owner } from './owner.ts';
import { type Authentication, limits, type Subscription, type Webhook } from './webhook.ts';
import type { StoredWebhook } from './webhookStore.ts';

/**
 * Applies what a client sent to a webhook. Absent fields stay as they are; refuses an invalid value
 * by the name of its field.
 */
export function webhookFrom(
  body: WireWebhook,
  before: Webhook,
  policy: DestinationPolicy,
  ids: IdFactory,
): Webhook {
  const authentication = authenticationFrom(body, before.authentication, ids);
  return {
    webhookOid: before.webhookOid,
    owner: before.owner,
    url: urlFrom(body.webhook_url ?? before.url, policy),
    authentication,
    compressEvents: body.compress_events ?? before.compressEvents,
    maximumEvents: within(
      'maximum_events',
      body.maximum_events ?? before.maximumEvents,
      1,
      limits.events.max,
    ),
    maximumSize: within(
      'maximum_size',
      body.maximum_size ?? before.maximumSize,
      limits.bytes.min,
      limits.bytes.max,
    ),
    disabled: body.disabled ?? before.disabled,
    subscriptions: body.event_categories
      ? subscriptionsFrom(body.event_categories)
      : before.subscriptions,
  };
}

/** Returns the defaults of a new webhook. */
export function newWebhook(webhookOid: number, owner: Owner): Webhook {
  return {
    webhookOid,
    owner,
    url: '',
    authentication: { type: 'none' },
    compressEvents: false,
    maximumEvents: limits.events.default,
    maximumSize: limits.bytes.default,
    disabled: false,
    subscriptions: [],
  };
}

/**
 * Returns a webhook as its application sees it. Of the secrets only those in `shown` appear, which
 * were just generated.
 */
export function toWire(
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

const catalogueRows = Object.entries(catalogue) as [EventName, EventDescription][];

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

function urlFrom(url: string, policy: DestinationPolicy): string {
  if (url === '') refuse('missing_field', { field: 'webhook_url' });
  const destination = checkDestination(url, policy);
  if (destination.ok) return url;
  return refuse('invalid_field', {
    field: 'webhook_url',
    reason: destination.reason,
    fix: 'Send a public https URL; with a test clock and the setting webhooks.allow_loopback, localhost works too',
  });
}

function authenticationFrom(
  body: WireWebhook,
  before: Authentication,
  ids: IdFactory,
): Authentication {
  const type = body.authentication_type ?? before.type;
  switch (type) {
    case 'basic': {
      const known = before.type === 'basic' ? before : undefined;
      // If the client sends no credentials, both are generated (webhook reference, insertWebhook).
      return {
        type,
        username: body.basic_username || known?.username || ids.secret(8),
        password: body.basic_password || known?.password || ids.secret(24),
      };
    }
    case 'aws iam': {
      const known = before.type === 'aws iam' ? before : undefined;
      const accessKey = body.iam_access_key || known?.accessKey;
      const secretKey = body.iam_secret_key || known?.secretKey;
      if (!accessKey) return refuse('missing_field', { field: 'iam_access_key' });
      if (!secretKey) return refuse('missing_field', { field: 'iam_secret_key' });
      return { type, accessKey, secretKey };
    }
    default:
      return { type };
  }
}

function subscriptionsFrom(given: readonly WebhookEventCategory[]): Subscription[] {
  const subscriptions = new Map<string, Subscription>();
  given.forEach((category, c) => {
    (category.events ?? []).forEach((event, e) => {
      const field = `event_categories[${c}].events[${e}]`;
      if (event.subscribed !== true && category.subscribed !== true) return;
      const name = event.event_name ?? refuse('missing_field', { field: `${field}.event_name` });
      subscriptions.set(name, subscriptionFrom(name, event, field));
    });
    // A subscribed category without a list of events means all its events.
    if (category.subscribed === true && category.events === undefined) {
      for (const [name, description] of catalogueRows) {
        if (description.category === category.event_category)
          subscriptions.set(name, { eventName: name, expansion: '' });
      }
    }
  });
  return [...subscriptions.values()];
}

function subscriptionFrom(
  name: string,
  event: { expansion?: string; event_ruler?: string; comments?: string },
  field: string,
): Subscription {
  const description = describe(name);
  if (!description)
    return refuse('unknown_enum', {
      field: `${field}.event_name`,
      allowed: catalogueRows.map(([each]) => each),
    });
  const ruler = event.event_ruler || undefined;
  if (ruler !== undefined) checkRuler(ruler, field);
  return {
    eventName: name,
    expansion: [...parseExpand(event.expansion, expansionsFor(description))].join(','),
    ...(ruler === undefined ? {} : { eventRuler: ruler }),
    ...(event.comments ? { comments: event.comments } : {}),
  };
}

function checkRuler(pattern: string, field: string): void {
  const rule = parseNewRule(pattern);
  if (!rule.ok)
    refuse('invalid_field', {
      field: `${field}.event_ruler`,
      reason: `cannot be used: ${rule.reason}`,
      fix: 'Send an Event Ruler pattern such as {"status":["active"]}',
    });
}

function within(field: string, value: number, min: number, max: number): number {
  return value >= min && value <= max ? value : refuse('out_of_range', { field, min, max });
}
