import type { Logger } from 'pino';
import type { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';
import type { DomainEvent, RecordedEvent } from './events/event.ts';
import type { Database } from './storage/database.ts';
import type { Merchant } from './tenancy/merchant.ts';

/**
 * The parts that every operation needs. It is always the first parameter. Inside a transaction `db`
 * is the transaction (see {@link inTransaction}).
 */
export interface Context {
  readonly merchant: Merchant;
  readonly db: Database;
  /** The moment on the merchant's clock at which this request or job happens. */
  readonly now: Temporal.Instant;
  readonly actor: Actor;
  readonly events: EventSink;
  readonly ids: IdFactory;
  readonly log: Logger;
  /** Identifies the request in logs and in responses with status 500. */
  readonly requestId: string;
}

/** The actor, as histories and `canceled_by_user` name it. */
export interface Actor {
  readonly kind: 'key' | 'oauth' | 'session' | 'system' | 'customer';
  /** The name that people see: of the key, of the user, or `Perennial`. */
  readonly name: string;
  readonly userId?: number;
  /**
   * The calling application, which owns webhooks: an API key's id, an OAuth client, or `console`
   * for every session.
   */
  readonly applicationId?: string;
  /** Present for sessions only. */
  readonly session?: ActorSession;
  readonly address?: string;
  readonly permissions: ReadonlySet<string>;
}

/** The session of a user who logged in with a browser. */
export interface ActorSession {
  readonly sessionId: string;
  /** True when the user entered the password within the last quarter of an hour. */
  readonly isRecent: boolean;
  /** True while the user has a password that another person or a command set. */
  readonly hasFirstPassword: boolean;
  readonly hasSecondFactor: boolean;
}

/** The server itself, as the actor of background work. */
export const systemActor: Actor = { kind: 'system', name: 'Perennial', permissions: new Set() };

/**
 * Runs `work` with a context whose `db` is one transaction; joins an open transaction if there is
 * one.
 */
export function inTransaction<T>(
  context: Context,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  return context.db.transaction((tx) => work({ ...context, db: tx }));
}

/**
 * Receives events inside the transaction that wrote them and may write rows that must not be lost:
 * deliveries, mails, tasks. It gets all events of a call at once and uses a fixed number of
 * statements for them. It must not call other servers. An error that it throws rolls back the whole
 * transaction.
 */
export type EventListener = (context: Context, events: readonly RecordedEvent[]) => Promise<void>;

/** The function to which features report events. */
export interface EventSink {
  /**
   * Records events in the caller's transaction, after the writes they report and while the objects'
   * rows are locked, so one object's events are in the order of its changes. One statement for any
   * number of events.
   */
  emit(context: Context, events: readonly DomainEvent[]): Promise<void>;
}
