import { createStore, useStore } from './store.ts';

/**
 * The time on the merchant's clock, as the server last reported it: a test clock may be in another
 * year. Before the first report, it is this browser's time.
 */
export const merchantNow = createStore<string>(new Date().toISOString());

/** Returns the merchant's current time, for distances and for leaving out the year. */
export const useNow = (): string => useStore(merchantNow);

/** Returns the merchant's current time: that of a test clock, or that of this machine. */
export const presentMoment = (isTest: boolean): string =>
  isTest ? merchantNow.get() : new Date().toISOString();
