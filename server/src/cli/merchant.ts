import { type Config, readConfig } from '../config.ts';
import { actOf, sinceText } from '../payments/chargingOperations.ts';
import { chargingSettings, isChargeable } from '../payments/gateways.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { zoneName } from '../platform/storage/zone.ts';
import { chargesOffOf, chargesOffSection, holdOf, holdSection } from '../platform/tenancy/hold.ts';
import { type Merchant, parseMerchant } from '../platform/tenancy/merchant.ts';
import {
  findMerchant,
  insertMerchant,
  listMerchants,
  removeSettingsSection,
  saveSettingsSection,
} from '../platform/tenancy/merchantStore.ts';
import { type Command, needed, Obstacle, readVerb, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/** `merchant create|list|…`: the sellers whose auto orders this installation manages. */
export const merchantCommand: Command = {
  usage: 'merchant create|list|resume|stop-charges|start-charges',
  summary:
    'Makes and lists merchants, stops the charges of one, ends the hold of one that was moved',
  help: [
    'merchant create --id DEMO --name "Demo Coffee" [--time-zone Europe/Vienna] [--currency EUR] [--test-clock]',
    'merchant list',
    'merchant resume --id DEMO   ends the hold of an imported merchant, or of one that was exported to move',
    'merchant stop-charges --id DEMO --reason "wrong prices"   charges nothing of DEMO; all else continues',
    'merchant start-charges --id DEMO   charges DEMO again: what fell due meanwhile is charged at once',
    '',
    '  --id          one to five capital letters and digits; order ids begin with it',
    "  --time-zone   rules the merchant's days and months (America/New_York)",
    '  --currency    ISO 4217 (USD)',
    '  --test-clock  a clock that runs and can be moved; for merchants that only try things out',
    '  --reason      why nothing is charged; staff see it in the console',
  ].join('\n'),

  async run(args) {
    const { verb, values } = readVerb(
      'merchant',
      args,
      {
        id: { type: 'string' },
        name: { type: 'string' },
        'time-zone': { type: 'string' },
        currency: { type: 'string' },
        'test-clock': { type: 'boolean' },
        reason: { type: 'string' },
      },
      {
        create: ['id', 'name', 'time-zone', 'currency', 'test-clock'],
        list: [],
        resume: ['id'],
        'stop-charges': ['id', 'reason'],
        'start-charges': ['id'],
      },
    );
    const work = workOf(verb, values);
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      await work(store.db, config);
    } finally {
      await store.close();
    }
  },
};

/** The options of `create`. */
interface MerchantOptions {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly 'time-zone'?: string | undefined;
  readonly currency?: string | undefined;
  readonly 'test-clock'?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** Returns the action of a verb. Checks all arguments before the database is opened. */
function workOf(
  verb: 'create' | 'list' | 'resume' | 'stop-charges' | 'start-charges',
  options: MerchantOptions,
): (db: Database, config: Config) => Promise<void> {
  if (verb === 'list') return async (db) => console.log(await merchantTable(db));
  if (verb === 'create') {
    const merchant = merchantFrom(options);
    return (db, config) => createMerchant(db, merchant, config);
  }
  const id = needed(options.id, '--id');
  if (verb === 'resume') return (db) => resumeMerchant(db, id);
  if (verb === 'start-charges') return (db) => startCharges(db, id);
  const reason = needed(options.reason, '--reason').trim();
  return (db) => stopCharges(db, id, reason);
}

function merchantFrom(options: MerchantOptions): Merchant {
  const now = systemClock.now();
  const merchant = parseMerchant({
    merchantId: needed(options.id, '--id'),
    name: needed(options.name, '--name'),
    timeZone: options['time-zone'] ?? 'America/New_York',
    currency: options.currency ?? 'USD',
    settings: {},
    clock: options['test-clock'] ? { kind: 'running', at: now, setAt: now } : { kind: 'real' },
  });
  if (!merchant.ok) throw new UsageError(merchant.reason);
  return merchant.value;
}

async function createMerchant(db: Database, merchant: Merchant, config: Config): Promise<void> {
  const { merchantId } = merchant;
  const timeZone = await zoneName(db, merchant.timeZone);
  if (timeZone === undefined)
    throw new UsageError(
      `PostgreSQL does not know the time zone ${merchant.timeZone}; give another name`,
    );
  const isInserted = await db.transaction(async (tx) => {
    if (!(await insertMerchant(tx, { ...merchant, timeZone }, systemClock.now()))) return false;
    const { name, currency, clock } = merchant;
    const after = { name, timeZone, currency, clock: clock.kind };
    const act = { act: 'merchant create', objectType: 'merchant', objectId: merchantId, after };
    await recordCommand(tx, act, merchantId);
    return true;
  });
  if (!isInserted)
    throw new Obstacle(`there is a merchant ${merchantId} already; choose another --id`);
  console.log(
    `Merchant ${merchantId} was created. A key for it: perennial key create ` +
      `--merchant ${merchantId} --name … --permissions all`,
  );
  const hint = chargeHint(merchant, config);
  if (hint !== undefined) console.log(hint);
}

/** Ends the hold of a merchant that was moved. */
async function resumeMerchant(db: Database, merchantId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const merchant = await knownMerchant(tx, merchantId);
    if (!(await removeSettingsSection(tx, merchantId, holdSection)))
      throw new Obstacle(`${merchantId} is not on hold: it is charged as usual`);
    const object = { objectType: 'merchant', objectId: merchantId };
    const change = { before: { hold: holdOf(merchant) }, after: {} };
    await recordCommand(tx, { act: 'merchant resume', ...object, ...change }, merchantId);
  });
  console.log(`${merchantId} is charged again, and its mails and webhooks are sent.`);
}

