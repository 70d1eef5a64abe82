import type { Temporal } from 'temporal-polyfill';
import type { Billed } from './billed.ts';
import { type ItemAge, isSameWall } from './formAge.ts';

/** The facts, besides the record and its rebills, that decide about a form. */
export interface FormRules {
  readonly now: Temporal.Instant;
  readonly zone: string;
  readonly currency: string;
  /** The client named the present version (`If-Match`), so its values are current. */
  readonly isProven: boolean;
}

/** The update without its stale values, and the names of the fields that were left out. */
export interface Sifted<Body> {
  readonly body: Body;
  readonly left: readonly string[];
}

/**
 * The facts against which one part of a form is checked. The names of fields that are left out are
 * added to `left`.
 */
export interface Sieve {
  readonly path: string;
  readonly age: ItemAge;
  /** Whether the update is a whole record as it was read, rather than a few fields. */
  readonly isForm: boolean;
  readonly billed: Billed;
  readonly rules: FormRules;
  readonly left: string[];
}

/** Returns the body without its stale fields. */
export function without<Body extends object>(
  body: Body,
  stale: Partial<Record<keyof Body, boolean>>,
  { path, left }: Sieve,
): Body {
  const kept = { ...body };
  for (const [name, isStale] of Object.entries(stale) as [keyof Body & string, boolean][]) {
    if (!isStale) continue;
    left.push(path + name);
    delete kept[name];
  }
  return kept;
}

/**
 * Whether a date was read in another time zone of the merchant. Only a whole form is judged so, and
 * one that is not known to be of now: a client may mean the same local time of another place.
 */
export const isOfOtherZone = (
  text: string | null | undefined,
  present: Temporal.Instant | undefined,
  { age, isForm, rules }: Sieve,
): boolean => isForm && age.schedule !== 'current' && isSameWall(text, present, rules.zone);

/** Whether a count is greater than the current one, as it was before the engine counted down. */
export const isMore = (given: number | null | undefined, now: number | null | undefined): boolean =>
  typeof given === 'number' && typeof now === 'number' && given > now;
