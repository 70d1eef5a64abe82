import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { RowAction } from '../kit/rowActions.tsx';

const isComing = ({ state }: AutoOrderRow): boolean =>
  state === 'active' || state === 'retrying' || state === 'parked';

/** The form of an edit. It shows the effect and asks for confirmation before a change. */
const edit =
  (part: string) =>
  ({ auto_order_code: code = '' }: AutoOrderRow): string =>
    `/auto-orders/${code}/edit/${part}`;

/** The actions on an auto order in the list, for a person with the permission to change it. */
export const autoOrderRowActions: readonly RowAction<AutoOrderRow>[] = [
  { id: 'skip', label: 'Skip next', icon: 'skip', isFor: isComing, to: edit('skip') },
  { id: 'date', label: 'Move date', icon: 'calendar', isFor: isComing, to: edit('date') },
  { id: 'pause', label: 'Pause', icon: 'pause', isFor: isComing, to: edit('pause') },
  {
    id: 'resume',
    label: 'Resume',
    icon: 'play',
    isFor: ({ state }) => state === 'paused',
    to: edit('resume'),
  },
  {
    id: 'reactivate',
    label: 'Reactivate',
    icon: 'undo',
    isFor: ({ state }) => state === 'canceled' || state === 'disabled',
    to: edit('reactivate'),
  },
];
