import type { Temporal } from 'temporal-polyfill';
import type { FeedPlace } from '../platform/events/feed.ts';
import type { Owner } from './owner.ts';

/**
 * A destination of a merchant's events (webhook reference, Webhook). Secrets are plain text here
 * and encrypted in the store.
 */
export interface Webhook {
  readonly webhookOid: number;
  /**
   * The key or OAuth client that owns it. Only its owner sees it, and its deliveries contain only
   * data that the owner may read.
   */
  readonly owner: Owner;
  readonly url: string;
  readonly authentication: Authentication;
  /** True if `events` in the body is the JSON array as gzip in base64. */
  readonly compressEvents: boolean;
  /** The largest number of events in a delivery. */
  readonly maximumEvents: number;
  /** The largest size of a delivery's payloads together, in bytes. */
  readonly maximumSize: number;
  readonly disabled: boolean;
  readonly subscriptions: readonly Subscription[];
}

/** How the server authenticates to a receiver. Every delivery is also signed. */
export type Authentication =
  | { readonly type: 'none' | 'api user' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  /** An Amazon SQS queue instead of an HTTP receiver. */
  | { readonly type: 'aws iam'; readonly accessKey: string; readonly secretKey: string };

/** An event that a webhook subscribes to, with the parts of its payload. */
export interface Subscription {
  readonly eventName: string;
  /** The names of `_expand` for its payloads, in the order of the contract. */
  readonly expansion: string;
  /** An Event Ruler pattern; only matching events are sent. */
  readonly eventRuler?: string;
  readonly comments?: string;
}

/** The state of a webhook's deliveries. */
export interface WebhookState {
  /** The deliveries that failed since the last success. */
  readonly consecutiveFailures: number;
  /** Events that wait for delivery. */
  readonly pending: number;
  readonly nextRetryAt?: Temporal.Instant;
  /** The reason why the server disabled it. */
  readonly disabledReason?: string;
}

/**
 * A delivery that has not ended. It is created before it is sent and stays the same in every
 * attempt.
 */
export interface Delivery {
  /** The `webhook-id` of every attempt. */
  readonly deliveryId: string;
  readonly webhookOid: number;
  readonly places: readonly FeedPlace[];
  readonly objects: readonly string[];
  /** The number of attempts so far. */
  readonly attempts: number;
  readonly createdAt: Temporal.Instant;
}

/** One event of a delivery, with its payload as JSON text. */
export interface DeliveredEvent {
  readonly name: string;
  readonly payload: string;
}

/** A delivery with the events to send. */
export interface LoadedDelivery {
  readonly delivery: Delivery;
  /** Empty when its events are deleted or the owner may read none of them. */
  readonly events: readonly DeliveredEvent[];
  /** When the oldest event happened, by the machine's clock; absent when all events are deleted. */
  readonly recordedAt?: Temporal.Instant;
  /** The reason if events were left out: the owner may not read them. */
  readonly withheld?: string;
}

/** The result of an attempt, or the reason why there was none. */
export interface Tried {
  readonly attempt: Attempt;
  /** None of its events can be sent: they are deleted, or the owner may not read them. */
  readonly isForgotten: boolean;
  /** The server aborted it before a response came; it does not count as a failure. */
  readonly isCut: boolean;
  readonly retryAfterSeconds?: number;
}

/** The complete stored record of one attempt. */
export interface Attempt {
  readonly delivery: Delivery;
  readonly uri: string;
  readonly eventNames: readonly string[];
  readonly requestHeaders: readonly Header[];
  readonly responseHeaders: readonly Header[];
  /** The first 100,000 characters of the response, or why there was none. */
  readonly response: string;
  readonly statusCode?: number;
  readonly success: boolean;
  readonly durationMs: number;
  readonly queueDelayMs: number;
  readonly at: Temporal.Instant;
}

/** One header of a request or a response. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** The limits of deliveries: the defaults, and the values that a client may set. */
export const limits = {
  events: { default: 100, max: 1000 },
  bytes: { default: 900_000, min: 1_000, max: 5_242_880 },
} as const;

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
