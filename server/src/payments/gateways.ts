import { type GatewayKind, gatewayKinds, movesMoney } from '@perennial/contract/gatewayKind.ts';
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
  /**
   * Returns how customers enter cards for a kind: the gateway's form in the browser, our own form
   * for tokens, or undefined where the gateway's form is not set up.
   */
  formOf(this: void, kind: GatewayKind): CardForm | 'token' | undefined;
  /** A customer confirms a payment at the simulator's bank. */
  confirm(this: void, confirmation: CustomerChoice): Promise<void>;
  /** Lets the simulator refund or dispute a charge on its own side. */
  act(this: void, action: OutsideAction): Promise<OutsideAnswer>;
  /** The charges of each gateway, according to its own books. */
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
  const captures = async () => (remote === undefined ? books.captures() : await remote.captures());
  const kinds: Readonly<Record<GatewayKind, OpenKind>> = {
    simulator: {
      open: (code) => remote?.gateway(code) ?? simulatorGateway(code, books, clock),
      ledger: simulatorLedger(async () => answered(await captures())),
      form: 'token',
    },
    stripe: {
      open: (code) => stripeGateway(code, config.stripe),
      ledger: config.stripe && stripeLedger(config.stripe),
      form: stripeCardForm(config.stripe),
    },
  };
  const opened = new Map<string, Gateway>();
  return {
    books,
    stripe: config.stripe,
    ledgers: gatewayKinds.flatMap((kind) => kinds[kind].ledger ?? []),
    whyNot: (merchant, kind) => whyNot(config, merchant, kind),
    preferred: (merchant) => preferred(config, merchant),
    open(kind, code) {
      const id = `${kind} ${code}`;
      const gateway = opened.get(id) ?? kinds[kind].open(code);
      opened.set(id, gateway);
      return gateway;
    },
    async captures(merchantId) {
      return (await captures())?.filter((capture) => capture.merchantId === merchantId);
    },
    formOf: (kind) => kinds[kind].form,
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

/** A kind of gateway, as this installation has it. */
interface OpenKind {
  open(code: string): Gateway;
  /** Its charges, by its own books. Undefined when this installation has no account. */
  readonly ledger: GatewayLedger | undefined;
  readonly form: CardForm | 'token' | undefined;
}

/** The inputs of {@link whyNot} besides the merchant. */
type ChargingConfig = Pick<GatewayConfig, 'stripe' | 'simulatedMerchants'>;

/**
 * Returns why a kind of gateway may not charge a merchant. Test clocks are for simulators, real
 * clocks for real gateways.
 */
function whyNot(config: ChargingConfig, merchant: Merchant, kind: GatewayKind): string | undefined {
  const isTest = isTestClock(merchant.clock);
  if (movesMoney[kind] && isTest)
    return `${titles[kind]} does not charge a merchant whose clock is a test clock`;
  return obstacles[kind](config, merchant, isTest);
}

/** Returns the kind for a merchant whose settings name none: the first that may move money. */
const preferred = (config: ChargingConfig, merchant: Merchant): GatewayKind =>
  gatewayKinds.find((kind) => movesMoney[kind] && !whyNot(config, merchant, kind)) ?? 'simulator';

/** True when some kind of gateway may charge the merchant. */
export const isChargeable = (config: ChargingConfig, merchant: Merchant): boolean =>
  gatewayKinds.some((kind) => whyNot(config, merchant, kind) === undefined);

const titles: Readonly<Record<GatewayKind, string>> = {
  simulator: 'The simulator',
  stripe: 'Stripe',
};

/** The setting without which this installation cannot charge with a kind. */
const neededSettings: Readonly<Record<GatewayKind, string>> = {
  simulator: 'SIMULATOR=on',
  stripe: 'STRIPE_SECRET_KEY',
};

/** The settings of which one suffices to charge a merchant with a real clock. */
export const chargingSettings: string = [
  ...gatewayKinds.filter((kind) => movesMoney[kind]).map((kind) => neededSettings[kind]),
  `or ${neededSettings.simulator}`,
].join(', ');

/** Returns what this installation lacks to charge with a kind. */
const obstacles: Readonly<
  Record<GatewayKind, (c: ChargingConfig, m: Merchant, isTest: boolean) => string | undefined>
> = {
  stripe: ({ stripe }) => (stripe ? undefined : `${neededSettings.stripe} is not set`),
  simulator: ({ simulatedMerchants = [] }, { merchantId }, isTest) =>
    isTest || simulatedMerchants === 'all' || simulatedMerchants.includes(merchantId)
      ? undefined
      : `its clock is real; set ${chargingSettings} to let the simulator charge`,
};

function answered(captures: readonly BookedCharge[] | undefined): readonly BookedCharge[] {
  if (captures === undefined) throw new Error('the simulator does not respond');
  return captures;
}
