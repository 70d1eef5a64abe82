/** A key press in the form that the matcher reads. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Returns the name of a press in commands, for example `j`, `X`, `?`, `Space`, `Mod+k`. */
export function pressName({ key, ctrlKey, metaKey, altKey }: KeyPress): string | undefined {
  // Alt is reserved for the browser's menus and for typing special characters.
  if (altKey || key === 'Shift' || key === 'Control' || key === 'Meta') return undefined;
  const name = key === ' ' ? 'Space' : key;
  return ctrlKey || metaKey ? `Mod+${name.toLowerCase()}` : name;
}

/** The result of the presses so far: a command, or the beginning of a sequence. */
export interface KeyStep {
  readonly command?: string;
  /** The presses of an incomplete sequence. */
  readonly pending: string;
}

/**
 * Adds a press to the pending ones. A press that continues no sequence starts a new one, so a
 * mistyped first key is dropped.
 */
export function keyStep(
  pending: string,
  press: string,
  keysOf: ReadonlyMap<string, string>,
): KeyStep {
  for (const typed of pending === '' ? [press] : [`${pending} ${press}`, press]) {
    const command = keysOf.get(typed);
    if (command !== undefined) return { command, pending: '' };
    if ([...keysOf.keys()].some((keys) => keys.startsWith(`${typed} `))) return { pending: typed };
  }
  return { pending: '' };
}

/** Returns whether keys pressed in this element are text. Plain letters run no commands there. */
export function isTyping(target: {
  readonly tagName: string;
  readonly type?: string;
  readonly isContentEditable?: boolean;
}): boolean {
  if (target.isContentEditable) return true;
  if (target.tagName === 'INPUT')
    return !/^(checkbox|radio|button|submit)$/.test(target.type ?? '');
  return target.tagName === 'TEXTAREA' || target.tagName === 'SELECT';
}

/** Formats keys for people: `Mod+k` → `Ctrl K` or `⌘ K`, `g o` → `g then o`. */
export function keyWords(keys: string, isMac: boolean): string[] {
  return keys
    .split(' ')
    .flatMap((press) => press.split('+'))
    .map((part) => (part === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : part));
}
