import type { Temporal } from 'temporal-polyfill';
import { localDate } from '../kernel/calendar.ts';
import type { DomainEvent } from '../platform/events/event.ts';

/** The results of an advance on one day, in one currency. */
export interface AdvanceDay {
  /** YYYY-MM-DD in the merchant's calendar. */
  readonly day: string;
  readonly currency: string;
  readonly paid: number;
  readonly declined: number;
  readonly notices: number;
  /** The amount that was paid, in minor units. */
  readonly totalMinor: number;
}

/** The inputs of counting besides the events. */
export interface DayTerms {
  readonly zone: string;
  /** The merchant's currency, used for declines and notices. */
  readonly currency: string;
  /** The time of events without a time. */
  readonly now: Temporal.Instant;
}

/**
 * Counts paid rebills, declined charges and pre-shipment notices by day and currency, sorted by
 * day. Other events do not count.
 */
export function advanceDays(events: readonly DomainEvent[], terms: DayTerms): AdvanceDay[] {
  const days = new Map<string, AdvanceDay>();
  for (const event of events) {
    const counted = countedOf(event);
    if (counted === undefined) continue;
    const day = localDate(event.at ?? terms.now, terms.zone).toString();
    const currency = counted.currency ?? terms.currency;
    const key = `${day} ${currency}`;
    const before = days.get(key) ?? { ...nothing, day, currency };
    days.set(key, {
      ...before,
      paid: before.paid + counted.paid,
      declined: before.declined + counted.declined,
      notices: before.notices + counted.notices,
      totalMinor: before.totalMinor + counted.totalMinor,
    });
  }
  return [...days.keys()].sort().map((key) => days.get(key)!);
}

const nothing = { paid: 0, declined: 0, notices: 0, totalMinor: 0 };

interface Counted extends Omit<AdvanceDay, 'day' | 'currency'> {
  readonly currency?: string;
}

function countedOf({ name, data }: DomainEvent): Counted | undefined {
  switch (name) {
    case 'auto_order_rebill':
      return {
        ...nothing,
        paid: 1,
        totalMinor: Number(data?.['total_minor'] ?? 0),
        ...(typeof data?.['currency'] === 'string' && { currency: data['currency'] }),
      };
    case 'auto_order_decline':
      return { ...nothing, declined: 1 };
    case 'auto_order_preshipment':
      return { ...nothing, notices: 1 };
    default:
      return undefined;
  }
}
