import { required } from '../kernel/assert.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';
import { afterAnswer, type CardTest, type CardTester, hasLapsed } from './cardTest.ts';
import { findCardTest, keepTestGateway, saveCardTest } from './cardTestStore.ts';
import type { ChargeResult } from './charge.ts';

/**
 * Tests a card as its stored test says: holds the amount and gives it back. A repetition first
 * queries the outcome of the hold, so nothing is held twice. If the amount cannot be given back
 * now, a worker does it later. A gateway that left the settings is not asked any more, so another
 * one tests the card; the bank gives back what may still be held. Not inside a transaction.
 */
export async function testCard(
  context: Context,
  key: string,
  tester: CardTester,
  lease: Lease,
): Promise<ChargeResult> {
  const stored = required(
    await findCardTest(context.db, context.merchant.merchantId, key),
    `test ${key}`,
  );
  if (stored.result !== undefined) return resultOf(await released(context, stored, tester));
  const asked = await askGateway(context, stored, tester, lease);
  if ('notSent' in asked) return { kind: 'unknown', notSent: asked.notSent };
  return resultOf(await released(context, asked, tester));
}

async function askGateway(
  context: Context,
  test: CardTest,
  tester: CardTester,
  lease: Lease,
): Promise<CardTest | { readonly notSent: string }> {
  const { gateway, gatewayKind: kind } = test;
  const asked = gateway !== undefined && tester.isNamed(context, gateway) ? gateway : undefined;
  if (asked !== undefined) {
    const found = await tester.find(context, test);
    if (found.kind !== 'absent') return saved(context, afterAnswer(test, found));
  }
  const chosen =
    asked === undefined ? await tester.choose(context, test.key) : { gateway: asked, kind };
  if ('notSent' in chosen) return chosen;
  await keepTestGateway(context.db, test, chosen);
  const begun = { ...test, gateway: chosen.gateway, gatewayKind: chosen.kind };
  const answer = await tester.hold(context, begun, lease);
  if (answer.kind === 'unknown' && answer.notSent !== undefined) return { notSent: answer.notSent };
  return saved(context, afterAnswer(begun, answer));
}

/** Gives back the amount that a test holds. */
async function released(context: Context, test: CardTest, tester: CardTester): Promise<CardTest> {
  const { reference } = test;
  if (test.state !== 'held' || reference === undefined) return test;
  if (!(await tester.release(context, test, reference))) return test;
  return saved(context, { ...test, state: 'ended' });
}

/**
 * Ends a test that its process left: gives back what the gateway holds. Holds nothing new, because
 * the change that requested the test was not made. A test whose gateway left the settings ends when
 * the bank has given back what it held.
 */
export async function finishCardTest(
  context: Context,
  test: CardTest,
  tester: CardTester,
): Promise<void> {
  const { gateway } = test;
  if (gateway !== undefined && !tester.isNamed(context, gateway)) {
    if (hasLapsed(test, context.now)) await saved(context, { ...test, state: 'ended' });
    return;
  }
  if (test.state === 'held') {
    await released(context, test, tester);
    return;
  }
  const answer =
    test.gateway === undefined ? ({ kind: 'absent' } as const) : await tester.find(context, test);
  await released(context, await saved(context, afterAnswer(test, answer)), tester);
}

async function saved(context: Context, test: CardTest): Promise<CardTest> {
  await saveCardTest(context.db, test);
  return test;
}

function resultOf(test: CardTest): ChargeResult {
  const { gateway = '', gatewayKind, reference, amount: tested } = test;
  switch (test.result) {
    case 'approved':
      return { kind: 'approved', gateway, gatewayKind, reference: reference ?? '', tested };
    case 'declined':
      return {
        kind: 'declined',
        gateway,
        reason: test.reason ?? '',
        code: test.code,
        reference,
        tested,
      };
    default:
      return { kind: 'unknown' };
  }
}
