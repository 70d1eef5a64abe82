import type { Temporal } from 'temporal-polyfill';
import type { FeedPlace } from '../platform/events/feed.ts';
import type { Owner } from './owner.ts';

/** Where a merchant's events are delivered (webhook reference, Webhook). Secrets are in the clear here and sealed in the store. */
export interface Webhook {
  readonly webhookOid: number;
  /** The key or OAuth client that it belongs to: that one sees it, and its deliveries show what that one may read. */
  readonly owner: Owner;
  readonly url: string;
  readonly authentication: Authentication;
  /** `events` is the JSON array, gzipped, in base64. */
  readonly compressEvents: boolean;
  /** The most events of a delivery. */
  readonly maximumEvents: number;
  /** The most bytes of a delivery's payloads. */
  readonly maximumSize: number;
  readonly disabled: boolean;
  readonly subscriptions: readonly Subscription[];
}

/** How we prove to a receiver who we are; every delivery is signed besides. */
export type Authentication =
  | { readonly type: 'none' | 'api user' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  /** A queue of Amazon SQS instead of a receiver of HTTP. */
  | { readonly type: 'aws iam'; readonly accessKey: string; readonly secretKey: string };

export interface Subscription {
  readonly eventName: string;
  /** The names of `_expand` that its payloads are made with, in the order of the contract. */
  readonly expansion: string;
  /** An Event Ruler pattern; only what matches is sent. */
  readonly eventRuler?: string;
  readonly comments?: string;
}

/** How a webhook is doing. */
export interface WebhookState {
  /** Deliveries that failed since the last success. */
  readonly consecutiveFailures: number;
  /** Events that wait. */
  readonly pending: number;
  readonly nextRetryAt?: Temporal.Instant;
  /** Why the server disabled it. */
  readonly disabledReason?: string;
}

/** A delivery under way: made before it is sent, the same at every try. */
export interface Delivery {
  /** The `webhook-id` of every try. */
  readonly deliveryId: string;
  readonly webhookOid: number;
  readonly places: readonly FeedPlace[];
  readonly objects: readonly string[];
  /** Tries so far. */
  readonly attempts: number;
  readonly createdAt: Temporal.Instant;
}

/** One event of a delivery, with its payload as JSON text. */
export interface DeliveredEvent {
  readonly name: string;
  readonly payload: string;
}

/** Everything that is kept of one try. */
export interface Attempt {
  readonly delivery: Delivery;
  readonly uri: string;
  readonly eventNames: readonly string[];
  readonly requestHeaders: readonly Header[];
  readonly responseHeaders: readonly Header[];
  /** The first 100,000 characters of the answer, or why there was none. */
  readonly response: string;
  readonly statusCode?: number;
  readonly success: boolean;
  readonly durationMs: number;
  readonly queueDelayMs: number;
  readonly at: Temporal.Instant;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

/** The limits of deliveries: what a client may set, and what holds when it sets nothing. */
export const limits = {
  events: { default: 100, max: 1000 },
  bytes: { default: 900_000, min: 1_000, max: 5_242_880 },
} as const;
