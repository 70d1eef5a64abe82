import type { EventName } from '@perennial/contract/events.ts';
import type { Temporal } from 'temporal-polyfill';
import type { LogLine } from '../autoOrders/store.ts';
import type { DomainEvent } from '../platform/events/event.ts';

/** Something to report: a line of the auto order's history, an event, or both. */
export interface RebillNote {
  readonly message?: string;
  readonly event?: { readonly name: EventName; readonly data: Readonly<Record<string, unknown>> };
}

/** The notes on one auto order at one moment. */
export interface NotedAt {
  readonly autoOrderOid: number;
  readonly at: Temporal.Instant;
  readonly notes: readonly RebillNote[];
}

/** Returns the lines of history of these notes. */
export const logsOf = (noted: readonly NotedAt[]): LogLine[] =>
  noted.flatMap(({ autoOrderOid, at, notes }) =>
    notes.flatMap(({ message }) => (message === undefined ? [] : [{ autoOrderOid, at, message }])),
  );

/** Returns the events of these notes. */
export const noteEvents = (noted: readonly NotedAt[]): DomainEvent[] =>
  noted.flatMap(({ autoOrderOid, at, notes }) =>
    notes.flatMap(({ event }) =>
      event === undefined
        ? []
        : [
            {
              name: event.name,
              data: event.data,
              at,
              objectType: 'auto order' as const,
              objectId: String(autoOrderOid),
            },
          ],
    ),
  );
