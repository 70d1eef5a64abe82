import type { Difference } from './audit.ts';

/*
 * What a simulated gateway captured against our books. Its own books are the witness: they are apart from our tables.
 */

/** Money that a gateway took. */
export interface Capture {
  readonly key: string;
  readonly reference: string;
  readonly amount: number;
}

/** What our books say of the charge that a key names (attempt.ts, orders/charge.ts). */
export interface BookedCharge {
  /** `rebill:<merchant>:<auto order>:<number>` or `order:<merchant>:<order>`. */
  readonly subject: string;
  readonly isUnderWay: boolean;
  readonly isPaid: boolean;
  /** Absent for first payments, whose order alone is known. */
  readonly reference: string | null;
  readonly amount: number;
}

/** What a key charges for, without the attempt. */
export const subjectOf = (key: string): string =>
  key
    .split(':')
    .slice(0, 3 + (isRebill(key) ? 1 : 0))
    .join(':');

export const isRebill = (key: string): boolean => key.startsWith('rebill:');

/** Captures that no charge of ours stands for, that ours did not hear of, or that took another amount. */
export function captureDifferences(
  captures: readonly Capture[],
  booked: readonly BookedCharge[],
): Difference[] {
  const bySubject = new Map(booked.map((charge) => [charge.subject, charge]));
  const taken = new Set<string>();
  return captures.flatMap(({ key, reference, amount }): Difference[] => {
    const finding = (field: string, stored: string | number, recomputed: string | number) => [
      {
        objectType: 'charge' as const,
        objectId: key,
        field,
        stored: String(stored),
        recomputed: String(recomputed),
      },
    ];
    const subject = subjectOf(key);
    const charge = bySubject.get(subject);
    if (charge === undefined) return finding('key', key, 'none: nothing of ours has it');
    // Its answer is on the way.
    if (charge.isUnderWay) return [];
    if (taken.has(subject)) return finding('captures', 2, 1);
    taken.add(subject);
    if (!charge.isPaid) return finding('captured', amount, 'none: it is not paid');
    if (isRebill(key) && charge.reference !== reference)
      return finding('reference', reference, charge.reference ?? 'none');
    return charge.amount === amount ? [] : finding('amount', amount, charge.amount);
  });
}
