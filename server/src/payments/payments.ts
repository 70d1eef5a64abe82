import { type GatewayKind, gatewayKinds } from '@perennial/contract/gatewayKind.ts';
import type { Temporal } from 'temporal-polyfill';
import { Bug } from '../kernel/assert.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';
import type { Database } from '../platform/storage/database.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type ChargingGate, type ChargingStop, openGate } from './charging.ts';
import {
  type Absent,
  type CardFacts,
  type CardHolds,
  type ChargeAnswer,
  type ChargeRequest,
  decidedAnswer,
  type Gateway,
  noHolds,
  type RefundAnswer,
  type RefundRequest,
} from './gateway.ts';
import {
  type GatewaySetting,
  type GatewaySettings,
  gatewayCodes,
  gatewaySettings,
} from './gatewaySettings.ts';
import { inactiveGateways, makeGatewayInactive } from './gatewayStore.ts';
import { type AccountRefusal, heldBackBy, refusalsOf } from './refusal.ts';
import {
  followRefusals,
  noReport,
  type RefusalReport,
  type RefusalWatch,
} from './refusalOperations.ts';
import type { RestoredCharge } from './restoredStore.ts';
import { cascades, failuresAfter, routeOf } from './rotation.ts';

/** The gateways of all merchants, as features use them. */
export interface Payments {
  /**
   * Returns the merchant's gateways as they are now. Call it once per batch, outside any
   * transaction.
   */
  of(context: Context): Promise<MerchantPayments>;
  /**
   * True when one of the merchant's gateways moves real money. The clock of such a merchant cannot
   * be moved.
   */
  isReal(merchant: Merchant): boolean;
  /**
   * Returns the kinds of gateway that may charge this merchant's customers now. Empty when none
   * may. With `now`, the result includes a gateway that refuses the account once it is time to try
   * it again.
   */
  usableKinds(merchant: Merchant, now?: Temporal.Instant): ReadonlySet<GatewayKind>;
  /** Returns whether the merchant's settings name this gateway. Other gateways get no requests. */
  isNamed(this: void, merchant: Merchant, code: string): boolean;
  /**
   * Returns what prevents every charge of this merchant now, or with `chargedBy` every charge of a
   * card of that kind of gateway; undefined: nothing does.
   */
  obstacle(merchant: Merchant, chargedBy?: GatewayKind): ChargeObstacle | undefined;
}

/** Why a card is not charged now. Nothing was sent to a gateway. */
export interface ChargeObstacle {
  /**
   * The event or gateway that the charge waits for: the end of a stop of the whole process, any
   * gateway, or a gateway of this kind.
   */
  readonly waitsFor: WaitsFor;
  /**
   * True when all charges of the merchant wait for the same reason, which is reported only once.
   */
  readonly isShared?: true;
  /** The fault and its fix, without a full stop at the end. */
  readonly reason: string;
}

/** The event or gateway that a charge waits for while it may not be sent. */
export type WaitsFor = 'charging' | 'gateway' | GatewayKind;

