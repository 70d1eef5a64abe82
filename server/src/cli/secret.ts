import { readConfig, sealSettings } from '../config.ts';
import { openLog } from '../platform/log.ts';
import { adoptSealKey, openSeal } from '../platform/seal.ts';
import { listMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { resealTokenKeys } from '../platform/tokens.ts';
import { resealFactors } from '../staff/secondFactorStore.ts';
import { resealWebhooks } from '../webhooks/resealStore.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/** `secret rotate`: seals the secrets of the database with the present SECRET_KEY. */
export const secretCommand: Command = {
  usage: 'secret rotate',
  summary: 'Seals the secrets in the database with another SECRET_KEY',
  help: [
    'Set SECRET_KEY to the new key and SECRET_KEY_BEFORE to the present one, for every process and',
    'for this command. Afterwards keep SECRET_KEY_BEFORE for a day: stored responses of repeatable',
    'writes are sealed with it. Tokens of orders that were given out with the old key end with it.',
  ].join('\n'),

  async run(args) {
    const { positionals } = readArgs(args, {});
    if (positionals[0] !== 'rotate' || positionals.length > 1)
      throw new UsageError('give the command: rotate');
    const config = readConfig(process.env);
    const store = await openStore(config, openLog('warn'));
    try {
      const settings = sealSettings(config);
      const seal = await openSeal(store.db, settings);
      const isNew = await store.db.transaction(async (tx) => {
        if (!(await adoptSealKey(tx, settings))) return false;
        await resealTokenKeys(tx, seal);
        for (const merchantId of await listMerchantIds(tx)) {
          await resealWebhooks(tx, merchantId, seal);
          await resealFactors(tx, merchantId, seal);
        }
        await recordCommand(tx, {
          act: 'secret rotate',
          objectType: 'installation',
          objectId: 'secrets',
        });
        return true;
      });
      console.log(
        isNew
          ? 'The secrets are sealed with the new key. Remove SECRET_KEY_BEFORE after a day.'
          : 'The secrets are sealed with SECRET_KEY already; nothing was changed.',
      );
    } finally {
      await store.close();
    }
  },
};
