import type { Undo } from '../shell/changes.ts';
import type { BulkMoney } from './bulkMoney.ts';
import type { Draft } from './draft.ts';
import type { DraftField } from './draftSpecs.ts';

/** The most rows that one change from a list may have. */
export const bulkMax = 100;

/** The effect of a bulk change on one row, or the reason why the row stays as it is. */
export type BulkLine = { readonly name: string } & (
  | { readonly unchanged: string }
  | {
      readonly before: string;
      readonly after: string;
      /** Sends the change. Returns what takes it back; undefined: nothing does. */
      write(idempotencyKey: string): Promise<Undo | undefined>;
      /** Reads what it does to the money. Fails with what the server would refuse. */
      preview?(): Promise<BulkMoney>;
    }
);

/** A row that changes. */
export type BulkChange = Extract<BulkLine, { before: string }>;

/** Something that can be done with many rows of a list. */
export interface BulkAction<Row> {
  readonly id: string;
  /** The button above the list, for example `Pause …`. */
  readonly button: string;
  /** The title of the dialog, for example `Pause auto orders`. */
  readonly title: string;
  /** The meaning of the action, and what cannot be undone. */
  readonly consequence: string;
  /** The verb of the button that does it: `Pause`. */
  readonly verb: string;
  /** How the message names the outcome: `paused`. */
  readonly done: string;
  /** The questions for the person, and the answers at the start. */
  readonly fields?: readonly DraftField[];
  readonly draft?: Draft;
  /** It is in the menu behind the buttons. */
  readonly isInMenu?: boolean;
  /** Reads the record of a row. The result says what each answer does to it. */
  read(row: Row): Promise<(draft: Draft) => BulkLine>;
}

/** The lines that change. */
export const changesIn = (lines: readonly BulkLine[]): BulkChange[] =>
  lines.filter((line): line is BulkChange => !('unchanged' in line));

/** How many change and how many do not, as a sentence. */
export function countWords(lines: readonly BulkLine[]): string {
  const changed = changesIn(lines).length;
  const same = lines.length - changed;
  const changes = `${changed} will change`;
  return same === 0 ? `${changes}.` : `${changes}, ${same} ${same === 1 ? 'stays' : 'stay'}.`;
}

/** Runs a task for each of the values, a few at a time. The results are in the values' order. */
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

/** Sends every change under a separate key. When some are refused, the others are still sent. */
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

/** Takes changes back one after another. Throws when some have changed since, and says how many. */
export async function undoAll(
  undos: readonly Undo[],
  run: (undo: Undo) => Promise<void>,
): Promise<void> {
  let refused = 0;
  for (const undo of undos) await run(undo).catch(() => refused++);
  if (refused > 0)
    throw new Error(`${refused} of ${undos.length} have changed since and stay as they are.`);
}
