import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { IconName } from '../kit/iconPaths.ts';
import type { CommandId } from '../shell/commands.ts';

/** Something that can be done with an auto order: a dialog at `/edit/:part`. */
export interface Action {
  readonly command: CommandId;
  readonly part: string;
  readonly label: string;
  readonly icon: IconName;
}

const skip: Action = act('autoOrder.skip', 'skip', 'Skip next', 'skip');
const date: Action = act('autoOrder.date', 'date', 'Move date', 'calendar');
const pause: Action = act('autoOrder.pause', 'pause', 'Pause', 'pause');
const resume: Action = act('autoOrder.pause', 'resume', 'Resume', 'play');
const charge: Action = act('autoOrder.charge', 'charge', 'Charge now', 'card');
const card: Action = act('autoOrder.card', 'card', 'Replace card', 'card');
const cancel: Action = act('autoOrder.cancel', 'cancel', 'Cancel …', 'close');
const reactivate: Action = act('autoOrder.reactivate', 'reactivate', 'Reactivate', 'play');
const edits: readonly Action[] = [
  act('autoOrder.quantity', 'quantity', 'Quantity', 'box'),
  act('autoOrder.frequency', 'frequency', 'Frequency', 'repeat'),
  act('autoOrder.item', 'item', 'Swap an item', 'swap'),
  act('autoOrder.price', 'price', 'Price', 'filter'),
  act('autoOrder.addOns', 'add-ons', 'Add-ons', 'plus'),
  act('autoOrder.address', 'address', 'Shipping address', 'home'),
  act('autoOrder.stops', 'stops', 'When it stops', 'clock'),
  act('autoOrder.properties', 'properties', 'Properties', 'columns'),
];
const unskip: Action = act('autoOrder.unskip', 'unskip', 'Bring a skipped one back', 'undo');
const merge: Action = act('autoOrder.merge', 'merge', 'Merge others into this', 'link');

function act(command: CommandId, part: string, label: string, icon: IconName): Action {
  return { command, part, label, icon };
}

/** The actions of an auto order: first the one that helps most, then buttons, then a menu. */
export interface Actions {
  readonly primary?: Action;
  readonly buttons: readonly Action[];
  readonly menu: readonly Action[];
}

/** What can be done in a state. A stopped auto order is changed after it was reactivated. */
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
