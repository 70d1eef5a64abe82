import type { Merchant } from './merchant.ts';

/**
 * Why nothing of a merchant is charged or sent (docs/operating.md): it `moved` to another
 * installation, or it `arrived` from one and no operator has confirmed it yet.
 */
export type Hold = 'moved' | 'arrived';

/** The section of a merchant's settings that holds it. */
export const holdSection = 'hold';

/** Returns what holds the merchant; undefined when it is charged as usual. */
export function holdOf({ settings }: Pick<Merchant, 'settings'>): Hold | undefined {
  const hold = settings[holdSection];
  // A section that cannot be read counts as a hold: the other reading would charge.
  return hold === undefined ? undefined : hold === 'moved' ? 'moved' : 'arrived';
}
