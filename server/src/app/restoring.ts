import type { Logger } from 'pino';
import type { Temporal } from 'temporal-polyfill';
import { isLaterPayment } from '../orders/charge.ts';
import { knownOrderIds, knownPayments } from '../orders/knownOrderStore.ts';
import { gatewaySettings } from '../payments/gatewaySettings.ts';
import type { OpenGateways } from '../payments/gateways.ts';
import type { KnownCharge } from '../payments/knownCharges.ts';
import { epochOf, subjectOfKey } from '../payments/restored.ts';
import { findRestoredCharges, saveRestoredCharges } from '../payments/restoredStore.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import {
  beginEpoch,
  liftHold,
  type NumberSeen,
  readContinuity,
} from '../platform/continuityStore.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { missingNodes } from '../platform/storage/nodes.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import {
  listMerchantIds,
  listMerchants,
  reachableMerchantIds,
} from '../platform/tenancy/merchantStore.ts';
import { attemptOfKey, knownAttempts } from '../rebill/knownAttemptStore.ts';

/*
 * Reads, after a restore, the charges that the gateways have and this database does not
 * (docs/adr/0046-restores.md).
 */

/** The charges that the gateways made in the time that the database has lost. */
export interface Stock {
  /** All charges of the database's merchants since its last moment. */
  readonly charges: readonly KnownCharge[];
  /** Those that are not in the database. */
  readonly unknown: readonly KnownCharge[];
  readonly epochSeen: number;
  readonly numbersSeen: readonly NumberSeen[];
}

// The largest difference between clocks. A gateway may also date a charge by its start.
const skewHours = 2;

/** Lists the charges of every gateway since a moment. Fails when a gateway cannot be asked. */
export async function takeStock(
  db: Database,
  { ledgers }: Pick<OpenGateways, 'ledgers'>,
  since: Temporal.Instant | undefined,
): Promise<Stock> {
  const request = { since: since?.subtract({ hours: skewHours }) };
  const listed = await Promise.all(ledgers.map((ledger) => ledger.charges(request)));
  return stockOf(db, listed.flat(), await listMerchantIds(db));
}

/**
 * Returns the first of the gateways' newest charges that this database does not have: if there is
 * one, the database is an older copy. `isReal` says whether to ask the gateways that move money or
 * the simulators. Merchants on a missing node of Citus are left out.
 */
export async function findUnknownCharge(
  db: Database,
  { ledgers }: Pick<OpenGateways, 'ledgers'>,
  { isReal }: { readonly isReal: boolean },
): Promise<KnownCharge | undefined> {
  const asked = ledgers.filter((ledger) => ledger.isReal === isReal);
  const listed = await Promise.all(asked.map((ledger) => ledger.charges({ newest: newestLooked })));
  return (await stockOf(db, listed.flat(), await reachableMerchantIds(db))).unknown[0];
}

// One page of Stripe's list.
const newestLooked = 100;

async function stockOf(
  db: Database,
  listed: readonly KnownCharge[],
  merchantIds: readonly string[],
): Promise<Stock> {
  const merchants = new Set(merchantIds);
  const charges = listed.filter(
    ({ merchantId, key }) => merchants.has(merchantId) && subjectOfKey(key) !== undefined,
  );
  return {
    charges,
    unknown: await unknownCharges(db, charges),
    epochSeen: Math.max(1, ...charges.map(({ key }) => epochOf(key))),
    numbersSeen: charges.flatMap(numbersOf),
  };
}

async function unknownCharges(
  db: Database,
  charges: readonly KnownCharge[],
): Promise<KnownCharge[]> {
  const unknown: KnownCharge[] = [];
  for (const [merchantId, own] of Map.groupBy(charges, (charge) => charge.merchantId)) {
    const subjects = own.map(({ key }) => subjectOfKey(key)!);
    const kept = await findRestoredCharges(db, merchantId, subjects);
    const orders = await knownOrderIds(
      db,
      merchantId,
      own.map(({ orderId }) => orderId),
    );
    const payments = await knownPayments(
      db,
      merchantId,
      own.filter(({ key }) => isLaterPayment(key)),
    );
    const rebills = own.filter(({ key }) => attemptOfKey(key) !== undefined);
    const attempts = await knownAttempts(
      db,
      merchantId,
      rebills.map(({ key }) => attemptOfKey(key)!),
    );
    const knownRebills = new Set(rebills.filter((_, place) => attempts.has(place)));
    const isKnown = (charge: KnownCharge) =>
      kept.has(subjectOfKey(charge.key)!) ||
      (attemptOfKey(charge.key) !== undefined
        ? knownRebills.has(charge)
        : isLaterPayment(charge.key)
          ? payments.has(charge.key)
          : orders.has(charge.orderId));
    unknown.push(...own.filter((charge) => !isKnown(charge)));
  }
  return unknown;
}

/** The order and auto order numbers that a charge shows to be in use. */
function numbersOf({ merchantId, key, orderId }: KnownCharge): NumberSeen[] {
  const order = Number(/-(\d{1,10})$/.exec(orderId)?.[1] ?? 0);
  const autoOrder = attemptOfKey(key)?.autoOrderOid ?? 0;
  return [
    { merchantId, name: 'order', value: order },
    { merchantId, name: 'auto_order', value: autoOrder },
  ];
}

/**
 * Asks the gateways once, after the start, whether they have charges that the database does not.
 */
export interface GatewayCheck {
  /** Whether a gateway that moves real money has not responded yet. */
  isOpen(): boolean;
  askSimulators(): Promise<void>;
  readonly worker: Worker;
}

