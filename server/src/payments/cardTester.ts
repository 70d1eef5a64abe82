import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';
import type { Absent, ChargeRequest, HoldAnswer } from './gateway.ts';
import type { Payments } from './payments.ts';

/** A test of a card, as orders request it. */
export interface TestRequest {
  readonly merchantId: string;
  readonly key: string;
  readonly orderId: string;
  readonly cardToken: string;
  readonly amount: Minor;
  readonly currency: string;
  readonly requestedAt: Temporal.Instant;
  readonly gateway?: string | undefined;
}

/** The outcome of a test. */
export type TestAnswer =
  | { readonly kind: 'held' | 'released'; readonly reference: string }
  | {
      readonly kind: 'declined';
      readonly reason: string;
      readonly code: string;
      readonly reference?: string | undefined;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly notSent?: string };

/** Lets orders test cards at the merchant's gateways. Each test asks only one gateway. */
export function cardTester(payments: Payments) {
  return {
    isNamed: ({ merchant }: Context, gateway: string) => payments.isNamed(merchant, gateway),
    async choose(context: Context, key: string) {
      const gateways = await payments.of(context);
      const obstacle = gateways.obstacle();
      if (obstacle !== undefined) return { notSent: obstacle.reason };
      const gateway = gateways.route(key)[0]!;
      return { gateway, kind: gateways.kindOf(gateway) };
    },
    async hold(context: Context, test: TestRequest, lease: Lease): Promise<TestAnswer> {
      const { answer, notSent } = await (await payments.of(context)).hold(
        test.gateway ?? '',
        requestOf(test),
        lease,
      );
      if (notSent !== undefined) return { kind: 'unknown', notSent };
      return toldOf(context, test, answer);
    },
    async find(context: Context, test: TestRequest): Promise<TestAnswer> {
      const holds = (await payments.of(context)).holdsOf(test.gateway ?? '');
      return toldOf(context, test, await holds.find(requestOf(test)));
    },
    async release(context: Context, test: TestRequest, reference: string): Promise<boolean> {
      const holds = (await payments.of(context)).holdsOf(test.gateway ?? '');
      const answer = await holds.release(requestOf(test), reference);
      if (answer.kind === 'unknown') warn(context, test, answer.message);
      return answer.kind === 'released';
    },
  };
}

const requestOf = ({ orderId, ...test }: TestRequest): ChargeRequest => ({
  key: test.key,
  merchantId: test.merchantId,
  amount: test.amount,
  currency: test.currency,
  cardToken: test.cardToken,
  orderReference: orderId,
  description: `Test of the card of order ${orderId}`,
  requestedAt: test.requestedAt,
});

function toldOf(context: Context, test: TestRequest, answer: HoldAnswer | Absent): TestAnswer {
  switch (answer.kind) {
    case 'approved':
      return { kind: 'held', reference: answer.reference };
    case 'declined':
      return {
        kind: 'declined',
        reason: answer.message,
        code: answer.reason,
        reference: answer.reference,
      };
    case 'unknown':
      warn(context, test, answer.message);
      return { kind: 'unknown' };
    default:
      return answer;
  }
}

const warn = (
  { log }: Context,
  { merchantId, orderId, gateway }: TestRequest,
  reason: string,
): void =>
  log.warn({ merchantId, orderId, gateway, reason }, 'a test of a card has no known outcome yet');
