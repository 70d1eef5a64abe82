import type { ClockAdvance } from '@perennial/contract/clock.ts';
import type { FeedEvent } from '@perennial/contract/perennial.ts';
import { useEffect, useState } from 'react';
import { useCan } from '../shell/session.tsx';
import { type LogLine, paced } from './eventPace.ts';
import { eventsAfter, eventsFromNow } from './queries.ts';

const pollMs = 1000;

/** The events of an advance, read from the feed each second while it runs. */
export function useEventLog(advance: ClockAdvance | undefined): readonly LogLine[] {
  const [log, setLog] = useState<readonly LogLine[]>([]);
  const canRead = useCan(['webhook_read']);
  const from = advance?.from_dts;
  const isPlaying = advance !== undefined && advance.done !== true;
  useEffect(() => {
    const cursor = eventsFromNow();
    if (!isPlaying || !canRead || cursor === undefined) return;
    const stop = new AbortController();
    const isOfIt = ({ event_dts: at }: FeedEvent) => Date.parse(at ?? '') >= Date.parse(from ?? '');
    void follow(cursor, stop.signal, (events) =>
      setLog((before) => paced(before, events.filter(isOfIt))),
    );
    return () => stop.abort();
  }, [isPlaying, canRead, from]);
  return log;
}

/**
 * Reads until it is stopped. A failure ends it, because the log is an extra and the counters stay.
 */
async function follow(
  cursor: string,
  signal: AbortSignal,
  heard: (events: readonly FeedEvent[]) => void,
): Promise<void> {
  let at = cursor;
  while (!signal.aborted) {
    try {
      const read = await eventsAfter(at, signal);
      at = read.cursor;
      if (read.events.length > 0 && !signal.aborted) heard(read.events);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
