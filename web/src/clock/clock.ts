import type {
  ClockAdvance,
  ClockAmount,
  ClockDue,
  ClockDueWork,
} from '@perennial/contract/clock.ts';
import { formatCount, formatMoney } from '../kit/money.ts';

/** The requested move of the clock: a span from now, or a moment. */
export type Target = { readonly advance_by: string } | { readonly until: string };

/**
 * Parses a typed move: `+3mo`, `1y6mo`, `P1M`, or a day with an optional time in the merchant's
 * zone. Undefined for anything else. The server decides whether the moment is possible.
 */
export function parseTarget(typed: string): Target | undefined {
  const text = typed
    .trim()
    .replace(/^\+\s*/, '')
    .replaceAll(/\s+/g, ' ');
  const span = text.toLowerCase().replaceAll(' ', '');
  if (/^(\d{1,6}(y|mo|w|d|h|min))+$/.test(span)) return { advance_by: span };
  if (/^P[\dYMWDTHS]+$/i.test(text)) return { advance_by: text.toUpperCase() };
  const moment = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?))?$/.exec(text);
  if (!moment) return undefined;
  return { until: moment[2] === undefined ? moment[1]! : `${moment[1]}T${moment[2]}` };
}

/** `+3mo` in the palette moves the clock; other texts do not. */
export const typedSpan = (typed: string): string | undefined => {
  const target = typed.trim().startsWith('+') ? parseTarget(typed) : undefined;
  return target && 'advance_by' in target ? target.advance_by : undefined;
};

/** The progress of an advance, from 0 to 1. */
export function progressOf({ from_dts, reached_dts, to_dts }: ClockAdvance): number {
  const [from, reached, to] = [from_dts, reached_dts, to_dts].map((at) => Date.parse(at ?? ''));
  const share = (reached! - from!) / (to! - from!);
  return Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 1;
}

/** Describes the due work in one sentence: `706 auto orders and 1 task are due`. */
export function dueWords(due: readonly ClockDueWork[]): string {
  const parts = due
    .filter(({ count }) => (count ?? 0) > 0)
    .map(({ kind, count = 0 }) => `${formatCount(count)} ${count === 1 ? one(kind) : kind}`);
  if (parts.length === 0) return 'Nothing is due';
  const total = due.reduce((sum, { count = 0 }) => sum + count, 0);
  return `${parts.join(' and ')} ${total === 1 ? 'is' : 'are'} due`;
}

const one = (kind: string | undefined): string => (kind ?? '').replace(/s$/, '');

/** Amounts by currency: `$4,807.63 and CAD 12.00`. */
export function amountWords(totals: readonly ClockAmount[], currency: string): string {
  if (totals.length === 0) return formatMoney(0, currency);
  return totals
    .map(({ total = 0, currency_code = currency }) => formatMoney(total, currency_code, currency))
    .join(' and ');
}

/** Returns a sentence about which due work the figures count, if they do not count all of it. */
export function previewedWords({ is_complete, previewed_count = 0 }: ClockDue): string | undefined {
  if (is_complete) return undefined;
  return `The figures count the first ${formatCount(previewed_count)} auto orders that are due.`;
}

/** Describes how an advance ended, or that it is running. */
export function stateWords({ state, failure_reason }: ClockAdvance): string {
  switch (state) {
    case 'playing':
      return 'Playing';
    case 'stopping':
      return 'Stopping at the end of the stretch that is being played';
    case 'stopped':
      return 'Stopped before its end';
    case 'failed':
      return `Failed: ${failure_reason ?? 'the reason is in the log of the server'}`;
    default:
      return 'Arrived';
  }
}

/**
 * The same advance as commands for a terminal or a test: move the clock, then read the results.
 * `$KEY` is the placeholder for an API key with the permissions configuration_read and
 * configuration_write.
 */
export function curlLines(origin: string, { advance_id, to_dts }: ClockAdvance): string {
  const headers = `-H "x-ultracart-simple-key: $KEY" -H 'X-UltraCart-Api-Version: 2017-03-01'`;
  const advance = `${origin}/perennial/v1/clock/advances/${advance_id}`;
  return [
    `curl -sf -X PUT ${headers} -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify({ now_dts: to_dts })}' ${origin}/perennial/v1/clock`,
    `curl -sf ${headers} ${advance}`,
    `curl -sf ${headers} ${advance}/days`,
  ].join('\n');
}

/**
 * Returns the clock's time `sinceMs` milliseconds after it was read; a stopped clock does not move.
 */
export const shownNow = (nowDts: string, mode: string | undefined, sinceMs: number): string =>
  mode === 'standing' ? nowDts : new Date(Date.parse(nowDts) + Math.max(sinceMs, 0)).toISOString();

/** The spans that the bar has buttons for. */
export const usualMoves = [
  { span: '1d', words: '+1 day' },
  { span: '1w', words: '+1 week' },
  { span: '1mo', words: '+1 month' },
] as const;

/** A moment in the form that a person types; the wire format uses the merchant's zone. */
export const wallTime = (dts: string): string => dts.slice(0, 19).replace('T', ' ');
