import type { TaskChange } from './change.ts';

/** Makes the change that a dialog decides; `words` are for its message: `snoozed until …`. */
export type Decide = (
  change: TaskChange & { readonly add_tags?: readonly string[] },
  words: string,
) => void;
