import { fold } from './caseFolding.ts';

/** Returns a postal code as it is compared: folded, without blanks and hyphens. */
export const plainPostalCode = (code: string): string => fold(code).replace(/[\s-]/g, '');

/**
 * Returns the codes of an address as they are compared: its own, and the first five digits
 * of an American one of nine, because the last four name a street.
 */
export function postalCodesAt(code: string, country: string | undefined): readonly string[] {
  const plain = plainPostalCode(code);
  const isStreet = fold((country ?? '').trim()) === 'us' && /^\d{9}$/.test(plain);
  return isStreet ? [plain, plain.slice(0, 5)] : [plain];
}
