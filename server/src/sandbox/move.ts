import type { ClockRequest } from '@perennial/contract/clock.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isAfter, isBefore } from '../kernel/moments.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { isWithinWire, parseWireDate } from '../kernel/wireDates.ts';
import type { ClockSetting } from '../platform/clock/merchantClock.ts';
import { laterBy, parseSpan } from './span.ts';

/** A merchant's clock at the moment of a request to move it. */
export interface ClockBefore {
  readonly setting: ClockSetting;
  /** The moment that the clock shows. */
  readonly now: Temporal.Instant;
  readonly zone: string;
  /** True once the clock was advanced. It can then never become a real clock again. */
  readonly wasMoved: boolean;
  /** True when one of the merchant's gateways moves real money. */
  readonly isReal: boolean;
}

/** The effect of a request on a clock. */
export type Move =
  | { readonly kind: 'stay' }
  | { readonly kind: 'switch'; readonly mode: ClockMode }
  | { readonly kind: 'advance'; readonly to: Temporal.Instant; readonly modeAfter: TestMode };

/** The modes of a merchant's clock. */
export type ClockMode = ClockSetting['kind'];
/** The modes of a clock that may be moved. */
export type TestMode = Exclude<ClockMode, 'real'>;

/** Why a clock is not moved: a field is invalid, or the clock may not be moved. */
export type MoveFault =
  | ({
      readonly kind: 'field';
      readonly field: 'mode' | 'now_dts' | 'advance_by' | 'until';
    } & FieldFault)
  | { readonly kind: 'clock'; readonly reason: string; readonly fix: string };

/**
 * Parses the request for a clock: another mode, or a later moment up to which everything is played.
 * A clock never moves backwards, never moves while real cards are charged, and does not return to
 * real time once it has been moved.
 */
export function plannedMove(request: ClockRequest, from: ClockBefore): Outcome<Move, MoveFault> {
  const { setting, now } = from;
  const mode = request.mode ?? setting.kind;
  const target = laterMoment(
    { moment: request.now_dts, span: request.advance_by },
    'now_dts',
    from,
  );
  if (!target.ok) return target;
  if (mode === 'real') return keptReal(target.value, from);
  if (from.isReal)
    return failure({
      kind: 'clock',
      reason: 'A gateway of this merchant charges real cards, so its clock is the real one',
      fix: 'Use a merchant whose gateways are all simulators',
    });
  if (target.value !== undefined && isAfter(target.value, now))
    return success({ kind: 'advance', to: target.value, modeAfter: mode });
  return success(mode === setting.kind ? { kind: 'stay' } : { kind: 'switch', mode });
}

function keptReal(
  target: Temporal.Instant | undefined,
  { setting, wasMoved }: ClockBefore,
): Outcome<Move, MoveFault> {
  if (target !== undefined) {
    return failure({
      kind: 'clock',
      reason: 'The real clock cannot be moved',
      fix: 'To give the merchant a test clock, send mode running or standing as well',
    });
  }
  if (setting.kind === 'real') return success({ kind: 'stay' });
  if (wasMoved)
    return failure({
      kind: 'field',
      field: 'mode',
      reason: 'cannot be real again, because this clock was moved',
      fix: 'Send running or standing',
    });
  return success({ kind: 'switch', mode: 'real' });
}

/** A later moment in the client's form: the moment itself, or a span from now. */
export interface AskedMoment {
  readonly moment?: string | null | undefined;
  readonly span?: string | null | undefined;
}

/**
 * Parses a later moment from the field `momentField` or, as a span, from advance_by. Undefined when
 * both are absent.
 */
export function laterMoment(
  { moment, span }: AskedMoment,
  momentField: 'now_dts' | 'until',
  { now, zone }: Pick<ClockBefore, 'now' | 'zone'>,
): Outcome<Temporal.Instant | undefined, MoveFault> {
  if (moment != null && span != null)
    return failure({
      kind: 'field',
      field: 'advance_by',
      reason: `is sent together with ${momentField}`,
      fix: 'Send one of the two',
    });
  const target =
    moment != null
      ? givenMoment(moment, momentField, zone)
      : span != null
        ? spanEnd(span, now, zone)
        : success(undefined);
  if (!target.ok || target.value === undefined) return target;
  const field = moment != null ? momentField : 'advance_by';
  if (isBefore(target.value, now)) {
    return failure({
      kind: 'field',
      field,
      reason: `is before ${wireDate(now, zone)}, the moment that the clock shows`,
      fix: 'A clock is never set back: send a later moment',
    });
  }
  if (isAfter(target.value, laterBy(now, longest, zone)) || !isWithinWire(target.value, zone)) {
    return failure({
      kind: 'field',
      field,
      reason: 'is more than a hundred years away, or after 2999-12-31',
      fix: 'Send a nearer moment',
    });
  }
  return target;
}

const longest = parseSpan('100y')!;

function givenMoment(
  text: string,
  field: 'now_dts' | 'until',
  zone: string,
): Outcome<Temporal.Instant, MoveFault> {
  const parsed = parseWireDate(text, zone);
  return parsed.ok
    ? parsed
    : failure({
        kind: 'field',
        field,
        reason: 'is not a date from 1900-01-01 to 2999-12-31',
        fix: 'Send ISO 8601, for example 2027-03-31T00:00:00-04:00',
      });
}

function spanEnd(
  text: string,
  now: Temporal.Instant,
  zone: string,
): Outcome<Temporal.Instant, MoveFault> {
  const fault: MoveFault = {
    kind: 'field',
    field: 'advance_by',
    reason: 'is not a span of time',
    fix: 'Send ISO 8601 such as P1Y, or 1y, 3mo, 2w, 10d, 5h',
  };
  const span = parseSpan(text);
  if (span === undefined) return failure(fault);
  try {
    return success(laterBy(now, span, zone));
  } catch {
    // The result is beyond the range of the calendar.
    return failure(fault);
  }
}