/** One merchant's gateways with their current rotation. */
export interface MerchantPayments {
  /**
   * Returns what prevents a charge of the card now, or undefined. `chargedBy` is the kind of
   * gateway that charged this card before. A gateway of another kind does not know the card's
   * token, or could take it for another card.
   */
  obstacle(chargedBy?: GatewayKind): ChargeObstacle | undefined;
  /**
   * Returns the gateways of a charge in order: the first by weight and key, the others only when
   * the charge cascades. Store the route with the attempt before charging, because a repetition
   * must follow the same route. Not empty when there is no obstacle.
   */
  route(key: string, choice?: RouteChoice): readonly string[];
  /**
   * Charges along the route. Never throws for what happens outside. Does not send a charge that
   * could outlive the lease of its claim, because another process may take it over before the
   * gateway answers.
   */
  charge(route: readonly string[], request: ChargeRequest, lease: Lease): Promise<RoutedAnswer>;
  /**
   * Queries each gateway of the route by key after an answer was lost, and charges with the same
   * key only at a gateway that never received the charge.
   */
  resolve(route: readonly string[], request: ChargeRequest, lease: Lease): Promise<RoutedAnswer>;
  /**
   * Queries a payment that waited for its customer. If the customer failed to confirm it, or if
   * `isOver`, the payment is canceled at the gateway and then counts as declined, because it can no
   * longer be captured. Otherwise it stays unknown.
   */
  confirmation(code: string, request: ChargeRequest, awaited: AwaitedTurn): Promise<RoutedAnswer>;
  /**
   * Refunds a charge at one gateway. While a restore is not confirmed or the clocks differ, nothing
   * is sent and the outcome is unknown. CHARGING=off stops charges only.
   */
  refund(code: string, request: RefundRequest): Promise<RefundAnswer>;
  /**
   * Holds an amount at one gateway to test a card. If nothing was sent to the gateway, `notSent`
   * gives the reason.
   */
  hold(
    code: string,
    request: ChargeRequest,
    lease: Lease,
  ): Promise<{ readonly answer: ChargeAnswer; readonly notSent?: string | undefined }>;
  /** Returns the functions that query and release holds at one gateway. Neither moves money. */
  holdsOf(code: string): Pick<CardHolds, 'find' | 'release'>;
  /** Returns the kind of a gateway; undefined when the settings do not name it. */
  kindOf(code: string): GatewayKind | undefined;
  /** Returns the outcome of a charge at one gateway. Moves no money. */
  find(code: string, request: ChargeRequest): Promise<ChargeAnswer | Absent>;
  /** Asks these gateways in turn about a card and returns the first answer. */
  describe(cardToken: string): Promise<CardFacts | undefined>;
  /** The epoch in which new charges begin (restored.ts). Absent: 1. */
  readonly epoch?: number;
  /**
   * Returns what gateways knew about these subjects before a restore. Absent when there is nothing
   * to look up.
   */
  restoredCharges?(
    db: Database,
    subjects: readonly string[],
  ): Promise<ReadonlyMap<string, RestoredCharge>>;
  /**
   * The most charges that one process may have in flight at all gateways of this merchant together.
   */
  readonly concurrency: number;
}

/** A payment that waited for its customer, and whether its time is over. */
export interface AwaitedTurn {
  readonly reference: string;
  readonly isOver: boolean;
}

/** The values that narrow a route. */
export interface RouteChoice {
  /** The auto order's rotating_transaction_gateway_code. */
  readonly pinnedCode?: string | undefined;
  /** The kind of gateway that charged this card before. */
  readonly chargedBy?: GatewayKind | undefined;
}

/** The answer and the gateway that gave it. */
export interface RoutedAnswer {
  readonly code: string;
  /** Absent when the settings no longer name the gateway. */
  readonly kind?: GatewayKind | undefined;
  readonly answer: ChargeAnswer;
}

/** The gateways with which this installation can charge. */
export interface Gateways {
  /** The kind for a merchant whose settings name no gateway. */
  preferred(merchant: Merchant): GatewayKind;
  /**
   * Returns why gateways of this kind may not charge this merchant's customers, or undefined when
   * they may. Absent: all may.
   */
  whyNot?(merchant: Merchant, kind: GatewayKind): string | undefined;
  /** Returns the gateway that a merchant calls `code`: the same object each time. */
  open(kind: GatewayKind, code: string): Gateway;
}

/** Creates the payments of all merchants on these gateways. */
export function createPayments(
  gateways: Gateways,
  gate: ChargingGate = openGate,
  report: RefusalReport = noReport,
): Payments {
  // Failures in a row by merchant and gateway. Each process counts its own: a gateway that is down
  // fails for every process.
  const failures = new Map<string, number>();
  const codesOf = gatewayCodes(gateways.preferred);
  const offered = (merchant: Merchant, now?: Temporal.Instant) => {
    const refusals = refusalsOf(merchant);
    return offeredGateways(gateways, gate, merchant, (code) => heldBackBy(refusals, code, now));
  };
  return {
    isReal: (merchant) =>
      offered(merchant).settings.list.some(({ kind, code }) => gateways.open(kind, code).isReal),
    usableKinds: (merchant, now) => offered(merchant, now).kinds(),
    isNamed: (merchant, code) => codesOf(merchant).includes(code),
    obstacle: (merchant, chargedBy) => offered(merchant).obstacle(chargedBy),
    async of(context) {
      const { merchant } = context;
      const refusals = followRefusals(context, report);
      const here = offeredGateways(gateways, gate, merchant, refusals.of);
      const { list } = here.settings;
      const isRotating = list.length > 1;
      const inactive = isRotating
        ? await inactiveGateways(context.db, merchant.merchantId, context.now)
        : new Set<string>();
      const heard = async (code: string, answer: ChargeAnswer) => {
        await refusals.hear(code, answer);
        if (isRotating) await noteHealth(context, here.settings, failures, code, answer);
      };
      const opened = list.map((each) => ({
        ...each,
        gateway: gateways.open(each.kind, each.code),
      }));
      return merchantPayments(here, opened, inactive, heard);
    },
  };
}

