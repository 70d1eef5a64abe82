import { Fragment } from 'react';
import { useStore } from '../kit/store.ts';
import { type CommandId, commandOf } from './commands.ts';
import { keysOf } from './keyChoices.ts';
import { preferences } from './preferences.ts';

/** Whether the person's keyboard has a ⌘ key. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Returns the keys that this person has for a command. */
export function useKeysOf(id: CommandId | undefined): string | undefined {
  const chosen = useStore(preferences, ({ keyChoices }) => keyChoices);
  return id && keysOf(commandOf(id), chosen);
}

/** Keys in the order in which they are pressed. */
export function Keys({ words }: { readonly words: readonly string[] }) {
  return (
    <span>
      {words.map((word, index) => (
        // The presses of one sequence never change their order.
        <Fragment key={index}>
          {index > 0 && ' '}
          <kbd>{word}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
