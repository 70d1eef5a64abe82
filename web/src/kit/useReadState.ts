import { useDeferredValue } from 'react';

/**
 * Returns the state for reading and drawing a list: that of the address, one paint later. The click
 * or key that changes the address is painted at once; the rows are rendered afterwards, and another
 * key interrupts that rendering.
 */
export function useReadState<State>(state: State): State {
  return useDeferredValue(state);
}
