import type { Difference } from './audit.ts';

/*
 * Compares the captures of a simulated gateway with our books. The gateway's books are independent
 * evidence, because they are not in our tables.
 */

/** Money that a gateway took. */
export interface GatewayCapture {
  readonly key: string;
  readonly reference: string;
  readonly amount: number;
  /** The part of the amount that the gateway gave back. */
  readonly refunded: number;
  readonly dispute?: AuditedDispute;
}

/** A dispute of a charge, in the gateway's books or in ours. */
export interface AuditedDispute {
  /** The gateway's id of the dispute. */
  readonly reference: string;
  readonly state: string;
  readonly amount: number;
}

/** Our books' record of a dispute that a gateway reported. */
export interface OurDispute extends AuditedDispute {
  readonly chargeReference: string;
}

/** Our books' record of the refunds of a charge at a gateway. */
export interface BookedRefunds {
  /** The gateway's id of the charge. */
  readonly reference: string;
  /** True while the outcome of a refund is unknown. */
  readonly isUnderWay: boolean;
  /** The sum of the refunds that the gateway made. */
  readonly refunded: number;
}

/** Our books' record of the charge that a key identifies (attempt.ts, orders/charge.ts). */
export interface AuditedCharge {
  /**
   * `rebill:<merchant>:<auto order>:<number>`, `order:<merchant>:<order>`, or the same with the
   * number of a later payment of the order.
   */
  readonly subject: string;
  readonly isUnderWay: boolean;
  readonly isPaid: boolean;
  /** Null for first payments that have only an order. */
  readonly reference: string | null;
  readonly amount: number;
}

/** Returns the subject of a key: for a rebill, the key without the attempt. */
export const auditedSubject = (key: string): string =>
  isRebill(key) ? key.split(':').slice(0, 4).join(':') : key;

/** Whether a key or subject belongs to a rebill. */
export const isRebill = (key: string): boolean => key.startsWith('rebill:');

/**
 * Returns captures without a charge, captures whose charge is not paid, and captures with another
 * amount.
 */
export function captureDifferences(
  captures: readonly GatewayCapture[],
  booked: readonly AuditedCharge[],
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
    const subject = auditedSubject(key);
    const charge = bySubject.get(subject);
    if (charge === undefined) return finding('key', key, 'none: no charge has this key');
    // The gateway's answer has not arrived yet.
    if (charge.isUnderWay) return [];
    if (taken.has(subject)) return finding('captures', 2, 1);
    taken.add(subject);
    if (!charge.isPaid) return finding('captured', amount, 'none: it is not paid');
    // Orders from before references were stored have none. A rebill has none if no card was
    // charged.
    const isNotKept = charge.reference === null && !isRebill(key);
    if (!isNotKept && charge.reference !== reference)
      return finding('reference', reference, charge.reference ?? 'none');
    return charge.amount === amount ? [] : finding('amount', amount, charge.amount);
  });
}

/** Returns the captures for which the gateway refunded a different sum than our orders show. */
export function refundDifferences(
  captures: readonly GatewayCapture[],
  booked: readonly BookedRefunds[],
): Difference[] {
  const byReference = new Map(booked.map((refunds) => [refunds.reference, refunds]));
  return captures.flatMap(({ key, reference, refunded }): Difference[] => {
    const refunds = byReference.get(reference);
    // The gateway's answer to a refund has not arrived yet.
    if (refunds?.isUnderWay) return [];
    const recomputed = refunds?.refunded ?? 0;
    return refunded === recomputed ? [] : [ofCharge(key, 'refunded', refunded, recomputed)];
  });
}

/**
 * Returns the captures whose disputes differ between the gateway and our books: a dispute that only
 * one of them has, or one with a different state or amount.
 */
export function disputeDifferences(
  captures: readonly GatewayCapture[],
  ours: readonly OurDispute[],
): Difference[] {
  const byCharge = Map.groupBy(ours, ({ chargeReference }) => chargeReference);
  return captures.flatMap(({ key, reference, dispute }): Difference[] => {
    const booked = byCharge.get(reference) ?? [];
    const stored = dispute === undefined ? 'none' : disputeText(dispute);
    const recomputed = booked.map(disputeText).join(', ') || 'none';
    return stored === recomputed ? [] : [ofCharge(key, 'dispute', stored, recomputed)];
  });
}

const disputeText = ({ reference, state, amount }: AuditedDispute): string =>
  `${reference} ${state} ${amount}`;

const ofCharge = (
  objectId: string,
  field: string,
  stored: string | number,
  recomputed: string | number,
): Difference => ({
  objectType: 'charge',
  objectId,
  field,
  stored: String(stored),
  recomputed: String(recomputed),
});
