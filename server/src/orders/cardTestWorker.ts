import type { Context } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import type { CardTester } from './cardTest.ts';
import { finishCardTest } from './cardTestOperations.ts';
import { claimCardTest } from './cardTestStore.ts';

/** The maximum number of tests that one process finishes per round and merchant. */
const batchSize = 20;

/** Finishes tests of cards whose process stopped: gives back amounts that are still held. */
export function cardTestWorker(
  rounds: MerchantRounds,
  { cardTests }: { readonly cardTests: CardTester },
): Worker {
  const each = eachMerchant(rounds.log, 'tests of cards');
  return {
    name: 'tests of cards',
    async runOnce() {
      return each(await reachableMerchantIds(rounds.db), async (merchantId) =>
        finishLeft(await rounds.contextFor(merchantId), cardTests),
      );
    },
  };
}

async function finishLeft(context: Context, tester: CardTester): Promise<number> {
  const { merchantId } = context.merchant;
  let count = 0;
  for (; count < batchSize; count++) {
    const test = await claimCardTest(context.db, merchantId);
    if (test === undefined) break;
    try {
      await finishCardTest(context, test, tester);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      const { orderId } = test;
      context.log.error({ err: error, merchantId, orderId }, 'a test of a card failed');
    }
  }
  return count;
}
