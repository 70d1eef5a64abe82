import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { BulkId } from '../edits/bulk.ts';
import type { BulkAction } from '../kit/bulk.ts';
import { merchantNow } from '../kit/now.ts';
import { useCan, useSession } from '../shell/session.tsx';

type Words = Omit<BulkAction<AutoOrderRow>, 'id' | 'read'> & { readonly id: BulkId };

const actions: readonly Words[] = [
  {
    id: 'pause',
    button: 'Pause …',
    title: 'Pause auto orders',
    consequence: 'Nothing of them ships or is charged until they are resumed.',
    verb: 'Pause',
    done: 'paused',
  },
  {
    id: 'resume',
    button: 'Resume …',
    title: 'Resume auto orders',
    consequence:
      'Each item ships on the date that it has; the merchant’s setting decides what is charged ' +
      'of shipments that were missed.',
    verb: 'Resume',
    done: 'resumed',
  },
  {
    id: 'skip',
    button: 'Skip …',
    title: 'Skip shipments',
    consequence: 'Nothing is charged for shipments that are skipped.',
    verb: 'Skip in',
    done: 'skip shipments',
    fields: [{ key: 'count', label: 'Shipments to skip', kind: 'whole' }],
    draft: { count: '1' },
  },
  {
    id: 'move',
    button: 'Move …',
    title: 'Move the next shipments',
    consequence: 'Later shipments are counted from the new date.',
    verb: 'Move',
    done: 'moved',
    fields: [
      { key: 'days', label: 'By how many days', kind: 'whole', hint: '-2 moves them earlier' },
    ],
    draft: { days: '7' },
  },
  {
    id: 'cancel',
    button: 'Cancel …',
    title: 'Cancel auto orders',
    consequence:
      'They stop at once, without a cancel fee. Customers may get a mail about it, so this cannot ' +
      'be undone; each can be reactivated.',
    verb: 'Cancel',
    done: 'canceled',
    fields: [{ key: 'reason', label: 'Reason', isRequired: true }],
    draft: { reason: '' },
  },
];

/** What this person can do with selected auto orders. */
export function useBulkActions(): readonly BulkAction<AutoOrderRow>[] {
  const { merchant, user } = useSession();
  if (!useCan(['auto_order_write'])) return [];
  return actions.map((action) => ({
    ...action,
    // The forms of edits are read when they are needed: the list itself is shown without them.
    read: async ({ auto_order_code: code = '' }) => {
      const { readForBulk } = await import('../edits/bulk.ts');
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
