import { createStore, useStore } from './store.ts';

/**
 * The merchant's moment, as the server last reported it: a test clock may be in another year.
 * Before the first report it is this browser's time.
 */
export const merchantNow = createStore<string>(new Date().toISOString());

/** The merchant's present moment for distances and for leaving out the year. */
export const useNow = (): string => useStore(merchantNow);

/** The merchant's moment: that of a test clock, or that of this machine. */
export const presentMoment = (isTest: boolean): string =>
  isTest ? merchantNow.get() : new Date().toISOString();
