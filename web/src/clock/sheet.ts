import { createStore } from '../kit/store.ts';

/** The view that the sheet of the clock shows. */
export type ClockSheetView =
  | { readonly view: 'closed' }
  /** The choice of a moment; `typed` fills the field, for example `3mo` from the palette. */
  | { readonly view: 'choose'; readonly typed?: string }
  /** One advance: its progress, and afterwards its results. */
  | { readonly view: 'advance'; readonly advanceId: string };

/** The state of the sheet of the clock. Any part of the console may open the sheet. */
export const clockSheet = createStore<ClockSheetView>({ view: 'closed' });

/** Opens the sheet in which a person chooses a move of the clock. */
export const chooseMove = (typed?: string): void =>
  clockSheet.set({ view: 'choose', ...(typed !== undefined && { typed }) });

/** Closes the sheet. A running advance continues. */
export const closeClockSheet = (): void => clockSheet.set({ view: 'closed' });
