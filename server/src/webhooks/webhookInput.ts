import { absentEvents } from '@perennial/contract/events.ts';
import { parseExpand, unknownExpansions } from '@perennial/contract/expansions.ts';
import type {
  WebhookEventCategory,
  WebhookEventSubscription,
  Webhook as WireWebhook,
} from '@perennial/contract/webhook.ts';
import type { IdFactory } from '../kernel/ids.ts';
import { unknownExpandWords } from '../platform/http/ignoredFields.ts';
import { refuse } from '../platform/http/refusal.ts';
import { checkDestination, type DestinationPolicy } from './destination.ts';
import { parseNewRule } from './eventRuler.ts';
import { catalogueRows, describe, expansionsFor } from './owner.ts';
import { type Authentication, limits, type Subscription, type Webhook } from './webhook.ts';

/**
 * Applies a client's input to a webhook. Absent fields do not change; a refusal of an invalid value
 * names its field.
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
    maximumEvents: bounded(
      'maximum_events',
      body.maximum_events ?? before.maximumEvents,
      1,
      limits.events.max,
    ),
    maximumSize: bounded(
      'maximum_size',
      body.maximum_size ?? before.maximumSize,
      limits.bytes.min,
      limits.bytes.max,
    ),
    disabled: body.disabled ?? before.disabled,
    subscriptions: body.event_categories
      ? subscriptionsFrom(body.event_categories, before.subscriptions)
      : before.subscriptions,
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
    case 'basic':
      return basicFrom(body, before.type === type ? before : undefined, ids);
    case 'aws iam':
      return iamFrom(body, before.type === type ? before : undefined);
    default:
      return { type };
  }
}

type Basic = Extract<Authentication, { readonly type: 'basic' }>;
type AwsIam = Extract<Authentication, { readonly type: 'aws iam' }>;

/**
 * Generates credentials that the client and the webhook leave empty (webhook reference,
 * insertWebhook).
 */
const basicFrom = (body: WireWebhook, before: Basic | undefined, ids: IdFactory): Basic => ({
  type: 'basic',
  username: body.basic_username || before?.username || ids.secret(8),
  password: body.basic_password || before?.password || ids.secret(24),
});

function iamFrom(body: WireWebhook, before: AwsIam | undefined): AwsIam {
  const accessKey = body.iam_access_key || before?.accessKey;
  const secretKey = body.iam_secret_key || before?.secretKey;
  if (!accessKey) return refuse('missing_field', { field: 'iam_access_key' });
  if (!secretKey) return refuse('missing_field', { field: 'iam_secret_key' });
  return { type: 'aws iam', accessKey, secretKey };
}

/** Returns sentences about names in `_expand` that match no part of the events' payloads. */
export const unknownPartWords = ({ event_categories: given }: WireWebhook): string[] =>
  (given ?? []).flatMap(({ events }, c) =>
    (events ?? []).flatMap((event, e) => {
      const { event_name: name = '', expansion } = event;
      const description = describe(name);
      if (!description || !expansion || isDeclined(event)) return [];
      const unknown = unknownExpansions(expansion, expansionsFor(description));
      const field = `event_categories[${c}].events[${e}].expansion`;
      return unknownExpandWords(unknown, { field, within: 'payload' }) ?? [];
    }),
  );

const categories: readonly string[] = [
  ...new Set(catalogueRows.map(([, { category }]) => category)),
];

function subscriptionsFrom(
  given: readonly WebhookEventCategory[],
  before: readonly Subscription[],
): Subscription[] {
  const subscriptions = new Map<string, Subscription>();
  const heard = new Set(before.map(({ eventName }) => eventName));
  given.forEach((category, c) => {
    const name = category.event_category;
    if (category.subscribed === true && name !== undefined && !categories.includes(name))
      refuse('unknown_enum', {
        field: `event_categories[${c}].event_category`,
        allowed: categories,
      });
    // Of a category that was read with all its events, single events can be taken away.
    const isAll = category.subscribed === true && !isHeardWhole(category, heard);
    (category.events ?? []).forEach((event, e) => {
      const field = `event_categories[${c}].events[${e}]`;
      if (isDeclined(event) && !isAll) return;
      const name = event.event_name ?? refuse('missing_field', { field: `${field}.event_name` });
      subscriptions.set(name, subscriptionFrom(name, event, field));
    });
    // A subscribed category without a list of events includes all its events.
    if (category.subscribed === true && category.events === undefined) {
      for (const [name, description] of catalogueRows) {
        if (description.category === category.event_category)
          subscriptions.set(name, { eventName: name, expansion: '' });
      }
    }
  });
  return [...subscriptions.values()];
}

/**
 * A listed event counts as subscribed even without the flag, which the published samples leave out.
 * One with the oid under which it was read is sent back, and C# clients leave out a false.
 */
const isDeclined = ({ subscribed, webhook_event_oid: oid }: WebhookEventSubscription): boolean =>
  typeof oid === 'number' ? subscribed !== true : subscribed === false;

const isHeardWhole = ({ event_category: name }: WebhookEventCategory, heard: ReadonlySet<string>) =>
  catalogueRows.every(([event, { category }]) => category !== name || heard.has(event));

function subscriptionFrom(
  name: string,
  event: { expansion?: string; event_ruler?: string; comments?: string },
  field: string,
): Subscription {
  const description = describe(name);
  if (!description) return refuseEvent(name, `${field}.event_name`);
  const ruler = event.event_ruler || undefined;
  if (ruler !== undefined) checkRuler(ruler, field);
  return {
    eventName: name,
    expansion: [...parseExpand(event.expansion, expansionsFor(description))].join(','),
    ...(ruler === undefined ? {} : { eventRuler: ruler }),
    ...(event.comments ? { comments: event.comments } : {}),
  };
}

/** Refuses an event that does not exist, or one that cannot happen on this server. */
function refuseEvent(name: string, field: string): never {
  const reason = Object.hasOwn(absentEvents, name) ? absentEvents[name] : undefined;
  if (reason === undefined)
    return refuse('unknown_enum', { field, allowed: catalogueRows.map(([each]) => each) });
  return refuse('invalid_field', {
    field,
    reason: `names ${name}, which never occurs on this server. ${reason.replace(/\.$/, '')}`,
    fix: 'Remove the event from the subscription',
  });
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

/** Returns a value within its bounds, and refuses any other. */
function bounded(field: string, value: number, min: number, max: number): number {
  return value >= min && value <= max ? value : refuse('out_of_range', { field, min, max });
}
