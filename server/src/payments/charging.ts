import { isTestClock } from '../platform/clock/merchantClock.ts';
import { chargesOffOf, type Hold, holdOf } from '../platform/tenancy/hold.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';

/*
 * The one switch for all charges. During a stop, due work is checked and stays due, gateways are
 * only queried about charges in flight, and everything else continues
 * (docs/adr/0047-what-may-charge.md).
 */

/** A reason why this process makes no charges. */
export interface ChargingStop {
  /** One word for metrics and `/readyz`: `off`, `clock`, `restored` … */
  readonly name: string;
  /** The reason and its fix, as whole sentences for an operator. */
  readonly words: string;
  /** Whether merchants with a test clock are still charged. */
  readonly isForRealClocks?: boolean;
}

/**
 * Returns the reason to stop that applies now. It runs before each claim and each charge, so it
 * only reads memory.
 */
export type StopSource = () => ChargingStop | undefined;

/** Decides whether charges may be sent now. */
export interface ChargingGate {
  /** Returns why this merchant's customers are not charged now, or undefined if they may be. */
  stopFor(merchant: Pick<Merchant, 'merchantId' | 'clock' | 'settings'>): ChargingStop | undefined;
  /** Returns every stop that applies now. */
  stops(): readonly ChargingStop[];
}

/** Creates the gate from the sources of reasons to stop. */
export function chargingGate(sources: readonly StopSource[]): ChargingGate {
  const stops = () => sources.flatMap((source) => source() ?? []);
  return {
    stops,
    stopFor: (merchant) =>
      stops().find((stop) => stop.isForRealClocks !== true || !isTestClock(merchant.clock)) ??
      heldStop(merchant) ??
      merchantOff(merchant),
  };
}

const holdWords: Readonly<Record<Hold, string>> = {
  moved: 'was exported to move to another installation',
  arrived: 'was imported from another installation and waits for an operator',
};

/** Returns the stop of one merchant that moves from one installation to another. */
function heldStop(merchant: Pick<Merchant, 'merchantId' | 'settings'>): ChargingStop | undefined {
  const hold = holdOf(merchant);
  if (hold === undefined) return undefined;
  const { merchantId } = merchant;
  const words =
    `${merchantId} ${holdWords[hold]}. Nothing is charged, and neither mails nor webhooks are ` +
    'sent; once no other installation charges it, run ' +
    `\`perennial merchant resume --id ${merchantId}\``;
  return { name: hold, words };
}

/** The name of the stop of one merchant's charges by a user. */
export const merchantOffName = 'merchant off';

/**
 * The stop of one merchant's charges by an operator (`perennial merchant stop-charges`) or by a
 * user of the merchant (`POST /perennial/v1/charging/stop`).
 */
function merchantOff(
  merchant: Pick<Merchant, 'merchantId' | 'settings'>,
): ChargingStop | undefined {
  const off = chargesOffOf(merchant);
  if (off === undefined) return undefined;
  const { merchantId } = merchant;
  const start =
    off.by === undefined
      ? `run \`perennial merchant start-charges --id ${merchantId}\``
      : 'start the charges under Health in the console, or by POST /perennial/v1/charging/start,';
  const words =
    `${off.by ?? 'An operator'} stopped the charges of ${merchantId} at ${off.since} (${off.reason}). ` +
    `Due charges wait and everything else continues; ${start} to charge them`;
  return { name: merchantOffName, words };
}

/** A gate that allows charges for every merchant that is not on hold itself. */
export const openGate: ChargingGate = chargingGate([]);

/** The stop for `CHARGING=off`. */
export const chargingOff: ChargingStop = {
  name: 'off',
  words:
    'Charging is off on this server (CHARGING=off). Due charges wait; ' +
    'start the server with CHARGING=on to charge them',
};

/** The stop for a restore that no operator has confirmed yet (`perennial restored`). */
export const restoredStop = (reason: string): ChargingStop => ({
  name: 'restored',
  words:
    `A restore waits for an operator: ${reason}. ` +
    'Nothing is charged, and neither mails nor webhooks are sent; see what it means with ' +
    '`perennial restored`, then confirm it with `perennial restored --confirm`',
});

/** The stop until the gateways have been asked about charges that the database does not have. */
export const uncheckedStop: ChargingStop = {
  name: 'unchecked',
  isForRealClocks: true,
  words:
    'The gateways have not reported yet whether they know charges that this database lacks, ' +
    'so merchants with a real clock are not charged; this ends when they respond, ' +
    'and the log says why they do not',
};

/**
 * The stop for a wrong clock on this machine. `seconds` is its difference from PostgreSQL's clock.
 */
export const clockStop = (seconds: number): ChargingStop => ({
  name: 'clock',
  isForRealClocks: true,
  words:
    `This machine's clock is ${Math.round(Math.abs(seconds))} seconds ` +
    `${seconds > 0 ? 'ahead of' : 'behind'} PostgreSQL's, ` +
    'so merchants with a real clock are not charged; set the clocks of both machines by NTP',
});
