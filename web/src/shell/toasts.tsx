import { Button, CloseButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from '../kit/icons.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { createStore, useStore } from '../kit/store.ts';
import {
  type Change,
  markUndone,
  recentChanges,
  rememberChange,
  runUndo,
  type Undo,
} from './changes.ts';
import classes from './toasts.module.css';
import { useCommands } from './useCommands.ts';

/** One message about an action of the person. */
export interface Toast {
  readonly text: string;
  readonly tone?: 'good' | 'bad';
  /** Undoes the change. Absent if money was moved or a mail was sent; the text must then say so. */
  readonly undo?: Undo | undefined;
}

interface Shown extends Change {
  readonly tone?: 'good' | 'bad' | undefined;
}

const shownMs = 10_000;

const toasts = createStore<readonly Shown[]>([]);

// Changes from before a reload keep their ids.
let lastId = recentChanges.get()[0]?.id ?? 0;

/** Shows a message for ten seconds. A change also becomes a recent change. */
export function toast({ text, tone, undo }: Toast): void {
  const change = { id: ++lastId, text, undo, atMs: Date.now(), isUndone: false };
  toasts.update((before) => [...before.slice(-2), { ...change, tone }]);
  if (tone !== 'bad') rememberChange(change);
}

/** Undoes a recent change and shows the result. */
export async function undoChange({ id, undo, text }: Change): Promise<void> {
  dismiss(id);
  if (!undo) return;
  try {
    await runUndo(undo);
    markUndone(id);
    toasts.update((before) => [
      ...before.slice(-2),
      { id: ++lastId, text: `Undone: ${text}`, atMs: Date.now(), isUndone: true },
    ]);
  } catch (error) {
    toast({ text: `Not undone. ${error instanceof Error ? error.message : ''}`, tone: 'bad' });
  }
}

const dismiss = (id: number): void =>
  toasts.update((before) => before.filter((each) => each.id !== id));

/** The only place where messages appear. Refusals interrupt screen readers, other messages wait. */
export function Toasts() {
  const shown = useStore(toasts);
  const undoable = useStore(recentChanges, (changes) =>
    changes.find(({ undo, isUndone }) => undo !== undefined && !isUndone),
  );
  useCommands({ undo: undoable && (() => void undoChange(undoable)) });
  return (
    <div className={classes['toasts']}>
      <div role="status">
        {shown
          .filter(({ tone }) => tone !== 'bad')
          .map((each) => (
            <ToastCard key={each.id} toast={each} />
          ))}
      </div>
      <div role="alert">
        {shown
          .filter(({ tone }) => tone === 'bad')
          .map((each) => (
            <ToastCard key={each.id} toast={each} />
          ))}
      </div>
    </div>
  );
}

function ToastCard({ toast: shown }: { readonly toast: Shown }) {
  const { id, text, tone, undo, isUndone } = shown;
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, isHeld]);
  return (
    <div
      className={classes['toast']}
      data-tone={tone ?? 'good'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={tone === 'bad' ? 'alert' : 'check'} />
      <span>
        <Sentence text={text} />
      </span>
      {undo && !isUndone && (
        <Button size="compact-sm" variant="default" onClick={() => void undoChange(shown)}>
          Undo
        </Button>
      )}
      <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(id)} />
    </div>
  );
}
