import { type Config, readConfig } from '../config.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { zoneName } from '../platform/storage/zone.ts';
import { type Merchant, parseMerchant } from '../platform/tenancy/merchant.ts';
import { insertMerchant, listMerchants } from '../platform/tenancy/merchantStore.ts';
import { type Command, needed, Obstacle, readArgs, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/** `merchant create|list`: the sellers whose auto orders are kept here. */
export const merchantCommand: Command = {
  usage: 'merchant create|list',
  summary: 'Makes and lists merchants',
  help: [
    'merchant create --id DEMO --name "Demo Coffee" [--time-zone Europe/Vienna] [--currency EUR] [--test-clock]',
    'merchant list',
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
    } = readArgs(args, {
      id: { type: 'string' },
      name: { type: 'string' },
      'time-zone': { type: 'string' },
      currency: { type: 'string' },
      'test-clock': { type: 'boolean' },
    });
    if (verb !== 'create' && verb !== 'list')
      throw new UsageError('give a command: create or list');
    const merchant = verb === 'create' ? merchantFrom(values) : undefined;
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      if (merchant) await createMerchant(store.db, merchant, config);
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
function chargeHint(merchant: Merchant, config: Config): string | undefined {
  if (merchant.clock.kind !== 'real' || config.stripe !== undefined || config.simulator)
    return undefined;
  return (
    'Its clock is real and no gateway can charge its customers yet: start the server with ' +
    'STRIPE_SECRET_KEY, or with SIMULATOR=on'
  );
}
