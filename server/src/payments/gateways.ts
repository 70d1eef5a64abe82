import { type GatewayKind, movesMoney } from '@perennial/contract/gatewayKind.ts';
import { isTestClock } from '../platform/clock/merchantClock.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { CardForm } from './cardForm.ts';
import type { Gateway } from './gateway.ts';
import type { GatewayLedger } from './knownCharges.ts';
import type { Gateways } from './payments.ts';
import { remoteSimulatorGateways } from './remoteSimulator.ts';
import { simulatorGateway } from './simulator.ts';
import {
  type BookedCharge,
  type CustomerChoice,
  type OutsideAction,
  type OutsideAnswer,
  SimulatorBooks,
} from './simulatorBooks.ts';
import { simulatorLedger } from './simulatorLedger.ts';
import { type StripeSettings, stripeGateway } from './stripe.ts';
import { stripeCardForm } from './stripeCardForm.ts';
import { stripeLedger } from './stripeLedger.ts';

/** The gateway settings from the environment. */
export interface GatewayConfig {
  /** A simulator in a separate process. Absent: one inside this process. */
  readonly simulatorUrl?: string | undefined;
  /** A file that keeps the in-process simulator's books across restarts. */
  readonly simulatorBooks?: string | undefined;
  /** True when another process writes these books: they are only read, and nothing is charged. */
  readonly isReadOnly?: boolean | undefined;
  readonly stripe?: StripeSettings | undefined;
  /**
   * Merchants with a real clock that the simulator may still charge: all, or these. Absent: none.
   */
  readonly simulatedMerchants?: 'all' | readonly string[] | undefined;
}

/** The gateways of this installation. Each is opened once. */
export interface OpenGateways extends Gateways {
  /** The books of the in-process simulator. Empty when the simulator runs elsewhere. */
  readonly books: SimulatorBooks;
  /** The Stripe account, if there is one. */
  readonly stripe?: StripeSettings | undefined;
  /** Returns what the simulator captured for a merchant, or undefined when it cannot be reached. */
  captures(this: void, merchantId: string): Promise<readonly BookedCharge[] | undefined>;
  /** Stripe's form for cards in a browser, where the installation has a key for it. */
  readonly stripeForm: CardForm | undefined;
  /** A customer confirms a payment at the simulator's bank. */
  confirm(this: void, confirmation: CustomerChoice): Promise<void>;
  /** Lets the simulator refund or dispute a charge on its own side. */
  act(this: void, action: OutsideAction): Promise<OutsideAnswer>;
  /** What each gateway has charged, according to its own books. */
  readonly ledgers: readonly GatewayLedger[];
  close(): Promise<void>;
}

/** Opens the gateways that the configuration names. */
export function openGateways(config: GatewayConfig, clock: SystemClock): OpenGateways {
  const books = new SimulatorBooks(
    config.simulatorUrl === undefined ? config.simulatorBooks : undefined,
    { isReadOnly: config.isReadOnly },
  );
  const remote =
    config.simulatorUrl === undefined ? undefined : remoteSimulatorGateways(config.simulatorUrl);
  const opened = new Map<string, Gateway>();

  const openers: Record<GatewayKind, (code: string) => Gateway> = {
    simulator: (code) => remote?.gateway(code) ?? simulatorGateway(code, books, clock),
    stripe: (code) => stripeGateway(code, config.stripe),
  };
  return {
    books,
    stripe: config.stripe,
    ledgers: [
      simulatorLedger(async () => (remote ? answered(await remote.captures()) : books.captures())),
      ...(config.stripe ? [stripeLedger(config.stripe)] : []),
    ],
    // Real money needs a real clock.
    whyNot: (merchant, kind) => whyNot(config, merchant, kind),
    preferred: (merchant) =>
      config.stripe && !isTestClock(merchant.clock) ? 'stripe' : 'simulator',
    open(kind, code) {
      const id = `${kind} ${code}`;
      const gateway = opened.get(id) ?? openers[kind](code);
      opened.set(id, gateway);
      return gateway;
    },
    async captures(merchantId) {
      const all = remote === undefined ? books.captures() : await remote.captures();
      return all?.filter((capture) => capture.merchantId === merchantId);
    },
    stripeForm: stripeCardForm(config.stripe),
    async confirm(choice) {
      if (remote === undefined) books.confirm(choice);
      else await remote.confirm(choice);
    },
    act: async (action) => (remote === undefined ? books.act(action) : remote.act(action)),
    async close() {
      await remote?.close();
      books.close();
    },
  };
}

/**
 * Returns why a kind of gateway may not charge a merchant. Test clocks are for simulators, real
 * clocks for real gateways.
 */
function whyNot(config: GatewayConfig, merchant: Merchant, kind: GatewayKind): string | undefined {
  const isTest = isTestClock(merchant.clock);
  if (movesMoney[kind] && isTest)
    return `${titles[kind]} does not charge a merchant whose clock is a test clock`;
  return obstacles[kind](config, merchant, isTest);
}

const titles: Readonly<Record<GatewayKind, string>> = {
  simulator: 'The simulator',
  stripe: 'Stripe',
};

/** Returns what this installation lacks to charge with a kind. */
const obstacles: Readonly<
  Record<GatewayKind, (c: GatewayConfig, m: Merchant, isTest: boolean) => string | undefined>
> = {
  stripe: ({ stripe }) => (stripe === undefined ? 'STRIPE_SECRET_KEY is not set' : undefined),
  simulator: ({ simulatedMerchants = [] }, { merchantId }, isTest) =>
    isTest || simulatedMerchants === 'all' || simulatedMerchants.includes(merchantId)
      ? undefined
      : 'its clock is real; set STRIPE_SECRET_KEY, or SIMULATOR=on to let the simulator charge',
};

function answered(captures: readonly BookedCharge[] | undefined): readonly BookedCharge[] {
  if (captures === undefined) throw new Error('the simulator does not respond');
  return captures;
}
