import type { Clock, ClockAdvance } from '@perennial/contract/perennial.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import type { Answer } from '../platform/http/answer.ts';
import { payload } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { type ClockParts, getAdvance, getClock, type ShownClock, setClock } from './operations.ts';
import type { Advance } from './store.ts';

/** The operations on a merchant's clock. */
export function sandboxRoutes(parts: ClockParts) {
  return {
    getClock: async (context) => answer(await getClock(context, parts), context.merchant.timeZone),
    setClock: async (context, { body }) =>
      answer(await setClock(context, parts, body), context.merchant.timeZone),
    getClockAdvance: async (context, { params }) =>
      payload(wireAdvance(await getAdvance(context, params.advance_id), context.merchant.timeZone)),
  } satisfies Routes;
}

function answer({ mode, now, advance }: ShownClock, zone: string): Answer {
  const clock = fromLoose<Clock>({
    mode,
    now_dts: wireDate(now, zone),
    advance_id: advance?.state === 'playing' ? advance.advanceId : undefined,
  });
  return payload(clock, { beside: { advance: advance && wireAdvance(advance, zone) } });
}

function wireAdvance(advance: Advance, zone: string): ClockAdvance {
  return fromLoose<ClockAdvance>({
    advance_id: advance.advanceId,
    from_dts: wireDate(advance.fromAt, zone),
    to_dts: wireDate(advance.toAt, zone),
    reached_dts: wireDate(advance.reachedAt, zone),
    done: advance.state !== 'playing',
    failure_reason: advance.failureReason,
    rebill_count: advance.rebills,
    decline_count: advance.declines,
    notice_count: advance.notices,
  });
}