/** The parts that the check of the gateways needs. */
export interface GatewayCheckParts {
  readonly db: Database;
  readonly gateways: Pick<OpenGateways, 'ledgers'>;
  readonly clock: SystemClock;
  readonly log: Logger;
  /**
   * Whether the data folder belonged to another database. Its simulator has no charges of this one.
   */
  readonly isForeign: boolean;
}

const retryMs = 30_000;

/**
 * Creates the check that asks the gateways at the start for charges that the database does not
 * have. Such a charge shows that the database is an older copy, and starts a restore.
 */
export function gatewayCheck(parts: GatewayCheckParts): GatewayCheck {
  const { db, gateways, clock, log } = parts;
  const isDone = {
    real: !gateways.ledgers.some(({ isReal }) => isReal),
    simulators: parts.isForeign,
  };
  // Charges of merchants on a missing node are compared once all nodes are back.
  const leftSomeOut = { real: false, simulators: false };
  const isOpen = (which: keyof typeof isDone) =>
    !isDone[which] || (leftSomeOut[which] && missingNodes(db).length === 0);
  let nextMs = 0;

  async function ask(which: keyof typeof isDone): Promise<void> {
    if (!isOpen(which)) return;
    const found = await findUnknownCharge(db, gateways, { isReal: which === 'real' });
    if (found !== undefined) {
      const { kind, key, reference } = found;
      const reason = `${kind} knows of the charge ${key} (${reference}), and the database does not`;
      log.error({ kind, key, reference }, 'this database is older than what a gateway has seen');
      await beginRestore(db, gateways, clock, reason);
    }
    isDone[which] = true;
    leftSomeOut[which] = missingNodes(db).length > 0;
  }

  return {
    isOpen: () => isOpen('real'),
    askSimulators: () => ask('simulators'),
    worker: {
      name: 'gateway check',
      async runOnce() {
        if (!(isOpen('real') || isOpen('simulators')) || clock.monotonicMs() < nextMs) return 0;
        nextMs = clock.monotonicMs() + retryMs;
        await ask('real');
        await ask('simulators');
        return 0;
      },
    },
  };
}

// The age that is assumed for a backup without a known date. No backup is older.
const unknownHours = 24 * 35;

/** Returns the moment to which the last restore set the database back, or an earlier one. */
export async function lostSince(db: Database): Promise<Temporal.Instant | undefined> {
  const { lostSince, restoredAt } = await readContinuity(db);
  return lostSince ?? restoredAt?.subtract({ hours: unknownHours });
}

/**
 * Begins an epoch above all epochs that the gateways have seen, and holds all charges. Returns the
 * charges that the gateways have.
 */
export async function beginRestore(
  db: Database,
  gateways: Pick<OpenGateways, 'ledgers'>,
  clock: SystemClock,
  reason: string,
  since = clock.now().subtract({ hours: unknownHours }),
): Promise<Stock> {
  const stock = await takeStock(db, gateways, since);
  const { epochSeen, numbersSeen } = stock;
  const { beat } = await readContinuity(db);
  await beginEpoch(db, clock.now(), {
    reason,
    epochSeen,
    numbersSeen,
    beatSeen: beat,
    lostSince: since,
  });
  return stock;
}

/**
 * Stores the charges that the gateways have, so that every later charge is checked against them. If
 * a gateway has seen this epoch before, a new one begins.
 */
async function keepStock(db: Database, gateways: OpenGateways, clock: SystemClock): Promise<Stock> {
  const stock = await takeStock(db, gateways, await lostSince(db));
  const { epoch, beat, heldReason = '' } = await readContinuity(db);
  if (stock.epochSeen >= epoch && epoch > 1)
    await beginEpoch(db, clock.now(), { ...stock, reason: heldReason, beatSeen: beat });
  const merchants = await listMerchants(db);
  for (const merchant of merchants) {
    const own = stock.charges.filter((charge) => charge.merchantId === merchant.merchantId);
    await saveRestoredCharges(
      db,
      merchant.merchantId,
      onePerSubject(own, codeOf(gateways, merchant)),
    );
  }
  return stock;
}

/**
 * Stores the charges that the gateways captured and allows charging again. Fails, and changes
 * nothing, while a gateway cannot be reached.
 */
export async function confirmRestore(
  db: Database,
  gateways: OpenGateways,
  clock: SystemClock,
): Promise<Stock> {
  const stock = await keepStock(db, gateways, clock);
  await liftHold(db);
  return stock;
}

/** Returns the code of the merchant's gateway of a kind. */
const codeOf = (gateways: OpenGateways, merchant: Merchant) => (kind: KnownCharge['kind']) =>
  gatewaySettings(merchant, gateways.preferred(merchant)).list.find((each) => each.kind === kind)
    ?.code ?? kind;

/** Keeps one charge for each purchase. If there are several, the captured one counts. */
function onePerSubject(
  charges: readonly KnownCharge[],
  codeOf: (kind: KnownCharge['kind']) => string,
) {
  const undecidedFirst = charges.toSorted((a, b) => Number(a.isCaptured) - Number(b.isCaptured));
  const bySubject = new Map(
    undecidedFirst.map((charge) => [
      subjectOfKey(charge.key)!,
      {
        ...charge,
        subject: subjectOfKey(charge.key)!,
        gatewayCode: charge.gatewayCode ?? codeOf(charge.kind),
      },
    ]),
  );
  return [...bySubject.values()];
}
