import { createHash } from 'node:crypto';
import type { ChargeAnswer, DeclineReason } from './gateway.ts';

/** One of a merchant's gateways, as the rotation sees it. */
export interface RotatedGateway {
  readonly code: string;
  /**
   * Its share of the charges is its weight divided by the sum of all weights. A gateway with weight
   * 0 takes charges only when no other can.
   */
  readonly weight: number;
  /** A stand-by takes charges while no gateway is active, and charges that cascade. */
  readonly state: 'active' | 'inactive' | 'stand-by';
}

/**
 * Returns the gateways of a charge in order; all but the first are used only when it cascades. The
 * order follows from the key alone, so a repetition takes the same route, and each gateway gets its
 * share of many keys. A pinned gateway comes first unless it is inactive. When none is active or on
 * stand-by, every gateway is tried.
 */
export function routeOf(
  gateways: readonly RotatedGateway[],
  key: string,
  pinnedCode?: string,
): string[] {
  const inState = (state: RotatedGateway['state']) =>
    inOrderOf(
      key,
      gateways.filter((gateway) => gateway.state === state),
    );
  const usable = [...inState('active'), ...inState('stand-by')];
  const route = usable.length > 0 ? usable : inState('inactive');
  return pinnedCode !== undefined && route.includes(pinnedCode)
    ? [pinnedCode, ...route.filter((code) => code !== pinnedCode)]
    : route;
}

/**
 * Returns true when a charge continues at the next gateway of its route: only after a decline for a
 * reason that the merchant chose.
 */
export function cascades(answer: ChargeAnswer, cascadeOn: ReadonlySet<DeclineReason>): boolean {
  return answer.kind === 'declined' && cascadeOn.has(answer.reason);
}

/**
 * Returns a gateway's failures in a row after an answer. A lost answer is a failure. So is every
 * decline, whatever its reason: a gateway that has blocked a merchant declines everything. A charge
 * that was not sent, that waits for its customer or whose gateway is gone says nothing about the
 * gateway. A refused account is handled apart (refusal.ts).
 */
export function failuresAfter(failuresBefore: number, answer: ChargeAnswer): number {
  if (answer.kind === 'approved') return 0;
  const saysNothing =
    answer.kind === 'unknown' &&
    (answer.isUnsent || answer.awaits || answer.refusesAccount || answer.isGone);
  return saysNothing ? failuresBefore : failuresBefore + 1;
}

/**
 * Rendezvous hashing: each gateway draws a number from the key, smaller for a heavier gateway, and
 * the smallest number goes first. When a gateway is added or removed, no charge moves between the
 * others.
 */
function inOrderOf(key: string, gateways: readonly RotatedGateway[]): string[] {
  if (gateways.length < 2) return gateways.map((gateway) => gateway.code);
  const draws = gateways.map(({ code, weight }) => ({
    code,
    draw: weight > 0 ? -Math.log(shareOf(key, code)) / weight : Infinity,
  }));
  return draws
    .sort((a, b) => a.draw - b.draw || (a.code < b.code ? -1 : 1))
    .map(({ code }) => code);
}

/**
 * Returns a number above 0 and at most 1, evenly spread and always the same for a key and a
 * gateway.
 */
function shareOf(key: string, code: string): number {
  return (createHash('sha256').update(`${code}\n${key}`).digest().readUInt32BE(0) + 1) / 2 ** 32;
}
