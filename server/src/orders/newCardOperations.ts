import { type Minor, minor, toMinor } from '../kernel/money.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { leaseFrom } from '../platform/jobs/lease.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { DescribeCard } from './cardOperations.ts';
import { type CardTest, type CardTester, purchaseTestKey } from './cardTest.ts';
import { cardTestPolicyOf } from './cardTestAmount.ts';
import { testCard } from './cardTestOperations.ts';
import { insertCardTest, testLeaseMs } from './cardTestStore.ts';
import type { ChargedCard, ChargeResult } from './charge.ts';
import type { OrderRecord } from './order.ts';
import { findOrder } from './store.ts';

/** The functions that are needed to check a new card. */
export interface NewCardParts {
  /** Returns the gateway's facts about a card. Absent: there are no facts about any card. */
  readonly describeCard?: DescribeCard;
  readonly cardTests: CardTester;
  readonly clock: SystemClock;
}

/** The card in a change of an order. */
export interface GivenToken {
  readonly orderId: string;
  readonly cardToken: string;
  /**
   * The path of the object in the request that contains the token, with a dot at the end, or empty.
   */
  readonly path: string;
}

/**
 * Asks the gateway about the card in a change of an order, before the change and outside its
 * transaction. Returns the gateway's facts about it. If the merchant tests new cards and the order
 * is the original one of an auto order, an amount is authorized and given back. A card that is
 * declined or cannot be tested is refused.
 */
export async function askNewCard(
  context: Context,
  given: GivenToken,
  parts: NewCardParts,
): Promise<ChargedCard | undefined> {
  const facts = await parts.describeCard?.(context, given.cardToken);
  const { settings, currency, merchantId } = context.merchant;
  const policy = cardTestPolicyOf(settings, currency);
  if (!policy.testsChanges) return facts;
  const order = await findOrder(context.db, merchantId, given.orderId);
  if (order?.rebillNumber !== 0 || order.cardToken === given.cardToken) return facts;
  refuseUntested(given, await runTest(context, order, given, policy.amount, parts));
  return facts;
}

async function runTest(
  context: Context,
  { merchantId, orderId, currency }: OrderRecord,
  { cardToken }: GivenToken,
  amount: Minor | undefined,
  { cardTests, clock }: NewCardParts,
): Promise<ChargeResult> {
  const number = await takeNumbers(context.db, merchantId, 'card_test', 1);
  const test: CardTest = {
    merchantId,
    key: `${purchaseTestKey(merchantId, orderId)}:${number}`,
    orderId,
    cardToken,
    amount: amount ?? oneOf(currency),
    currency,
    requestedAt: context.now,
    state: 'asked',
  };
  const lease = leaseFrom(clock, testLeaseMs);
  await insertCardTest(context.db, test, 'worker');
  return testCard(context, test.key, cardTests, lease);
}

/** Returns one unit of a currency, such as 1.00 USD. */
function oneOf(currency: string): Minor {
  const one = toMinor(1, currency);
  return one.ok ? one.value : minor(1);
}

function refuseUntested({ path }: GivenToken, result: ChargeResult): void {
  if (result.kind === 'approved') return;
  if (result.kind === 'declined')
    return refuse('invalid_field', {
      field: `${path}card_number_token`,
      reason: `names a card that did not pass its test: ${result.reason.replace(/\.$/, '')}`,
      fix: 'Nothing was changed. Send another card',
    });
  return refuse('state_conflict', {
    reason:
      result.notSent === undefined
        ? 'The gateway has not answered the test of the card'
        : `The card cannot be tested: ${result.notSent}`,
    fix: 'Nothing was changed. Send the card again later',
  });
}
