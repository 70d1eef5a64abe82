import type {
  Clock,
  ClockAdvance,
  ClockAdvanceDay,
  ClockAmount,
  ClockDue,
} from '@perennial/contract/clock.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import { type Answer, payload } from '../platform/http/answer.ts';
import type { AdvanceDay } from './advanceDay.ts';
import type { DueInAdvance, ShownClock, ShownDue } from './operations.ts';
import type { Advance } from './store.ts';

/** Returns a clock and its advance in the wire format. */
export function clockAnswer({ mode, now, advance, next }: ShownClock, zone: string): Answer {
  const clock = fromLoose<Clock>({
    mode,
    now_dts: wireDate(now, zone),
    advance_id: advance?.state === 'playing' ? advance.advanceId : undefined,
    next_due_dts: next && wireDate(next.at, zone),
    next_due: next && [...next.counts],
  });
  return payload(clock, { beside: { advance: advance && wireAdvance(advance, zone) } });
}

/** Returns an advance in the wire format. */
export function wireAdvance(advance: Advance, zone: string): ClockAdvance {
  const { state, isStopping } = advance;
  return fromLoose<ClockAdvance>({
    advance_id: advance.advanceId,
    from_dts: wireDate(advance.fromAt, zone),
    to_dts: wireDate(advance.toAt, zone),
    reached_dts: wireDate(advance.reachedAt, zone),
    done: state !== 'playing',
    state: state === 'playing' && isStopping ? 'stopping' : state,
    failure_reason: advance.failureReason,
    rebill_count: advance.rebills,
    decline_count: advance.declines,
    notice_count: advance.notices,
  });
}

/** Returns the days of an advance in the wire format, with one entry a day. */
export function wireAdvanceDays(days: readonly AdvanceDay[], currency: string): ClockAdvanceDay[] {
  return [...Map.groupBy(days, ({ day }) => day)].map(([day, parts]) => {
    const sum = (count: (part: AdvanceDay) => number) =>
      parts.reduce((all, part) => all + count(part), 0);
    const totals = totalsOf(
      parts.map((part) => ({ currency: part.currency, totalMinor: part.totalMinor as Minor })),
    );
    return {
      day,
      rebills: sum(({ paid, declined }) => paid + declined),
      paid: sum(({ paid }) => paid),
      declined: sum(({ declined }) => declined),
      notices: sum(({ notices }) => notices),
      total: totals.find((each) => each.currency_code === currency)?.total ?? 0,
      totals,
    };
  });
}

const rebillsShown = 100;

/** Returns the due work in the wire format. */
export function wireDue(due: ShownDue, zone: string): ClockDue {
  const { now, until, counts, previewedCount, rebills } = due;
  const dueAutoOrders = counts.find(({ kind }) => kind === 'auto orders')?.count ?? 0;
  return {
    now_dts: wireDate(now, zone),
    until_dts: wireDate(until, zone),
    due: [...counts],
    previewed_count: previewedCount,
    is_complete: dueAutoOrders <= previewedCount,
    rebill_count: rebills.length,
    expected_declines: rebills.filter(({ expected }) => expected === 'declined').length,
    totals: totalsOf(rebills),
    rebills: rebills.slice(0, rebillsShown).map((rebill) => wireDueRebill(rebill, zone)),
  };
}

const wireDueRebill = (rebill: DueInAdvance, zone: string) => ({
  auto_order_oid: rebill.autoOrderOid,
  auto_order_code: rebill.autoOrderCode,
  rebill_number: rebill.rebillNumber,
  due_dts: wireDate(rebill.at, zone),
  total: fromMinor(rebill.totalMinor, rebill.currency),
  currency_code: rebill.currency,
  ...(rebill.expected && { expected: rebill.expected }),
});

/** The sums of amounts by currency, without those that are zero. */
function totalsOf(
  amounts: readonly { readonly currency: string; readonly totalMinor: Minor }[],
): ClockAmount[] {
  const sums = new Map<string, number>();
  for (const { currency, totalMinor } of amounts)
    sums.set(currency, (sums.get(currency) ?? 0) + totalMinor);
  return [...sums]
    .filter(([, sum]) => sum !== 0)
    .map(([code, sum]) => ({ currency_code: code, total: fromMinor(sum as Minor, code) }));
}
