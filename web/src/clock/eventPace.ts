import type { FeedEvent } from '@perennial/contract/perennial.ts';

/** One line of the log of an advance: an event, or the number of omitted ones. */
export type LogLine =
  | { readonly key: string; readonly event: FeedEvent }
  | { readonly key: string; readonly leftOut: number };

const eventsPerSecond = 10;
const linesMax = 120;

/**
 * Adds the events of one second to the log: the first ten as lines, the others as a number. Drops
 * old lines, so that the log stays short during a long advance.
 */
export function paced(log: readonly LogLine[], events: readonly FeedEvent[]): LogLine[] {
  const shown = events.slice(0, eventsPerSecond);
  const leftOut = events.length - shown.length;
  const last = events.at(-1)?.cursor ?? '';
  const added: LogLine[] = shown.map((event) => ({ key: event.cursor ?? '', event }));
  if (leftOut > 0) added.push({ key: `more ${last}`, leftOut });
  return [...log, ...added].slice(-linesMax);
}

/** The name of an event for people: `Auto order rebill`. */
export function eventWords(name: string | undefined): string {
  const words = (name ?? '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
