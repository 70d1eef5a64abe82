import { useDeferredValue } from 'react';

/**
 * Returns what a list reads and shows: the state of the address, one paint later. The click or key
 * that changes the address is painted at once; the rows are rendered after it, and a further key
 * stops that rendering.
 */
export function useReadState<State>(state: State): State {
  return useDeferredValue(state);
}
