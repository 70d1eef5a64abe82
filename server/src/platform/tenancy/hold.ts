import type { Merchant } from './merchant.ts';

/**
 * The reason why nothing of a merchant is charged or sent (docs/operating.md): it `moved` to
 * another installation, or it `arrived` from one and no operator has confirmed it yet.
 */
export type Hold = 'moved' | 'arrived';

/** The section of a merchant's settings with the hold. */
export const holdSection = 'hold';

/** Returns the hold of the merchant; undefined when it is charged as usual. */
export function holdOf({ settings }: Pick<Merchant, 'settings'>): Hold | undefined {
  const hold = settings[holdSection];
  // A section that cannot be parsed counts as a hold, so that nothing is charged by mistake.
  return hold === undefined ? undefined : hold === 'moved' ? 'moved' : 'arrived';
}

/**
 * The section of a merchant's settings by which a person stopped its charges. Everything else
 * continues, unlike during a hold.
 */
export const chargesOffSection = 'charges_off';

/** Who stopped the charges of a merchant, why, and since when (ISO 8601 in UTC). */
export interface ChargesOff {
  readonly reason: string;
  readonly since: string;
  /** The name of the merchant's user or key. Absent: the operator stopped them by a command. */
  readonly by?: string;
}

/** Returns the stop of the merchant's charges; undefined when they are on. */
export function chargesOffOf({ settings }: Pick<Merchant, 'settings'>): ChargesOff | undefined {
  const off = settings[chargesOffSection] as Partial<ChargesOff> | null | undefined;
  if (off === undefined) return undefined;
  // A stop that cannot be parsed also stops the charges.
  return {
    reason: String(off?.reason ?? 'unknown'),
    since: String(off?.since ?? 'unknown'),
    ...(off?.by !== undefined && { by: String(off.by) }),
  };
}
