import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { Payments } from './payments.ts';

/**
 * Merchants whose customers are charged by the same kinds of gateway, or not charged for the same
 * reason.
 */
export interface ChargeGroup {
  readonly merchantIds: readonly string[];
  /** The kinds of gateway. Empty if no customer is charged. */
  readonly kinds: readonly string[];
  /** The reason why no customer is charged. */
  readonly reason?: string;
}

/** Groups merchants by the gateways that charge their customers. */
export function chargeGroups(merchants: readonly Merchant[], payments: Payments): ChargeGroup[] {
  const groups = new Map<string, { merchantIds: string[]; kinds: string[]; reason?: string }>();
  for (const merchant of merchants) {
    const kinds = [...payments.usableKinds(merchant)].sort();
    const reason = payments.obstacle(merchant)?.reason;
    const group = groups.get(`${kinds} ${reason}`);
    if (group !== undefined) group.merchantIds.push(merchant.merchantId);
    else
      groups.set(`${kinds} ${reason}`, {
        merchantIds: [merchant.merchantId],
        kinds,
        ...(reason === undefined ? {} : { reason }),
      });
  }
  return [...groups.values()];
}

const namedMax = 10;

/** Formats a group for the start-up output: `charges: 3 merchants (A, B, C) by stripe`. */
export function chargeLine({ merchantIds, kinds, reason }: ChargeGroup): string {
  const more = merchantIds.length - namedMax;
  const names = merchantIds.slice(0, namedMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const who = merchantIds.length === 1 ? names : `${merchantIds.length} merchants (${names})`;
  const means = kinds.length === 0 ? `not at all: ${reason}` : `by ${kinds.join(' and ')}`;
  return `charges: ${who} ${means}`;
}
