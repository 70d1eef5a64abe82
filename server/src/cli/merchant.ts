import { type Config, readConfig } from '../config.ts';
import { chargingSettings, isChargeable } from '../payments/gateways.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { zoneName } from '../platform/storage/zone.ts';
import { holdOf, holdSection } from '../platform/tenancy/hold.ts';
import { type Merchant, parseMerchant } from '../platform/tenancy/merchant.ts';
import {
  findMerchant,
  insertMerchant,
  listMerchants,
  removeSettingsSection,
} from '../platform/tenancy/merchantStore.ts';
import { type Command, needed, Obstacle, readArgs, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/** `merchant create|list|resume`: the sellers whose auto orders are kept here. */
export const merchantCommand: Command = {
  usage: 'merchant create|list|resume',
  summary: 'Makes and lists merchants, and ends the hold of one that was moved',
  help: [
    'merchant create --id DEMO --name "Demo Coffee" [--time-zone Europe/Vienna] [--currency EUR] [--test-clock]',
    'merchant list',
    'merchant resume --id DEMO   ends the hold of an imported merchant, or of one exported with --move',
    '',
    '  --id          one to five capital letters and digits; order ids begin with it',
    "  --time-zone   rules the merchant's days and months (America/New_York)",
    '  --currency    ISO 4217 (USD)',
    '  --test-clock  a clock that runs and can be moved; for merchants that only try things out',
  ].join('\n'),

  async run(args) {
    const {
      values,
      positionals: [verb],
    } = readArgs(
      args,
      {
        id: { type: 'string' },
        name: { type: 'string' },
        'time-zone': { type: 'string' },
        currency: { type: 'string' },
        'test-clock': { type: 'boolean' },
      },
      ['verb'],
    );
    if (verb !== 'create' && verb !== 'list' && verb !== 'resume')
      throw new UsageError('give a command: create, list or resume');
    const resumed = verb === 'resume' ? needed(values.id, '--id') : undefined;
    const merchant = verb === 'create' ? merchantFrom(values) : undefined;
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      if (merchant) await createMerchant(store.db, merchant, config);
      else if (resumed !== undefined) await resumeMerchant(store.db, resumed);
      else console.log(await merchantTable(store.db));
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
    const merchant = await findMerchant(tx, merchantId);
    if (!merchant)
      throw new Obstacle(`there is no merchant ${merchantId}; see: perennial merchant list`);
    if (!(await removeSettingsSection(tx, merchantId, holdSection)))
      throw new Obstacle(`${merchantId} is not on hold: it is charged as usual`);
    const object = { objectType: 'merchant', objectId: merchantId };
    const change = { before: { hold: holdOf(merchant) }, after: {} };
    await recordCommand(tx, { act: 'merchant resume', ...object, ...change }, merchantId);
  });
  console.log(`${merchantId} is charged again, and its mails and webhooks are sent.`);
}

async function merchantTable(db: Database): Promise<string> {
  const rows = (await listMerchants(db)).map(({ merchantId, timeZone, currency, clock, name }) => [
    merchantId,
    timeZone,
    currency,
    clock.kind,
    name,
  ]);
  return table([['id', 'zone', 'currency', 'clock', 'name'], ...rows]);
}

/** Said at once instead of by the first order that is refused. */
function chargeHint(merchant: Merchant, { stripe, simulator }: Config): string | undefined {
  const config = { stripe, simulatedMerchants: simulator ? ('all' as const) : [] };
  if (isChargeable(config, merchant)) return undefined;
  return (
    'Its clock is real and no gateway can charge its customers yet: start the server with ' +
    chargingSettings
  );
}
