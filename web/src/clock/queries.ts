import type { BackgroundAudit } from '@perennial/contract/audit.ts';
import type {
  Clock,
  ClockAdvance,
  ClockAdvanceDay,
  ClockDue,
  ClockSkippedMails,
} from '@perennial/contract/clock.ts';
import type { FeedEvent } from '@perennial/contract/perennial.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, newIdempotencyKey } from '../api/call.ts';
import { feedCursor, onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';
import { merchantNow } from '../kit/now.ts';
import type { Target } from './clock.ts';

/** The clock and its advance, with the time at which this browser read them. */
export interface ReadClock extends Clock {
  readonly advance?: ClockAdvance | undefined;
  readonly readAtMs: number;
}

const playingMs = 300;
const restingMs = 30_000;

/** The moves that this tab has requested and the server has not confirmed yet. */
let moves = 0;

/** The merchant's clock; read often while it is being moved. */
export const clockQuery = queryOptions<ReadClock>({
  queryKey: ['clock'],
  queryFn: async ({ signal }) => {
    const { clock = {}, advance } = await call('getClock', { signal });
    if (clock.now_dts !== undefined) merchantNow.set(clock.now_dts);
    return { ...clock, advance, readAtMs: Date.now() };
  },
  refetchInterval: ({ state: { data } }) =>
    moves > 0 || data?.advance_id !== undefined ? playingMs : restingMs,
});

/** The work due until a moment. Cached only briefly, because the clock may run. */
export function dueQuery(target: Target) {
  return queryOptions<ClockDue>({
    queryKey: ['clock', 'due', target],
    queryFn: async ({ signal }) =>
      (await call('getClockDue', { query: { ...target, _limit: 500 }, signal })).due ?? {},
    staleTime: 2000,
    gcTime: 10_000,
  });
}

/** The progress of an advance. */
export function advanceQuery(advanceId: string) {
  return queryOptions<ClockAdvance>({
    queryKey: ['clock', 'advance', advanceId],
    queryFn: async ({ signal }) =>
      (await call('getClockAdvance', { params: { advance_id: advanceId }, signal })).advance ?? {},
    refetchInterval: ({ state: { data } }) => (data?.done ? false : playingMs),
  });
}

/** The results of an advance by day. */
export function daysQuery(advanceId: string) {
  return queryOptions<readonly ClockAdvanceDay[]>({
    queryKey: ['clock', 'days', advanceId],
    queryFn: async ({ signal }) =>
      (await call('getClockAdvanceDays', { params: { advance_id: advanceId }, signal })).days ?? [],
  });
}

/** The mails that were not sent during an advance, by reason. */
export function skippedMailsQuery(advanceId: string) {
  return queryOptions<readonly ClockSkippedMails[]>({
    queryKey: ['clock', 'skipped mails', advanceId],
    queryFn: async ({ signal }) =>
      (await call('getClockAdvanceSkippedMails', { params: { advance_id: advanceId }, signal }))
        .skipped_mails ?? [],
  });
}

/** The latest advance of the clock; undefined before the first. */
export const lastAdvanceQuery = queryOptions<ClockAdvance | null>({
  queryKey: ['clock', 'last advance'],
  queryFn: async ({ signal }) =>
    (await call('getClockAdvances', { query: { _limit: 1 }, signal })).advances?.[0] ?? null,
});

/** Returns an idempotency key for one decision to move the clock. */
export const newMoveKey = newIdempotencyKey;

/**
 * Moves the clock to a moment and returns the advance; undefined when the clock is already there.
 * The response comes when the advance has ended, or after ten seconds.
 */
export async function moveClock(
  nowDts: string,
  idempotencyKey: string,
): Promise<ClockAdvance | undefined> {
  moves++;
  void queryClient.invalidateQueries({ queryKey: clockQuery.queryKey, exact: true });
  try {
    return (await call('setClock', { body: { now_dts: nowDts }, idempotencyKey })).advance;
  } finally {
    moves--;
    void queryClient.invalidateQueries({ queryKey: clockQuery.queryKey, exact: true });
  }
}

/** Requests that an advance stops after its current stretch. */
export async function stopAdvance(advanceId: string): Promise<void> {
  const { advance } = await call('stopClockAdvance', { params: { advance_id: advanceId } });
  if (advance) queryClient.setQueryData(advanceQuery(advanceId).queryKey, advance);
}

/** All data may have changed while the clock moved. */
export const readEverythingAgain = (): Promise<void> => queryClient.invalidateQueries();

/** The place in the feed of events at which a log of new events starts. */
export const eventsFromNow = feedCursor;

/** The events after a cursor, up to a thousand. */
export async function eventsAfter(
  cursor: string,
  signal: AbortSignal,
): Promise<{ readonly events: readonly FeedEvent[]; readonly cursor: string }> {
  const { events = [], next_cursor = cursor } = await call('getEvents', {
    query: { after: cursor, _limit: 1000 },
    signal,
    asksForLogIn: false,
  });
  return { events, cursor: next_cursor };
}

/**
 * Requests an audit of the books and returns its id; returns a running audit instead of starting a
 * second one.
 */
export async function requestAudit(): Promise<string> {
  return (await call('requestAudit')).audit?.audit_id ?? '';
}

/** An audit, read repeatedly until it has ended. */
export function auditQuery(auditId: string) {
  return queryOptions<BackgroundAudit>({
    queryKey: ['audit', auditId],
    queryFn: async ({ signal }) =>
      (await call('getBackgroundAudit', { params: { audit_id: auditId }, signal })).audit ?? {},
    refetchInterval: ({ state: { data } }) => (data?.ended_dts === undefined ? 1000 : false),
  });
}

/** Applies the live socket's reports about the clock. */
export const keepClockLive = (): (() => void) =>
  onFrame(({ event_advance: advance }) => {
    if (advance?.advance_id === undefined) return;
    queryClient.setQueryData(advanceQuery(advance.advance_id).queryKey, advance);
    void queryClient.invalidateQueries({ queryKey: clockQuery.queryKey, exact: true });
  });
