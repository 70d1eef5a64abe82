import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { BulkAction } from '../kit/bulk.ts';
import { merchantNow } from '../kit/now.ts';
import { asFilesMissing } from '../shell/lazyPage.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { bulkActions } from './bulkActions.ts';

/** The actions on selected auto orders that the person's permissions allow. */
export function useBulkActions(): readonly BulkAction<AutoOrderRow>[] {
  const { merchant, user } = useSession();
  if (!useCan(['auto_order_write'])) return [];
  return bulkActions.map((action) => ({
    ...action,
    // The forms of edits are loaded on demand, so that the list itself appears without them.
    read: async ({ auto_order_code: code = '' }) => {
      const { readForBulk } = await import('../edits/bulk.ts').catch(asFilesMissing);
      return readForBulk(action.id, code, {
        now: merchantNow.get(),
        zone: merchant.zone,
        login: user.login,
        cancelReasons: [],
        mergeable: [],
      });
    },
  }));
}
