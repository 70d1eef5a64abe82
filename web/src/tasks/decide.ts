import type { TaskChange } from './change.ts';

/**
 * Makes the change that a dialog decided; `words` describe it in the message: `snoozed until …`.
 */
export type Decide = (
  change: TaskChange & { readonly add_tags?: readonly string[] },
  words: string,
) => void;
