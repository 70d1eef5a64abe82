import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { IconName } from '../kit/iconPaths.ts';
import type { CommandId } from '../shell/commands.ts';

/** The headings of the menu, in their order. */
export const actionGroups = ['What ships', 'Money', 'The auto order'] as const;
export type ActionGroup = (typeof actionGroups)[number];

/** An action on an auto order: a dialog at `/edit/:part`. */
export interface Action {
  readonly command: CommandId;
  readonly part: string;
  readonly label: string;
  readonly icon: IconName;
  /** The section of the menu. */
  readonly group: ActionGroup;
}

const skip: Action = act('autoOrder.skip', 'skip', 'Skip next', 'skip', 'What ships');
const date: Action = act('autoOrder.date', 'date', 'Move date', 'calendar', 'What ships');
const pause: Action = act('autoOrder.pause', 'pause', 'Pause', 'pause', 'The auto order');
const resume: Action = act('autoOrder.pause', 'resume', 'Resume', 'play', 'The auto order');
const charge: Action = act('autoOrder.charge', 'charge', 'Charge now', 'card', 'Money');
const card: Action = act('autoOrder.card', 'card', 'Replace card', 'card', 'Money');
const cancel: Action = act('autoOrder.cancel', 'cancel', 'Cancel …', 'close', 'The auto order');
const reactivate: Action = act(
  'autoOrder.reactivate',
  'reactivate',
  'Reactivate',
  'play',
  'The auto order',
);
const edits: readonly Action[] = [
  act('autoOrder.quantity', 'quantity', 'Quantity', 'box', 'What ships'),
  act('autoOrder.frequency', 'frequency', 'Frequency', 'repeat', 'What ships'),
  act('autoOrder.item', 'item', 'Swap an item', 'swap', 'What ships'),
  act('autoOrder.addItem', 'add-item', 'Add an item', 'plus', 'What ships'),
  act('autoOrder.removeItem', 'remove-item', 'Remove an item', 'close', 'What ships'),
  act('autoOrder.addOns', 'add-ons', 'Add-ons', 'plus', 'What ships'),
  act('autoOrder.price', 'price', 'Price', 'filter', 'Money'),
  act('autoOrder.address', 'address', 'Shipping address', 'home', 'The auto order'),
  act('autoOrder.stops', 'stops', 'When it stops', 'clock', 'The auto order'),
  act('autoOrder.properties', 'properties', 'Properties', 'columns', 'The auto order'),
];
const unskip: Action = act(
  'autoOrder.unskip',
  'unskip',
  'Bring a skipped one back',
  'undo',
  'What ships',
);
const merge: Action = act(
  'autoOrder.merge',
  'merge',
  'Merge others into this',
  'link',
  'The auto order',
);

function act(
  command: CommandId,
  part: string,
  label: string,
  icon: IconName,
  group: ActionGroup,
): Action {
  return { command, part, label, icon, group };
}

/** Returns the actions of an auto order: first the most useful one, then buttons, then a menu. */
export interface Actions {
  readonly primary?: Action;
  readonly buttons: readonly Action[];
  readonly menu: readonly Action[];
}

/**
 * Returns the actions that a state allows: a stopped auto order has few until it is reactivated.
 */
export function actionsIn(state: AutoOrderRow['state']): Actions {
  switch (state) {
    case 'merged':
      return { buttons: [], menu: [] };
    case 'canceled':
    case 'completed':
      return { primary: reactivate, buttons: [card], menu: edits };
    case 'disabled':
      return { primary: reactivate, buttons: [card, charge], menu: edits };
    case 'paused':
      return { primary: resume, buttons: [date], menu: [...edits, card, unskip, merge, cancel] };
    case 'retrying':
      return {
        primary: charge,
        buttons: [card, skip, pause],
        menu: [date, ...edits, unskip, merge, cancel],
      };
    default:
      return {
        buttons: [skip, date, pause],
        menu: [...edits, card, charge, unskip, merge, cancel],
      };
  }
}

/** All actions in their order. */
export const allOf = ({ primary, buttons, menu }: Actions): readonly Action[] => [
  ...(primary ? [primary] : []),
  ...buttons,
  ...menu,
];
