import { createHash } from 'node:crypto';

/*
 * Decides which statements PostgreSQL keeps prepared. Each name is a plan that every connection
 * keeps, and the plan of a large projection takes a hundred kilobytes. Requests make the variants
 * of large statements, for example by `_expand`, so a client could fill the memory of PostgreSQL
 * with them.
 */

/** The limits on the statement names of one process. */
export interface NameLimits {
  /** The number of uses after which a statement gets a name. */
  readonly uses: number;
  /** The most statements with names. */
  readonly names: number;
  /** The length from which a statement is large. */
  readonly largeLength: number;
  /** The total length of all large statements with names. */
  readonly largeTotal: number;
}

/** All statements of the code have names, and some sixty of the largest variants. */
export const nameLimits: NameLimits = {
  uses: 3,
  names: 2000,
  largeLength: 4_000,
  largeTotal: 1_000_000,
};

/** Gives names to statements that are sent often, within limits. Others are sent without a name. */
export class StatementNames {
  readonly #limits: NameLimits;
  readonly #names = new Map<string, string>();
  #uses = new Map<string, number>();
  #largeTotal = 0;

  constructor(limits: NameLimits = nameLimits) {
    this.#limits = limits;
  }

  /** Returns the name of a statement, or undefined when it has none. Each call is a use. */
  of(text: string): string | undefined {
    return this.#names.get(text) ?? this.#nameNow(text);
  }

  #nameNow(text: string): string | undefined {
    const { uses, names, largeLength, largeTotal } = this.#limits;
    if (this.#names.size >= names) return undefined;
    const isLarge = text.length >= largeLength;
    if (isLarge && this.#largeTotal + text.length > largeTotal) return undefined;
    const used = (this.#uses.get(text) ?? 0) + 1;
    if (used < uses) {
      // Cleared as a whole, so that counts of rare statements do not accumulate.
      if (this.#uses.size >= names) this.#uses = new Map();
      this.#uses.set(text, used);
      return undefined;
    }
    this.#uses.delete(text);
    if (isLarge) this.#largeTotal += text.length;
    const name = createHash('sha256').update(text).digest('hex').slice(0, 24);
    this.#names.set(text, name);
    return name;
  }
}
