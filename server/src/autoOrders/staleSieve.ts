import type { Temporal } from 'temporal-polyfill';
import type { Billed } from './billed.ts';
import { type ItemAge, isSameWall } from './formAge.ts';

/** The facts that decide about a form, besides the record and its rebills. */
export interface FormRules {
  readonly now: Temporal.Instant;
  readonly zone: string;
  readonly currency: string;
  /** Whether the client named the current version (`If-Match`), so that its values are current. */
  readonly isProven: boolean;
}

/** The update without its stale values, and the names of the fields that were left out. */
export interface Sifted<Body> {
  readonly body: Body;
  readonly left: readonly string[];
}

/**
 * The facts against which one part of a form is checked. Fields that are left out are added by name
 * to `left`.
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
 * Whether a date was read while the merchant had another time zone. Only a whole form is judged by
 * this, and only if it is not known to be current: otherwise a client may mean the same local time
 * in another place.
 */
export const isOfOtherZone = (
  text: string | null | undefined,
  present: Temporal.Instant | undefined,
  { age, isForm, rules }: Sieve,
): boolean => isForm && age.schedule !== 'current' && isSameWall(text, present, rules.zone);

/** Whether a count is greater than the current one, as it was before the engine counted down. */
export const isMore = (given: number | null | undefined, now: number | null | undefined): boolean =>
  typeof given === 'number' && typeof now === 'number' && given > now;
