import type { Context } from '../platform/context.ts';
import type { Continuity } from '../platform/continuityStore.ts';
import type { Database } from '../platform/storage/database.ts';
import type { ChargeAnswer, ChargeRequest } from './gateway.ts';
import type { MerchantPayments, Payments, RoutedAnswer } from './payments.ts';
import {
  findRestoredCharges,
  forgetRestoredCharge,
  hasRestoredCharges,
  type RestoredCharge,
} from './restoredStore.ts';

/**
 * Returns the subject of a charge's key, without attempt and epoch: `rebill:<merchant>:<auto
 * order>:<number>`. The key of an order's payment is its subject: `order:<merchant>:<order id>`, and
 * `:<attempt>` for a later one. Undefined for a key that we did not make.
 */
export function subjectOfKey(key: string): string | undefined {
  return (
    /^(rebill:[^:]+:\d+:\d+):\d+(?::\d+)?$/.exec(key)?.[1] ??
    /^order:[^:]+:[^:]+(?::\d+)?$/.exec(key)?.[0]
  );
}

/** Returns the epoch that a key names. */
export const epochOf = (key: string): number =>
  Number(/^rebill:[^:]+:\d+:\d+:\d+:(\d+)$/.exec(key)?.[1] ?? 1);

/**
 * Wraps payments so that each charge first looks for a capture from before a restore
 * (docs/adr/0046-restores.md). An earlier capture is the answer, and no gateway is charged. Without
 * a restore this costs one check of the epoch per second.
 */
export function withRestores(
  payments: Payments,
  continuity: { read(): Promise<Continuity> },
): Payments {
  return {
    ...payments,
    async of(context) {
      // Read before the gateways, because a gateway may charge only if the restore is confirmed.
      const { epoch } = await continuity.read();
      const inner = await payments.of(context);
      const isAfterRestore =
        epoch > 1 && (await hasRestoredCharges(context.db, context.merchant.merchantId));
      return isAfterRestore ? looking(context, { ...inner, epoch }) : { ...inner, epoch };
    },
  };
}

function looking(context: Context, inner: MerchantPayments): MerchantPayments {
  const { merchantId } = context.merchant;
  const first =
    (ask: MerchantPayments['charge']): MerchantPayments['charge'] =>
    async (route, request, ...more) => {
      const subject = subjectOfKey(request.key);
      if (subject === undefined) return ask(route, request, ...more);
      const earlier = (await findRestoredCharges(context.db, merchantId, [subject])).get(subject);
      return (
        (earlier && (await answerOf(context, inner, earlier, request))) ??
        ask(route, request, ...more)
      );
    };
  return {
    ...inner,
    charge: first(inner.charge),
    resolve: first(inner.resolve),
    restoredCharges: (db: Database, subjects: readonly string[]) =>
      findRestoredCharges(db, merchantId, subjects),
  };
}

/**
 * Returns the outcome of an earlier charge, or undefined when it took no money, so that a new
 * charge may be made.
 */
async function answerOf(
  context: Context,
  inner: MerchantPayments,
  earlier: RestoredCharge,
  request: ChargeRequest,
): Promise<RoutedAnswer | undefined> {
  const { merchantId } = context.merchant;
  const { key, gatewayCode: code, reference, orderId } = earlier;
  const answer: ChargeAnswer = earlier.isCaptured
    ? {
        kind: 'approved',
        reference,
        restored: { amount: earlier.amount, currency: earlier.currency },
      }
    : decided(await inner.find(code, { ...request, key, requestedAt: longAgo(request) }));
  if (answer.kind === 'declined') {
    await forgetRestoredCharge(context.db, merchantId, earlier.subject);
    return undefined;
  }
  context.log.warn(
    {
      merchantId,
      key: request.key,
      before: { key, code, reference, orderId },
      answer: answer.kind,
    },
    'a charge was made before a restore and is not repeated',
  );
  return { code, kind: inner.kindOf(code) ?? earlier.kind, answer };
}

// A gateway decides within days. A list that starts later may omit the charge.
const longAgo = ({ requestedAt }: ChargeRequest) => requestedAt.subtract({ hours: 24 * 90 });

/** A gateway that has lost a charge which it knew before gives no decision about it. */
const decided = (answer: Awaited<ReturnType<MerchantPayments['find']>>): ChargeAnswer =>
  answer.kind === 'absent'
    ? {
        kind: 'unknown',
        message: 'the gateway does not know the charge that it knew before the restore',
      }
    : answer;
