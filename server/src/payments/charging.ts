import { isTestClock } from '../platform/clock/merchantClock.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';

/*
 * The one switch in front of every charge. While a stop holds, due work is looked at and left waiting, charges in
 * flight are only asked about, and everything else runs on (docs/adr/0047-what-may-charge.md).
 */

/** A reason of the whole process to charge nothing. */
export interface ChargingStop {
  /** One word for metrics and `/readyz`: `off`, `clock`, `restored` … */
  readonly name: string;
  /** What is wrong and how to fix it, as whole sentences for an operator. */
  readonly words: string;
  /** Merchants whose clock is a test clock are charged all the same. */
  readonly isForRealClocks?: boolean;
}

/** Looks whether a reason holds at this moment; it is asked before each claim and each charge, so it only reads memory. */
export type StopSource = () => ChargingStop | undefined;

export interface ChargingGate {
  /** Why this merchant's customers are not charged now; undefined when they may be. */
  stopFor(merchant: Pick<Merchant, 'clock'>): ChargingStop | undefined;
  /** Every stop that holds now. */
  stops(): readonly ChargingStop[];
}

export function chargingGate(sources: readonly StopSource[]): ChargingGate {
  const stops = () => sources.flatMap((source) => source() ?? []);
  return {
    stops,
    stopFor: ({ clock }) =>
      stops().find((stop) => stop.isForRealClocks !== true || !isTestClock(clock)),
  };
}

/** Charges are never stopped. */
export const openGate: ChargingGate = chargingGate([]);

/** `CHARGING=off`. */
export const chargingOff: ChargingStop = {
  name: 'off',
  words:
    'Charging is off on this server (CHARGING=off). What is due waits; start it with CHARGING=on to charge it',
};

/** A restore that no operator has confirmed (`perennial restored`). */
export const restoredStop = (reason: string): ChargingStop => ({
  name: 'restored',
  words:
    `A restore waits for an operator: ${reason}. Nothing is charged, and neither mails nor webhooks are sent; ` +
    'see what it means with `perennial restored`, then confirm it with `perennial restored --confirm`',
});

/** The gateways have not been asked yet whether they know more than the database. */
export const uncheckedStop: ChargingStop = {
  name: 'unchecked',
  isForRealClocks: true,
  words:
    'The gateways have not said yet whether they know of charges that this database does not, so merchants with a real clock ' +
    'are not charged; this ends when they answer, and the log says why they do not',
};

/** This machine's clock is wrong, by so many seconds against PostgreSQL's. */
export const clockStop = (seconds: number): ChargingStop => ({
  name: 'clock',
  isForRealClocks: true,
  words:
    `This machine's clock is ${Math.round(Math.abs(seconds))} seconds ${seconds > 0 ? 'ahead of' : 'behind'} PostgreSQL's, ` +
    'so merchants with a real clock are not charged; set the clocks of both machines by NTP',
});
