import type { Logger } from 'pino';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { MailTransport } from '../platform/mail/mailTransport.ts';
import type { Database } from '../platform/storage/database.ts';
import { finishRemoval, merchantsWithRemovals, readRemovals } from './mailRemovalStore.ts';

/** The parts that the removal of mails needs. */
export interface RemovalParts {
  readonly db: Database;
  readonly log: Logger;
  readonly mail: MailTransport;
}

/** Deletes the files of mails whose rows were deleted. A file may already be gone. */
export function mailRemovalWorker({ db, log, mail }: RemovalParts): Worker {
  const each = eachMerchant(log, 'mail removal');
  return {
    name: 'mail removal',
    async runOnce() {
      return each(await merchantsWithRemovals(db), async (merchantId) => {
        const removals = await readRemovals(db, merchantId);
        for (const removal of removals) {
          const { autoOrderOid, noticeId, madeAt } = removal;
          await mail.forget?.({
            start: `${merchantId}-${autoOrderOid}-${noticeId}@`,
            date: madeAt,
          });
          await finishRemoval(db, merchantId, removal);
        }
        return removals.length;
      });
    },
  };
}
