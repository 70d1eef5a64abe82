import type { VersionedId } from '@perennial/contract/operations.ts';
import { type CallInput, call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import { createStore } from '../kit/store.ts';

/** A write that takes a change back. It is data, so that it outlives a reload of the tab. */
export interface UndoCall {
  readonly operation: VersionedId;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The version that the change made: an undo after another change is refused. */
  readonly ifMatch: number;
}

/** Takes a change back: a call, or what a component can do while the tab is not reloaded. */
export type Undo = UndoCall | (() => Promise<void>);

/** Something that was changed in this tab. */
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

/** The changes that were made in this tab during the last day, newest first. */
export const recentChanges = createStore<readonly Change[]>(stored());

recentChanges.subscribe(() => {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(recentChanges.get()));
  } catch {
    // A browser that stores nothing forgets the changes with the page.
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

/** Forgets what this person changed, for example when they log out. */
export const forgetChanges = (): void => recentChanges.set([]);

/** Takes a change back, and reads again what the pages show. */
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
