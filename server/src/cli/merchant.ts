import { type Config, readConfig } from '../config.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import { zoneName } from '../platform/storage/zone.ts';
import { type Merchant, parseMerchant } from '../platform/tenancy/merchant.ts';
import { insertMerchant, listMerchants } from '../platform/tenancy/merchantStore.ts';
import { type Command, needed, Obstacle, readArgs, table, UsageError } from './command.ts';
import { openStore } from './openStore.ts';

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
    '  --test-clock  a clock that runs on but may be moved by a call; for merchants that only try things out',
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
    if (verb !== 'create' && verb !== 'list') throw new UsageError('say create or list');
    const now = systemClock.now();
    const merchant =
      verb === 'list'
        ? undefined
        : parseMerchant({
            merchantId: needed(values.id, '--id'),
            name: needed(values.name, '--name'),
            timeZone: values['time-zone'] ?? 'America/New_York',
            currency: values.currency ?? 'USD',
            settings: {},
            clock: values['test-clock']
              ? { kind: 'running', at: now, setAt: now }
              : { kind: 'real' },
          });
    if (merchant && !merchant.ok) throw new UsageError(merchant.reason);

    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      if (!merchant)
        return console.log(
          table([
            ['id', 'zone', 'currency', 'clock', 'name'],
            ...(await listMerchants(store.db)).map((each) => [
              each.merchantId,
              each.timeZone,
              each.currency,
              each.clock.kind,
              each.name,
            ]),
          ]),
        );
      const timeZone = await zoneName(store.db, merchant.value.timeZone);
      if (timeZone === undefined)
        throw new UsageError(
          `PostgreSQL does not know the time zone ${merchant.value.timeZone}; give another name`,
        );
      if (!(await insertMerchant(store.db, { ...merchant.value, timeZone }, now)))
        throw new Obstacle(
          `there is a merchant ${merchant.value.merchantId} already; choose another --id`,
        );
      console.log(
        `Merchant ${merchant.value.merchantId} is there. A key for it: perennial key create ` +
          `--merchant ${merchant.value.merchantId} --name … --permissions all`,
      );
      const hint = chargeHint(merchant.value, config);
      if (hint !== undefined) console.log(hint);
    } finally {
      await store.close();
    }
  },
};

/** Said at once instead of by the first order that is refused. */
function chargeHint(merchant: Merchant, config: Config): string | undefined {
  if (merchant.clock.kind !== 'real' || config.stripe !== undefined || config.simulator)
    return undefined;
  return (
    'Its clock is real and no gateway can charge its customers yet: start the server with ' +
    'STRIPE_SECRET_KEY, or with SIMULATOR=on'
  );
}
