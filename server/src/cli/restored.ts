import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import {
  beginRestore,
  confirmRestore,
  lostSince,
  type Stock,
  takeStock,
} from '../app/restoring.ts';
import { type Config, readConfig } from '../config.ts';
import { currencyExponent, fromMinor } from '../kernel/money.ts';
import type { OpenGateways } from '../payments/gateways.ts';
import type { KnownCharge } from '../payments/knownCharges.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { readContinuity } from '../platform/continuityStore.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { attemptOfKey } from '../rebill/knownAttemptStore.ts';
import { type Command, Obstacle, readArgs, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { openOwnGateways } from './ownGateways.ts';
import { recordCommand } from './record.ts';

/** The file in DATA_DIR that stores the last known state of the database. */
export const markerPath = ({ dataDir }: Config): string => join(dataDir, 'marker.json');

/**
 * `restored`: states that a backup was restored, explains the consequences, and allows charging
 * again once confirmed.
 */
export const restoredCommand: Command = {
  usage: 'restored [--since <moment>] [--confirm]',
  summary: 'Stops charging after a restore, reports what was lost, and resumes charging',
  help: [
    'restored             begins a new epoch: new charges get new keys, new orders get ids above ' +
      'those that were lost, and nothing is charged.',
    '                     Lists the captures at the gateways that this database does not have. ' +
      'A start that notices a restore does this by itself.',
    'restored --confirm   keeps that list and resumes charging: a charge on it is settled ' +
      'as paid when it falls due, and not charged again.',
    '  --since  when the backup was made, such as 2026-11-01T00:00Z; default: 35 days ago, ' +
      'or what the start found when it noticed the restore',
    '',
    'Before you confirm: no other server may run on the database that was lost, and the ' +
      'gateways must be the same as before',
    '(STRIPE_SECRET_KEY, GATEWAY_URL, DATA_DIR). Works while a server runs, with the same environment.',
  ].join('\n'),

  async run(args) {
    const { values } = readArgs(args, {
      confirm: { type: 'boolean', default: false },
      since: { type: 'string' },
    });
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    const gateways = await openOwnGateways(store.db, config, { isReadOnly: true });
    try {
      await (values.confirm
        ? confirm(store.db, gateways)
        : explain(store.db, gateways, momentOf(values.since)));
    } finally {
      await gateways.close();
      await store.close();
    }
  },
};

async function explain(
  db: Database,
  gateways: OpenGateways,
  since: Temporal.Instant | undefined,
): Promise<void> {
  const before = await readContinuity(db);
  const stock = await asked(
    before.heldReason === undefined
      ? beginRestore(db, gateways, systemClock, 'perennial restored was called', since)
      : lostSince(db).then((since) => takeStock(db, gateways, since)),
  );
  await record(db, 'restored');
  const { epoch, heldReason } = await readContinuity(db);
  console.log(`Charging is stopped: ${heldReason}.`);
  console.log(`Epoch ${epoch}: new charges and orders get keys and ids that were never used.\n`);
  console.log(reportOf(stock));
  console.log(
    '\nWhen no other server runs on the database that was lost, resume charging: perennial restored --confirm',
  );
}

async function confirm(db: Database, gateways: OpenGateways): Promise<void> {
  if ((await readContinuity(db)).heldReason === undefined)
    throw new Obstacle(
      'nothing waits to be confirmed; after restoring a backup, run perennial restored first and read its list',
    );
  const stock = await asked(confirmRestore(db, gateways, systemClock));
  await record(db, 'restored --confirm');
  console.log(reportOf(stock));
  console.log('\nConfirmed: charging resumes.');
}

const record = (db: Database, act: string): Promise<void> =>
  db.transaction((tx) =>
    recordCommand(tx, { act, objectType: 'installation', objectId: 'charging' }),
  );

function momentOf(text: string | undefined): Temporal.Instant | undefined {
  if (text === undefined) return undefined;
  try {
    return Temporal.Instant.from(text);
  } catch {
    throw new UsageError(`--since ${text} is not a moment such as 2026-11-01T00:00Z`);
  }
}

/** Without the gateways' lists a restore can be neither judged nor confirmed. */
async function asked<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw new Obstacle(
      `a gateway does not list its captures: ${(error as Error).message}; nothing was ` +
        'confirmed; try again when it responds',
    );
  }
}

const listedMax = 50;

function reportOf({ charges, unknown }: Stock): string {
  const head =
    `${charges.length} charges at the gateways since the database's last moment, ` +
    `${unknown.length} of them not in the database.`;
  if (unknown.length === 0) return head;
  const rows = unknown.slice(0, listedMax).map(rowOf);
  const more = unknown.length - rows.length;
  return [
    head,
    table([['order', 'amount', 'at the gateway', 'what happens to it'], ...rows]),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
}

function rowOf({ orderId, amount, currency, kind, reference, key }: KnownCharge): string[] {
  const attempt = attemptOfKey(key);
  return [
    orderId,
    `${fromMinor(amount, currency).toFixed(currencyExponent(currency))} ${currency}`,
    `${kind} ${reference}`,
    attempt === undefined
      ? 'its order was lost: enter it again without a card, or refund it'
      : `settles rebill ${attempt.rebillNumber} of auto order ${attempt.autoOrderOid} when that falls due`,
  ];
}
