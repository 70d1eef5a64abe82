import type { EventName } from '@perennial/contract/events.ts';
import type { Temporal } from 'temporal-polyfill';
import type { LogLine } from '../autoOrders/store.ts';
import type { Minor } from '../kernel/money.ts';
import { currencyExponent, fromMinor } from '../kernel/money.ts';
import type { DomainEvent } from '../platform/events/event.ts';

/** Something worth telling: a line of the auto order's history, and perhaps an event. */
export interface Note {
  readonly message?: string;
  readonly event?: { readonly name: EventName; readonly data: Readonly<Record<string, unknown>> };
}

/** What there is to tell of one auto order at a moment. */
export interface NotedAt {
  readonly autoOrderOid: number;
  readonly at: Temporal.Instant;
  readonly notes: readonly Note[];
}

/** An amount in a line of history: `19.06 USD`. */
export const amountText = (amount: Minor, currency: string): string =>
  `${fromMinor(amount, currency).toFixed(currencyExponent(currency))} ${currency}`;

export const logsOf = (noted: readonly NotedAt[]): LogLine[] =>
  noted.flatMap(({ autoOrderOid, at, notes }) =>
    notes.flatMap(({ message }) => (message === undefined ? [] : [{ autoOrderOid, at, message }])),
  );

export const eventsOf = (noted: readonly NotedAt[]): DomainEvent[] =>
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
