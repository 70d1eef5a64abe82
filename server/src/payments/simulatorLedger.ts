import { minor } from '../kernel/money.ts';
import type { GatewayLedger } from './knownCharges.ts';
import type { BookedCharge } from './simulatorBooks.ts';

/** Lists the captures in a simulator's books. They have no dates, so `since` omits nothing. */
export function simulatorLedger(captures: () => Promise<readonly BookedCharge[]>): GatewayLedger {
  return {
    kind: 'simulator',
    isReal: false,
    async charges({ newest }) {
      const all = await captures();
      return all.slice(newest === undefined ? 0 : -newest).map((charge) => ({
        kind: 'simulator' as const,
        gatewayCode: charge.account,
        merchantId: charge.merchantId,
        key: charge.key,
        reference: charge.reference,
        isCaptured: true,
        amount: minor(charge.amount),
        currency: charge.currency,
        orderId: charge.orderReference,
      }));
    },
  };
}
