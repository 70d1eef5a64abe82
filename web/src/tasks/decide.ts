import type { TaskChange } from './change.ts';

/** What a dialog decides, and what the message about it says: `snoozed until …`. */
export type Decide = (
  change: TaskChange & { readonly add_tags?: readonly string[] },
  words: string,
) => void;
