import { Temporal } from 'temporal-polyfill';
import { isBefore } from '../kernel/moments.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';

/*
 * A gateway that refuses the account itself (a wrong key, a closed account) refuses every charge of
 * the merchant. That is reported once, and no further charge begins. The charges that were refused
 * stay open and are sent again now and then; the first that has an answer ends the refusal.
 */

/** The section of a merchant's settings with the gateways that refuse its account, by code. */
export const refusalSection = 'gateway_refusals';

/** A gateway that refuses the account. */
export interface AccountRefusal {
  /** The gateway's message. */
  readonly reason: string;
  /**
   * When new charges are tried again, in case no open charge is left that could end the refusal.
   */
  readonly until: Temporal.Instant;
  /** The task that tells staff. */
  readonly taskUuid: string;
}

/** A refusal in its stored form. */
interface StoredRefusal {
  readonly reason: string;
  readonly until: string;
  readonly task_uuid: string;
}

/** Refusals by the code of the gateway. */
export type Refusals = ReadonlyMap<string, AccountRefusal>;

/** Returns the refusals that the merchant's settings hold. */
export function refusalsOf({ settings }: Pick<Merchant, 'settings'>): Refusals {
  const stored = (settings[refusalSection] ?? {}) as Readonly<Record<string, StoredRefusal>>;
  return new Map(
    Object.entries(stored).map(([code, { reason, until, task_uuid: taskUuid }]) => [
      code,
      { reason, until: Temporal.Instant.from(until), taskUuid },
    ]),
  );
}

/** Returns the section of the settings for these refusals. */
export const storedRefusals = (refusals: Refusals): Readonly<Record<string, StoredRefusal>> =>
  Object.fromEntries(
    [...refusals].map(([code, { reason, until, taskUuid }]) => [
      code,
      { reason, until: until.toString(), task_uuid: taskUuid },
    ]),
  );

const triedAgainMinutes = 10;

/** Returns when new charges are tried again after a refusal at this moment. */
export const refusedUntil = (now: Temporal.Instant): Temporal.Instant =>
  now.add({ minutes: triedAgainMinutes });

/**
 * Returns the refusal that holds back new charges at a gateway. Without `now`, it holds them back
 * until the refusal is over; with `now`, they are tried again every few minutes.
 */
export function heldBackBy(
  refusals: Refusals,
  code: string,
  now?: Temporal.Instant,
): AccountRefusal | undefined {
  const refusal = refusals.get(code);
  if (refusal === undefined || now === undefined) return refusal;
  return isBefore(now, refusal.until) ? refusal : undefined;
}
