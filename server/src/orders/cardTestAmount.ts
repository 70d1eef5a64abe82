import type { CatalogItem } from '../items/item.ts';
import { type Minor, minor, toMinor } from '../kernel/money.ts';

/**
 * Returns the amount that is authorized to test the card of an order that costs nothing now. It is
 * the greatest amount of its recurring items (item reference, auth_future_amount, else
 * auth_test_amount), or else the merchant's. Undefined: the card is not tested.
 */
export function purchaseTestAmount(
  recurring: readonly (CatalogItem | undefined)[],
  merchantsAmount: Minor | undefined,
): Minor | undefined {
  if (recurring.length === 0) return undefined;
  const amounts = recurring.flatMap((item) => item?.autoOrder?.testAmount ?? []);
  const amount = amounts.length > 0 ? minor(Math.max(...amounts)) : merchantsAmount;
  return amount === undefined || amount === 0 ? undefined : amount;
}

/** The merchant's settings for tests of cards. */
export interface CardTestPolicy {
  /** The amount for orders that cost nothing and for new cards; undefined: no test. */
  readonly amount?: Minor | undefined;
  /** Whether a new card of an auto order is tested. */
  readonly testsChanges: boolean;
}

/** Reads the policy of a merchant's settings. Values that are not valid count as not set. */
export function cardTestPolicyOf(
  settings: Readonly<Record<string, unknown>>,
  currency: string,
): CardTestPolicy {
  const given = settings['auth_test_amount'];
  const parsed = typeof given === 'number' && given > 0 ? toMinor(given, currency) : undefined;
  return {
    amount: parsed?.ok ? parsed.value : undefined,
    testsChanges: settings['auth_test_card_changes'] === true,
  };
}