/** The gateways that a merchant's settings and this process offer before any query. */
interface OfferedGateways {
  readonly settings: GatewaySettings;
  readonly usable: UsableGateways;
  /** Returns the stop that prevents charges of the merchant's customers now, or undefined. */
  stop(): ChargingStop | undefined;
  obstacle(chargedBy: GatewayKind | undefined): ChargeObstacle | undefined;
  /** The kinds of gateway that may charge now. */
  kinds(): ReadonlySet<GatewayKind>;
  /** The refusal of a gateway that refuses the merchant's account. */
  refusal: RefusalWatch['of'];
  /** Why a gateway that the settings name may not charge now; undefined when it may. */
  whyNot(code: string): string | undefined;
}

function offeredGateways(
  gateways: Gateways,
  gate: ChargingGate,
  merchant: Merchant,
  refusal: RefusalWatch['of'],
): OfferedGateways {
  const settings = gatewaySettings(merchant, gateways.preferred(merchant));
  const usable = usableGateways(gateways, merchant, settings);
  const stop = () => gate.stopFor(merchant);
  const isNamed = (list: readonly GatewaySetting[], code: string) =>
    list.some((each) => each.code === code);
  const accepting = () => usable.list.filter(({ code }) => refusal(code) === undefined);
  return {
    settings,
    usable,
    stop,
    refusal,
    kinds: () => new Set(stop() === undefined ? accepting().map(({ kind }) => kind) : []),
    obstacle(chargedBy) {
      const reason = stop()?.words;
      return reason === undefined
        ? (refusedObstacle(usable, refusal, chargedBy) ?? gatewayObstacle(usable, chargedBy))
        : { waitsFor: 'charging', isShared: true, reason };
    },
    whyNot: (code) =>
      stop()?.words ??
      (isNamed(settings.list, code) && !isNamed(usable.list, code) ? usable.whyNone : undefined),
  };
}

type OpenedGateway = GatewaySetting & { readonly gateway: Gateway };

function merchantPayments(
  { settings, usable, stop, obstacle, refusal, whyNot }: OfferedGateways,
  opened: readonly OpenedGateway[],
  inactive: ReadonlySet<string>,
  heard: (code: string, answer: ChargeAnswer) => Promise<void>,
): MerchantPayments {
  const byCode = new Map(opened.map((each) => [each.code, each]));
  const named = (code: string) => byCode.get(code)?.gateway ?? missingGateway(code);
  const withKind = (routed: RoutedAnswer) => ({
    ...routed,
    kind: byCode.get(routed.code)?.kind,
  });
  const ask = askerOf(named, whyNot, refusal);

  return {
    concurrency: [...byCode.values()].reduce((all, { gateway }) => all + gateway.concurrency, 0),
    obstacle: (chargedBy) => obstacle(chargedBy),
    route: (key, { pinnedCode, chargedBy } = {}) =>
      routeOf(rotated(usable, { refusal, inactive, chargedBy }), key, pinnedCode),
    charge: async (route, request, lease) =>
      withKind(await along(route, settings, heard, (code) => ask.first(code, request, lease))),
    async resolve(route, request, lease) {
      const routed = await along(route, settings, heard, (code) =>
        ask.resolve(code, request, lease),
      );
      return withKind(
        await furtherAlong(route, routed, async (code) =>
          decidedAnswer(request, await named(code).find(request)),
        ),
      );
    },
    confirmation: async (code, request, awaited) =>
      withKind({ code, answer: await confirmationOf(named(code), request, awaited) }),
    refund: async (code, request) => {
      const stopped = stop();
      if (stopped === undefined || stopped.name === 'off') return named(code).refund(request);
      return { kind: 'unknown', message: `the refund was not sent: ${stopped.words}` };
    },
    async describe(cardToken) {
      for (const { code } of usable.list) {
        const facts = await named(code).describe(cardToken);
        if (facts !== undefined) return facts;
      }
      return undefined;
    },
    find: async (code, request) => decidedAnswer(request, await named(code).find(request)),
    async hold(code, request, lease) {
      const reason = whyNot(code);
      const isInTime = lease.leavesTimeFor(named(code).answerMsMax);
      if (reason === undefined && isInTime)
        return { answer: decidedAnswer(request, await named(code).holds.hold(request)) };
      const notSent = reason ?? 'the test of the card waited too long for its turn';
      return { answer: { kind: 'unknown', message: notSent }, notSent };
    },
    holdsOf: (code) => named(code).holds,
    kindOf: (code) => byCode.get(code)?.kind,
  };
}

