import type { Undo } from '../shell/changes.ts';
import type { BulkMoney } from './bulkMoney.ts';
import type { Draft } from './draft.ts';
import type { DraftField } from './draftSpecs.ts';

/** The most rows of one bulk change. */
export const bulkMax = 100;

/** The effect of a bulk change on one row, or the reason why the row does not change. */
export type BulkLine = { readonly name: string } & (
  | { readonly unchanged: string }
  | {
      readonly before: string;
      readonly after: string;
      /**
       * Sends the change. Returns the function that undoes it, or undefined if it cannot be undone.
       */
      write(idempotencyKey: string): Promise<Undo | undefined>;
      /** Reads the effect on revenue. Fails if the server would refuse the change. */
      preview?(): Promise<BulkMoney>;
    }
);

/** A row with a change. */
export type BulkChange = Extract<BulkLine, { before: string }>;

/** An action on many rows of a list. */
export interface BulkAction<Row> {
  readonly id: string;
  /** The button above the list, for example `Pause …`. */
  readonly button: string;
  /** The title of the dialog, for example `Pause auto orders`. */
  readonly title: string;
  /** The explanation of the action, including what cannot be undone. */
  readonly consequence: string;
  /** The verb on the button that starts it: `Pause`. */
  readonly verb: string;
  /** The participle in the result message: `paused`. */
  readonly done: string;
  /** The questions for the person, with the initial answers. */
  readonly fields?: readonly DraftField[];
  readonly draft?: Draft;
  /** True if it is in the menu behind the buttons. */
  readonly isInMenu?: boolean;
  /** Reads the record of a row. The result is the effect of each answer on it. */
  read(row: Row): Promise<(draft: Draft) => BulkLine>;
}

/** The lines that change. */
export const changesIn = (lines: readonly BulkLine[]): BulkChange[] =>
  lines.filter((line): line is BulkChange => !('unchanged' in line));

/** A sentence with the numbers of rows that change and that do not. */
export function countWords(lines: readonly BulkLine[]): string {
  const changed = changesIn(lines).length;
  const same = lines.length - changed;
  const changes = `${changed} will change`;
  return same === 0 ? `${changes}.` : `${changes}, ${same} ${same === 1 ? 'stays' : 'stay'}.`;
}

/** Runs a task for each value, a few at a time. The results are in the order of the values. */
export async function eachOf<Value, Result>(
  values: readonly Value[],
  task: (value: Value) => Promise<Result>,
  onDone: (count: number) => void = () => {},
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < values.length) {
      const index = next++;
      results[index] = await task(values[index] as Value);
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, values.length) }, worker));
  return results;
}

const workers = 4;

/** A row whose change the server refused. */
export interface BulkRefused {
  readonly name: string;
  readonly reason: string;
}

/** The result of a bulk change. */
export interface BulkResult {
  readonly changed: number;
  readonly undos: readonly Undo[];
  readonly refused: readonly BulkRefused[];
}

/** Sends every change with its own key. When some are refused, the others are still sent. */
export async function applyAll(
  changes: readonly BulkChange[],
  newKey: () => string,
  onDone: (count: number) => void,
): Promise<BulkResult> {
  const results = await eachOf(
    changes,
    async (change) => {
      try {
        return { undo: await change.write(newKey()) };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { refused: { name: change.name, reason } };
      }
    },
    onDone,
  );
  return {
    changed: results.filter((result) => !('refused' in result)).length,
    undos: results.flatMap(({ undo }) => undo ?? []),
    refused: results.flatMap(({ refused }) => refused ?? []),
  };
}

/** Undoes changes one after another. Throws with the number of those that were changed since. */
export async function undoAll(
  undos: readonly Undo[],
  run: (undo: Undo) => Promise<void>,
): Promise<void> {
  let refused = 0;
  for (const undo of undos) await run(undo).catch(() => refused++);
  if (refused > 0)
    throw new Error(`${refused} of ${undos.length} have changed since and stay as they are.`);
}
