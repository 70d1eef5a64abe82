import type { VersionedId } from '@perennial/contract/operations.ts';
import { type CallInput, call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import { createStore } from '../kit/store.ts';

/** A write that undoes a change. It is data, so that it survives a reload of the tab. */
export interface UndoCall {
  readonly operation: VersionedId;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The version after the change: an undo after another change is refused. */
  readonly ifMatch: number;
}

/** Undoes a change: a call, or a function that works until the tab is reloaded. */
export type Undo = UndoCall | (() => Promise<void>);

/** A change that was made in this tab. */
export interface Change {
  readonly id: number;
  readonly text: string;
  readonly atMs: number;
  readonly isUndone: boolean;
  readonly undo?: Undo | undefined;
}

const storageKey = 'perennial-changes';
const keptMs = 24 * 3_600_000;
const keptMax = 50;

/** The changes made in this tab during the last day, newest first. */
export const recentChanges = createStore<readonly Change[]>(stored());

recentChanges.subscribe(() => {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(recentChanges.get()));
  } catch {
    // If the browser stores nothing, the changes are lost with the page.
  }
});

/** Adds a change, and drops those that are too old or too many. */
export function rememberChange(change: Change): void {
  recentChanges.update((before) => kept([change, ...before], change.atMs));
}

/** Marks a change as undone. */
export function markUndone(id: number): void {
  recentChanges.update((before) =>
    before.map((change) => (change.id === id ? { ...change, isUndone: true } : change)),
  );
}

/** Deletes this person's changes, for example after a log-out. */
export const forgetChanges = (): void => recentChanges.set([]);

/** Undoes a change, and refreshes the data of the pages. */
export async function runUndo(undo: Undo): Promise<void> {
  if (typeof undo === 'function') return undo();
  const { operation, ...input } = undo;
  await call(operation, input as CallInput<typeof operation>);
  await queryClient.invalidateQueries();
}

function kept(changes: readonly Change[], nowMs: number): readonly Change[] {
  return changes.filter(({ atMs }) => atMs > nowMs - keptMs).slice(0, keptMax);
}

function stored(): readonly Change[] {
  try {
    const text = sessionStorage.getItem(storageKey) ?? '[]';
    return kept(JSON.parse(text) as readonly Change[], Date.now());
  } catch {
    return [];
  }
}
