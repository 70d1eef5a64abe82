import { Refused } from './refused.ts';

/** The result of a write, or the server's refusal. */
export type Attempt<T> = { readonly done: T } | { readonly refused: Refused };

/** Runs a write and returns a refusal as a value. */
export async function attempt<T>(write: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { done: await write() };
  } catch (error) {
    if (error instanceof Refused) return { refused: error };
    throw error;
  }
}
