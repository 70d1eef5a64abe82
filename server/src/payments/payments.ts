import { Bug } from '../kernel/assert.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type {
  Absent,
  ChargeAnswer,
  ChargeRequest,
  Gateway,
  RefundAnswer,
  RefundRequest,
} from './gateway.ts';
import {
  type GatewayKind,
  type GatewaySetting,
  type GatewaySettings,
  gatewaySettings,
} from './gatewaySettings.ts';
import { inactiveGateways, makeGatewayInactive } from './gatewayStore.ts';
import { cascades, failuresAfter, routeOf } from './rotation.ts';

/** The gateways of all merchants, as features use them. */
export interface Payments {
  /** The merchant's gateways as they stand now: load once a batch, outside any transaction. */
  of(context: Context): Promise<MerchantPayments>;
  /** True when one of the merchant's gateways moves real money: its clock is never moved. */
  isReal(merchant: Merchant): boolean;
}

/** One merchant's gateways with their rotation as of now. */
export interface MerchantPayments {
  /**
   * Which gateways a charge goes to, in order: the first by weight and key, the others only when it cascades. Store it with the attempt before
   * charging: a repetition must go the same way. `pinnedCode` is the order's rotating_transaction_gateway_code. Never empty.
   */
  route(key: string, pinnedCode?: string): readonly string[];
  /**
   * Charges along the route. Never throws for what the outside does. A charge that could outlive the lease of its claim is not
   * sent: another process may have taken it over before the gateway answers.
   */
  charge(route: readonly string[], request: ChargeRequest, lease: Lease): Promise<RoutedAnswer>;
  /** For a charge whose answer was lost: asks each gateway of the route by key, and charges (same key) only where it was never seen. */
  resolve(route: readonly string[], request: ChargeRequest, lease: Lease): Promise<RoutedAnswer>;
  refund(code: string, request: RefundRequest): Promise<RefundAnswer>;
  /** Charges under way at once that all the gateways of this merchant together allow one process. */
  readonly concurrency: number;
}

/** The answer and the gateway that gave it. */
export interface RoutedAnswer {
  readonly code: string;
  readonly answer: ChargeAnswer;
}

/** What this installation has to charge with. */
export interface Gateways {
  /** For a merchant that names none. */
  preferred(merchant: Merchant): GatewayKind;
  /** The gateway that a merchant calls `code`; the same object each time. */
  open(kind: GatewayKind, code: string): Gateway;
}

export function createPayments(gateways: Gateways): Payments {
  // Failures in a row by merchant and gateway. Each process counts its own: a gateway that is down fails for all of them.
  const failures = new Map<string, number>();
  const settingsOf = (merchant: Merchant) =>
    gatewaySettings(merchant, gateways.preferred(merchant));
  const open = ({ kind, code }: GatewaySetting) => gateways.open(kind, code);

  return {
    isReal: (merchant) => settingsOf(merchant).list.some((setting) => open(setting).isReal),
    async of(context) {
      const settings = settingsOf(context.merchant);
      const isRotating = settings.list.length > 1;
      const inactive = isRotating
        ? await inactiveGateways(context.db, context.merchant.merchantId, context.now)
        : new Set<string>();
      const rotated = settings.list.map((each) =>
        inactive.has(each.code) ? { ...each, state: 'inactive' as const } : each,
      );
      const byCode = new Map(settings.list.map((each) => [each.code, open(each)]));
      const named = (code: string) => byCode.get(code) ?? missingGateway(code);
      const heard = (code: string, answer: ChargeAnswer) =>
        isRotating ? noteHealth(context, settings, failures, code, answer) : undefined;

      return {
        concurrency: [...byCode.values()].reduce((all, gateway) => all + gateway.concurrency, 0),
        route: (key, pinnedCode) => routeOf(rotated, key, pinnedCode),
        charge: (route, request, lease) =>
          along(route, settings, heard, (code) => chargeInTime(named(code), request, lease)),
        async resolve(route, request, lease) {
          const routed = await along(route, settings, heard, (code) =>
            findOrCharge(named(code), request, lease),
          );
          return furtherAlong(route, routed, (code) => named(code).find(request));
        },
        refund: (code, request) => named(code).refund(request),
      };
    },
  };
}

/** Asks gateway after gateway while the answer cascades. Every gateway repeats its answer to a key, so a repetition walks the same way. */
async function along(
  route: readonly string[],
  settings: GatewaySettings,
  heard: (code: string, answer: ChargeAnswer) => Promise<void> | undefined,
  ask: (code: string) => Promise<ChargeAnswer>,
): Promise<RoutedAnswer> {
  for (const [position, code] of route.entries()) {
    const answer = await ask(code);
    await heard(code, answer);
    const isLast = position === route.length - 1;
    if (isLast || !cascades(answer, settings.cascadeOn)) return { code, answer };
  }
  throw new Bug('a route names at least one gateway');
}

/**
 * A decline is the last word only when no later gateway was reached: the first time the charge may have gone on for a reason that the settings have
 * dropped since.
 */
async function furtherAlong(
  route: readonly string[],
  stopped: RoutedAnswer,
  find: (code: string) => Promise<ChargeAnswer | Absent>,
): Promise<RoutedAnswer> {
  if (stopped.answer.kind !== 'declined') return stopped;
  for (const code of route.slice(route.indexOf(stopped.code) + 1)) {
    const answer = await find(code);
    if (answer.kind === 'approved' || answer.kind === 'unknown') return { code, answer };
  }
  return stopped;
}

async function findOrCharge(
  gateway: Gateway,
  request: ChargeRequest,
  lease: Lease,
): Promise<ChargeAnswer> {
  const found = await gateway.find(request);
  return found.kind === 'absent' ? chargeInTime(gateway, request, lease) : found;
}

async function chargeInTime(
  gateway: Gateway,
  request: ChargeRequest,
  lease: Lease,
): Promise<ChargeAnswer> {
  if (lease.leavesTimeFor(gateway.answerMsMax)) return gateway.charge(request);
  return {
    kind: 'unknown',
    isUnsent: true,
    message: 'the charge waited so long for its turn that it was not sent',
  };
}

async function noteHealth(
  context: Context,
  settings: GatewaySettings,
  failures: Map<string, number>,
  code: string,
  answer: ChargeAnswer,
): Promise<void> {
  const { merchant, now, log } = context;
  const counted = `${merchant.merchantId} ${code}`;
  const before = failures.get(counted) ?? 0;
  const inARow = failuresAfter(before, answer);
  if (inARow === before) return;
  failures.set(counted, inARow);
  if (inARow !== settings.inactiveAfterFailures) return;
  failures.delete(counted);
  const until = now.add({ hours: settings.inactiveHours });
  const words = { merchantId: merchant.merchantId, gateway: code, until: until.toString() };
  try {
    await makeGatewayInactive(
      context.db,
      merchant.merchantId,
      code,
      now,
      until,
      `${inARow} failures in a row`,
    );
    log.warn(words, 'a gateway was made inactive after failures in a row');
  } catch (error) {
    // The answer is what matters now; the next failures will try again.
    log.error({ ...words, err: error }, 'a gateway could not be made inactive');
  }
}

/** A gateway that was taken out of the settings while charges of it are open: they wait until it is back. */
function missingGateway(code: string): Gateway {
  const unknown = async () =>
    ({
      kind: 'unknown',
      message: `the merchant's settings no longer name the gateway ${code}`,
    }) as const;
  return {
    code,
    isReal: false,
    concurrency: 1,
    answerMsMax: 0,
    charge: unknown,
    find: unknown,
    refund: unknown,
  };
}
