import { createStore } from '../kit/store.ts';

/** The view that the sheet of the clock shows. */
export type ClockSheetView =
  | { readonly view: 'closed' }
  /** Choosing where to go; `typed` fills the field, for example `3mo` from the palette. */
  | { readonly view: 'choose'; readonly typed?: string }
  /** One advance: how far it is, and afterwards what happened. */
  | { readonly view: 'advance'; readonly advanceId: string };

/** The sheet of the clock. Any part of the console may open it. */
export const clockSheet = createStore<ClockSheetView>({ view: 'closed' });

/** Opens the sheet where a person chooses how far to move the clock. */
export const chooseMove = (typed?: string): void =>
  clockSheet.set({ view: 'choose', ...(typed !== undefined && { typed }) });

/** Closes the sheet. An advance that plays continues. */
export const closeClockSheet = (): void => clockSheet.set({ view: 'closed' });
