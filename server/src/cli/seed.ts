import { readConfig } from '../config.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import { findMerchant } from '../platform/tenancy/merchantStore.ts';
import { type Command, needed, Obstacle, readArgs, UsageError } from './command.ts';
import { fillMerchant } from './demo/fill.ts';
import { openStore } from './openStore.ts';
import { showProgress } from './progress.ts';
import { recordCommand } from './record.ts';

/**
 * Three years of history make ten times as much data, which is too much for a million auto orders.
 */
const fullHistoryMax = 20_000;

/** `seed`: demo data of a chosen size. */
export const seedCommand: Command = {
  usage: 'seed --merchant <id> --auto-orders <n>',
  summary: 'Adds demo data: people, orders, auto orders with their rebills',
  help: [
    'seed --merchant DEMO --auto-orders 1000000 [--seed 7] [--days 30]',
    '',
    '  --auto-orders  how many to add, up to 10,000,000',
    '  --seed         any text; in a merchant without data the same seed makes the same data (1)',
    `  --days         age of the oldest in days (1095; 30 for more than ${fullHistoryMax.toLocaleString('en')})`,
    '',
    'The catalogue and the coupons of the demo shops are added where they are missing.',
    'An interrupted run keeps what it has written.',
  ].join('\n'),

  async run(args) {
    const { values } = readArgs(args, {
      merchant: { type: 'string' },
      'auto-orders': { type: 'string' },
      seed: { type: 'string' },
      days: { type: 'string' },
    });
    const merchantId = needed(values.merchant, '--merchant');
    const autoOrders = wholeNumber(
      needed(values['auto-orders'], '--auto-orders'),
      '--auto-orders',
      10_000_000,
    );
    const daysMax =
      values.days === undefined
        ? autoOrders > fullHistoryMax
          ? 30
          : 1095
        : wholeNumber(values.days, '--days', 3650);
    const store = await openStore(readConfig(process.env), openLog('warn'));
    try {
      const merchant = await findMerchant(store.db, merchantId);
      if (!merchant)
        throw new Obstacle(
          `there is no merchant ${merchantId}; make one: perennial merchant create --id ` +
            `${merchantId} --name … --test-clock`,
        );
      const progress = showProgress('auto orders', autoOrders);
      const now = readClock(merchant.clock, systemClock.now());
      const filled = await fillMerchant(store.db, {
        merchant,
        now,
        seed: values.seed ?? '1',
        autoOrders,
        daysMax,
        onProgress: progress.update,
      });
      progress.finish();
      await store.db.transaction((tx) =>
        recordCommand(
          tx,
          { act: 'seed', objectType: 'merchant', objectId: merchantId, after: filled },
          merchantId,
        ),
      );
      // The imported rows must be fast to find at once, not only after the next autovacuum.
      await store.db.run('vacuum (analyze)');
      console.log(
        `${merchantId} has ${filled.autoOrders.toLocaleString('en')} auto orders, ` +
          `${filled.orders.toLocaleString('en')} orders and ` +
          `${filled.customers.toLocaleString('en')} customers more.`,
      );
    } finally {
      await store.close();
    }
  },
};

function wholeNumber(text: string, option: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${option}: give a whole number from 1 to ${max}`);
}
