import { useEffect } from 'react';
import { type CommandId, commands } from './commands.ts';
import { keysOf } from './keyChoices.ts';
import { isTyping, keyStep, pressName } from './keys.ts';
import { preferences } from './preferences.ts';
import { running } from './useCommands.ts';

const sequenceMsMax = 1200;

/** Runs commands by their keys. Inactive in fields and dialogs, except for `Mod+…`. */
export function useKeys(): void {
  useEffect(() => {
    let pending = '';
    let pendingUntil = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const press = pressName(event);
      if (press === undefined || (!press.startsWith('Mod+') && isOff(event))) return;
      const step = keyStep(event.timeStamp < pendingUntil ? pending : '', press, keysNow());
      pending = step.pending;
      pendingUntil = event.timeStamp + sequenceMsMax;
      if (step.command !== undefined) {
        event.preventDefault();
        running.get().get(step.command as CommandId)?.();
      } else if (pending !== '') event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Enter and Space are left to the focused button or link. */
function isOff({ target, key }: KeyboardEvent): boolean {
  if (!preferences.get().keys) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (isTyping(target) || target.closest('[role="dialog"], [role="menu"]')) return true;
  return (key === 'Enter' || key === ' ') && target.closest('button, a, summary') !== null;
}

/** The keys of the commands that can be run now. */
function keysNow(): Map<string, string> {
  const now = running.get();
  const { keyChoices } = preferences.get();
  return new Map(
    commands.flatMap((command) => {
      const keys = keysOf(command, keyChoices);
      return keys !== undefined && now.has(command.id) ? [[keys, command.id] as const] : [];
    }),
  );
}
