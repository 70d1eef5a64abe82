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
 * What a charge's key stands for, whatever the attempt and the epoch: `rebill:<merchant>:<auto order>:<number>` or
 * `order:<merchant>:<order id>`; undefined for a key that is not of our making.
 */
export function subjectOf(key: string): string | undefined {
  return (
    /^(rebill:[^:]+:\d+:\d+):\d+(?::\d+)?$/.exec(key)?.[1] ?? /^order:[^:]+:[^:]+$/.exec(key)?.[0]
  );
}

/** The epoch that a key names. */
export const epochOf = (key: string): number =>
  Number(/^rebill:[^:]+:\d+:\d+:\d+:(\d+)$/.exec(key)?.[1] ?? 1);

/**
 * Payments that look, before they charge, for a capture from before a restore (docs/adr/0046-restores.md). What was captured then is the answer, and no
 * gateway is asked for money. Without a restore this costs nothing but one look at the epoch a second.
 */
export function withRestores(
  payments: Payments,
  continuity: { read(): Promise<Continuity> },
): Payments {
  return {
    ...payments,
    async of(context) {
      // Before the gateways: what they may do depends on whether a restore is confirmed.
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
      const subject = subjectOf(request.key);
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

/** What became of an earlier charge; undefined when it took no money, so that another one may. */
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
    'a charge was made before a restore and is not made again',
  );
  return { code, answer };
}

// A gateway decides within days; what it lists since a later moment may leave the charge out.
const longAgo = ({ requestedAt }: ChargeRequest) => requestedAt.subtract({ hours: 24 * 90 });

/** A gateway that no longer knows a charge which it knew has not decided it. */
const decided = (answer: Awaited<ReturnType<MerchantPayments['find']>>): ChargeAnswer =>
  answer.kind === 'absent'
    ? {
        kind: 'unknown',
        message: 'the gateway does not know the charge that it knew before the restore',
      }
    : answer;
