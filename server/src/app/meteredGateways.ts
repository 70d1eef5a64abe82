import type { GatewayKind } from '@perennial/contract/gatewayKind.ts';
import type { Gateway } from '../payments/gateway.ts';
import type { Gateways } from '../payments/payments.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Metrics } from '../platform/metrics.ts';

/** Wraps the gateways: counts and times their answers by kind of gateway, call and answer. */
export function meteredGateways<All extends Gateways>(
  gateways: All,
  clock: SystemClock,
  observe: Metrics['observeGateway'],
): All {
  const metered = new WeakMap<Gateway, Gateway>();
  const meter = (kind: GatewayKind, gateway: Gateway): Gateway => {
    const timed = async <Answer extends { readonly kind: string }>(
      call: string,
      asked: Promise<Answer>,
    ): Promise<Answer> => {
      const startedMs = clock.monotonicMs();
      const answer = await asked;
      observe(kind, call, answer.kind, (clock.monotonicMs() - startedMs) / 1000);
      return answer;
    };
    const { code, isReal, concurrency, answerMsMax } = gateway;
    return {
      code,
      isReal,
      concurrency,
      answerMsMax,
      charge: (request) => timed('charge', gateway.charge(request)),
      find: (request) => timed('find', gateway.find(request)),
      cancel: (request, reference) => timed('cancel', gateway.cancel(request, reference)),
      describe: (cardToken) => gateway.describe(cardToken),
      refund: (request) => timed('refund', gateway.refund(request)),
      holds: {
        hold: (request) => timed('hold', gateway.holds.hold(request)),
        find: (request) => timed('find hold', gateway.holds.find(request)),
        release: (request, reference) =>
          timed('release', gateway.holds.release(request, reference)),
      },
    };
  };
  return {
    ...gateways,
    open(kind: GatewayKind, code: string) {
      const gateway = gateways.open(kind, code);
      const known = metered.get(gateway) ?? meter(kind, gateway);
      metered.set(gateway, known);
      return known;
    },
  };
}
