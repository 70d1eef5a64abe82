import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { amountMax, currencyExponent, fromMinor, type Minor, toMinor } from '../kernel/money.ts';
import { parseFieldDate } from '../kernel/wireDates.ts';
import { isSameSecond } from './formAge.ts';

/** The merchant's zone and currency, on which the meaning of a value depends. */
export interface ReadingRules {
  readonly zone: string;
  readonly currency: string;
}

/**
 * Reads an update field by field, compared with the current value: an absent field keeps it, an
 * explicit null clears it (or keeps it where it cannot be cleared), a value replaces it. The types
 * are already validated; other faults are collected in `faults`.
 */
export class FieldReader {
  readonly faults: FieldFault[] = [];
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #rules: ReadingRules;

  /** `path` is the prefix of field names in faults, for example `items[0].`. */
  constructor(body: object, path: string, rules: ReadingRules) {
    this.#body = body as Readonly<Record<string, unknown>>;
    this.#path = path;
    this.#rules = rules;
  }

  fault(name: string, reason: string, fix: string): void {
    this.faults.push({ field: this.#path + name, reason, fix });
  }

  /** Whether the client sent a value other than null. */
  has(name: string): boolean {
    return this.#body[name] !== undefined && this.#body[name] !== null;
  }

  /** Reads a value that may be cleared. */
  optional<Value>(name: string, current: Value | undefined): Value | undefined {
    const given = this.#body[name];
    return given === undefined ? current : ((given as Value | null) ?? undefined);
  }

  /** Reads a value that cannot be cleared. */
  required<Value>(name: string, current: Value): Value {
    return (this.#body[name] as Value | null | undefined) ?? current;
  }

  text(name: string, current: string | undefined): string | undefined {
    const value = this.optional(name, current);
    return value === current ? current : value?.trim() || undefined;
  }

  number(
    name: string,
    current: number | undefined,
    min: number,
    max = 2 ** 31 - 1,
  ): number | undefined {
    const value = this.optional(name, current);
    return value === current || value === undefined || this.#isWithin(name, value, min, max)
      ? value
      : current;
  }

  count(name: string, current: number): number {
    return this.number(name, current, 0) ?? current;
  }

  moment(name: string, current: Temporal.Instant | undefined): Temporal.Instant | undefined {
    const text = this.optional<string | Temporal.Instant>(name, current);
    if (typeof text !== 'string') return text;
    const parsed = parseFieldDate(text, this.#rules.zone, name);
    if (!parsed.ok)
      this.fault(
        name,
        'is not a date from 1900-01-01 to 2999-12-31',
        'Send ISO 8601, for example 2026-03-31T00:00:00-04:00',
      );
    const value = parsed.ok ? parsed.value : current;
    // The wire shows whole seconds. A date in the same second keeps the current value, so that
    // sending back what was read changes nothing.
    return isSameSecond(value, current) ? current : value;
  }

  money(name: string, current: Minor | undefined): Minor | undefined {
    const given = this.#body[name] as number | null | undefined;
    if (given === undefined) return current;
    if (given === null) return undefined;
    const { currency } = this.#rules;
    // A stored value may be out of bounds. Clients may send it back unchanged.
    if (current !== undefined && given === fromMinor(current, currency)) return current;
    const max = amountMax / 10 ** currencyExponent(currency);
    const amount = toMinor(given, currency);
    if (given < 0) this.fault(name, 'is negative', 'Send 0 or more');
    else if (given > max) this.fault(name, 'is an amount that is too large', `Send 0 to ${max}`);
    else if (amount.ok) return amount.value;
    else
      this.fault(
        name,
        `has more decimals than ${currency} allows`,
        'Send an amount with fewer decimals',
      );
    return current;
  }

  amount(name: string, current: Minor): Minor {
    return this.money(name, current) ?? current;
  }

  #isWithin(name: string, value: number, min: number, max: number): boolean {
    const fits = value >= min && value <= max;
    if (!fits) this.fault(name, 'is out of range', `Send a value from ${min} to ${max}`);
    return fits;
  }
}