/** The gateways that accept charges of a card now, with those that rest after failures. */
const rotated = (
  { list }: UsableGateways,
  {
    refusal,
    inactive,
    chargedBy,
  }: {
    readonly refusal: RefusalWatch['of'];
    readonly inactive: ReadonlySet<string>;
    readonly chargedBy: GatewayKind | undefined;
  },
): GatewaySetting[] =>
  list
    .filter(({ kind }) => chargedBy === undefined || kind === chargedBy)
    .filter(({ code }) => refusal(code) === undefined)
    .map((each) => (inactive.has(each.code) ? { ...each, state: 'inactive' as const } : each));

/** The answer to a new charge that is not sent, because others were refused with the account. */
const unsentTo = (refusal: AccountRefusal | undefined): ChargeAnswer | undefined =>
  refusal && { kind: 'unknown', isUnsent: true, message: refusal.reason };

/**
 * The merchant's gateways that may charge its customers, and why the others may not.
 */
interface UsableGateways {
  readonly list: readonly GatewaySetting[];
  readonly whyNone: string;
}

function usableGateways(
  { whyNot }: Gateways,
  merchant: Merchant,
  { list }: GatewaySettings,
): UsableGateways {
  const reasons = new Map(gatewayKinds.map((kind) => [kind, whyNot?.(merchant, kind)]));
  const named = new Set(list.map(({ kind }) => kind));
  return {
    list: list.filter(({ kind }) => reasons.get(kind) === undefined),
    whyNone: [...named].flatMap((kind) => reasons.get(kind) ?? []).join('; '),
  };
}

/** Returns the obstacle of a charge if each gateway that may make it refuses the account. */
function refusedObstacle(
  { list }: UsableGateways,
  refusal: RefusalWatch['of'],
  chargedBy: GatewayKind | undefined,
): ChargeObstacle | undefined {
  const possible = list.filter(({ kind }) => chargedBy === undefined || kind === chargedBy);
  const refused = possible.map(({ code, kind }) => ({ kind, refusal: refusal(code) }));
  const [first] = refused;
  if (first?.refusal === undefined || refused.some((each) => each.refusal === undefined))
    return undefined;
  return { waitsFor: first.kind, isShared: true, reason: first.refusal.reason };
}

function gatewayObstacle(
  { list, whyNone }: UsableGateways,
  chargedBy: GatewayKind | undefined,
): ChargeObstacle | undefined {
  if (list.length === 0)
    return {
      waitsFor: 'gateway',
      reason: `no gateway may charge this merchant's cards: ${whyNone}`,
    };
  if (chargedBy === undefined || list.some(({ kind }) => kind === chargedBy)) return undefined;
  return {
    waitsFor: chargedBy,
    reason:
      `${chargedBy} charged this card before and is not among the merchant's gateways now ` +
      `(${[...new Set(list.map(({ kind }) => kind))].join(', ')}): ` +
      'add it again, or give the auto order a new card',
  };
}

/**
 * Charges at one gateway. A gateway that may not charge is only queried about an earlier charge,
 * which moves no money.
 */