/**
 * Stops the charges of one merchant; everything else continues. It replaces a stop by a user of the
 * merchant, and such a user cannot end it.
 */
async function stopCharges(db: Database, merchantId: string, reason: string): Promise<void> {
  await db.transaction(async (tx) => {
    const before = chargesOffOf(await knownMerchant(tx, merchantId));
    if (before !== undefined && before.by === undefined)
      throw new Obstacle(
        `the charges of ${merchantId} are stopped already, since ${before.since}: ${before.reason}`,
      );
    const off = { reason, since: sinceText(systemClock) };
    await saveSettingsSection(tx, merchantId, chargesOffSection, off);
    const object = { objectType: 'merchant', objectId: merchantId };
    const change = { before: actOf(before), after: actOf(off) };
    await recordCommand(tx, { act: 'merchant stop-charges', ...object, ...change }, merchantId);
  });
  console.log(
    `The charges of ${merchantId} stop within three seconds on every server. Charges that were sent ` +
      'before are settled when the gateway answers. Due charges wait; mails, webhooks, refunds and ' +
      `tasks continue. To charge again: perennial merchant start-charges --id ${merchantId}`,
  );
}

/** Resumes the charges of a merchant. */
async function startCharges(db: Database, merchantId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const before = chargesOffOf(await knownMerchant(tx, merchantId));
    if (!(await removeSettingsSection(tx, merchantId, chargesOffSection)))
      throw new Obstacle(`the charges of ${merchantId} are not stopped`);
    const object = { objectType: 'merchant', objectId: merchantId };
    const change = { before: actOf(before), after: actOf(undefined) };
    await recordCommand(tx, { act: 'merchant start-charges', ...object, ...change }, merchantId);
  });
  console.log(`${merchantId} is charged again within seconds; what waited is charged once.`);
}

async function knownMerchant(tx: Database, merchantId: string): Promise<Merchant> {
  const merchant = await findMerchant(tx, merchantId);
  if (merchant) return merchant;
  throw new Obstacle(`there is no merchant ${merchantId}; see: perennial merchant list`);
}

async function merchantTable(db: Database): Promise<string> {
  const rows = (await listMerchants(db)).map((merchant) => [
    merchant.merchantId,
    merchant.timeZone,
    merchant.currency,
    merchant.clock.kind,
    holdOf(merchant) ?? (chargesOffOf(merchant) === undefined ? 'on' : 'stopped'),
    merchant.name,
  ]);
  return table([['id', 'zone', 'currency', 'clock', 'charges', 'name'], ...rows]);
}

/**
 * Returns a hint if no gateway can charge yet, so that the operator need not learn it from the
 * first refused order.
 */
function chargeHint(merchant: Merchant, { stripe, simulator }: Config): string | undefined {
  const config = { stripe, simulatedMerchants: simulator ? ('all' as const) : [] };
  if (isChargeable(config, merchant)) return undefined;
  return (
    'Its clock is real and no gateway can charge its customers yet: start the server with ' +
    chargingSettings
  );
}
