import { createStore, useStore } from './store.ts';

/**
 * The merchant's moment, as it was last heard from the server: a test clock may be in another year.
 * Until then it is this browser's.
 */
export const merchantNow = createStore<string>(new Date().toISOString());

/** The merchant's present moment for distances and for leaving out the year. */
export const useNow = (): string => useStore(merchantNow);