function askerOf(
  named: (code: string) => Gateway,
  whyNot: (code: string) => string | undefined,
  refusal: RefusalWatch['of'],
) {
  const charge = async (
    code: string,
    request: ChargeRequest,
    lease: Lease,
  ): Promise<ChargeAnswer> => {
    const reason = whyNot(code);
    if (reason === undefined)
      return decidedAnswer(request, await chargeInTime(named(code), request, lease));
    return { kind: 'unknown', isUnsent: true, message: `the charge was not sent: ${reason}` };
  };
  return {
    /** Sends a new charge, unless others were refused with the account meanwhile. */
    first: async (code: string, request: ChargeRequest, lease: Lease): Promise<ChargeAnswer> =>
      unsentTo(refusal(code)) ?? charge(code, request, lease),
    async resolve(code: string, request: ChargeRequest, lease: Lease): Promise<ChargeAnswer> {
      const found = await named(code).find(request);
      return found.kind === 'absent' ? charge(code, request, lease) : decidedAnswer(request, found);
    },
  };
}

/**
 * Charges at one gateway after another while the answer cascades. Every gateway repeats its answer
 * to a key, so a repetition follows the same route.
 */
async function along(
  route: readonly string[],
  settings: GatewaySettings,
  heard: (code: string, answer: ChargeAnswer) => Promise<void>,
  ask: (code: string) => Promise<ChargeAnswer>,
): Promise<RoutedAnswer> {
  for (const [position, code] of route.entries()) {
    const answer = await ask(code);
    await heard(code, answer);
    const isLast = position === route.length - 1;
    if (isLast || !cascades(answer, settings.cascadeOn)) return { code, answer };
  }
  throw new Bug('a route must name at least one gateway');
}

/**
 * A decline is final only when no later gateway received the charge. The first run may have
 * cascaded for a reason that has since been removed from the settings.
 */
async function furtherAlong(
  route: readonly string[],
  stopped: RoutedAnswer,
  find: (code: string) => Promise<ChargeAnswer | Absent>,
): Promise<RoutedAnswer> {
  if (stopped.answer.kind !== 'declined') return stopped;
  return (await findFurther(route, stopped.code, find)) ?? stopped;
}

/**
 * Looks for a charge at the gateways that follow one in its route: returns the first that captured
 * it or may have. Undefined: none did.
 */
export async function findFurther(
  route: readonly string[],
  after: string,
  find: (code: string) => Promise<ChargeAnswer | Absent>,
): Promise<RoutedAnswer | undefined> {
  for (const code of route.slice(route.indexOf(after) + 1)) {
    const answer = await find(code);
    if (answer.kind === 'approved' || answer.kind === 'unknown') return { code, answer };
  }
  return undefined;
}

async function confirmationOf(
  gateway: Gateway,
  request: ChargeRequest,
  { reference, isOver }: AwaitedTurn,
): Promise<ChargeAnswer> {
  const found = await gateway.find(request);
  if (found.kind === 'approved') return found;
  if (found.kind === 'unknown' && (found.awaits === undefined || !isOver)) return found;
  // The customer may have another page with this payment open, so a decline alone does not end it.
  const ended = await gateway.cancel(request, reference);
  return ended.kind === 'declined' && found.kind === 'declined' ? found : ended;
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
    message: 'the charge was not sent because it waited too long for its turn',
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
    log.warn(words, 'a gateway is now inactive after failures in a row');
  } catch (error) {
    // The caller needs the answer even when this write fails; the next failure writes it again.
    log.error({ ...words, err: error }, 'a gateway could not be set inactive');
  }
}

/**
 * Takes the place of a gateway that was removed from the settings while it has open charges. They
 * stay unknown until it is back, or until a person settles them.
 */
function missingGateway(code: string): Gateway {
  const unknown = async () =>
    ({
      kind: 'unknown',
      isGone: true,
      message: `the merchant's settings no longer name the gateway ${code}`,
    }) as const;
  return {
    code,
    isReal: false,
    concurrency: 1,
    answerMsMax: 0,
    charge: unknown,
    find: unknown,
    cancel: unknown,
    describe: async () => undefined,
    refund: unknown,
    holds: noHolds,
  };
}
