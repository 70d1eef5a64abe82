import { type Config, readConfig, sealSettings } from '../config.ts';
import { randomIds } from '../kernel/ids.ts';
import { rotateLinkKey } from '../payments/billingLinkStore.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import { adoptSealKey, openSeal } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';
import { listMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { resealTokenKeys } from '../platform/tokens.ts';
import { resealFactors } from '../staff/secondFactorStore.ts';
import { resealWebhooks } from '../webhooks/resealStore.ts';
import { type Command, readVerb, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

const keepOldDaysDefault = 30;
const keepOldDaysMax = 365;

/** `secret rotate|rotate-links`: replaces the keys of the installation. */
export const secretCommand: Command = {
  usage: 'secret rotate|rotate-links',
  summary: 'Replaces the key that seals secrets, or the key of card links',
  help: [
    'secret rotate',
    `secret rotate-links [--keep-old-days ${keepOldDaysDefault}]`,
    '',
    'rotate seals the secrets in the database with a new SECRET_KEY. Set SECRET_KEY to the new key',
    'and SECRET_KEY_BEFORE to the current one, for every process and for this command. Afterwards',
    'keep SECRET_KEY_BEFORE for a day: stored responses of repeatable writes are sealed with it.',
    'Tokens of orders that were made with the old key stop working.',
    '',
    'rotate-links signs the links to card pages with a new key from now on. Links in mails that',
    `were sent before work for --keep-old-days (0 to ${keepOldDaysMax}; a link ends after 30 days anyway).`,
    'Set 0 if the old key leaked: customers then need a new mail.',
  ].join('\n'),

  async run(args) {
    const { verb, values } = readVerb(
      'secret',
      args,
      { 'keep-old-days': { type: 'string' } },
      { rotate: [], 'rotate-links': ['keep-old-days'] },
    );
    const action = verb === 'rotate' ? rotate : rotateLinks(values['keep-old-days']);
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      console.log(await action(store.db, config));
    } finally {
      await store.close();
    }
  },
};

/** Returns the text to print. */
type Action = (db: Database, config: Config) => Promise<string>;

const rotate: Action = async (db, config) => {
  const settings = sealSettings(config);
  const seal = await openSeal(db, settings);
  const isNew = await db.transaction(async (tx) => {
    if (!(await adoptSealKey(tx, settings))) return false;
    await resealTokenKeys(tx, seal);
    for (const merchantId of await listMerchantIds(tx)) {
      await resealWebhooks(tx, merchantId, seal);
      await resealFactors(tx, merchantId, seal);
    }
    await recordCommand(tx, { act: 'secret rotate', ...secrets });
    return true;
  });
  return isNew
    ? 'The secrets are sealed with the new key. Remove SECRET_KEY_BEFORE after a day.'
    : 'The secrets are sealed with SECRET_KEY already; nothing was changed.';
};

const secrets = { objectType: 'installation', objectId: 'secrets' };

function rotateLinks(days: string | undefined): Action {
  const keepOldDays = Number(days ?? keepOldDaysDefault);
  if (!/^\d+$/.test(days ?? '0') || keepOldDays > keepOldDaysMax)
    throw new UsageError(`--keep-old-days: give a whole number from 0 to ${keepOldDaysMax}`);
  return async (db) => {
    const keepUntil = systemClock.now().add({ hours: 24 * keepOldDays });
    const isRotated = await db.transaction(async (tx) => {
      const rotated = await rotateLinkKey(tx, randomIds, keepUntil);
      const act = { act: 'secret rotate-links', ...secrets, after: { keepOldDays } };
      if (rotated) await recordCommand(tx, act);
      return rotated;
    });
    const until = keepUntil.toString({ smallestUnit: 'second' });
    return isRotated
      ? `New card links have a new key. Links of the old one work until ${until}.`
      : 'There is no key of card links yet; the first start of a server makes one.';
  };
}
