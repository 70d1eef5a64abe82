import type { FieldFault } from '../kernel/fieldFault.ts';

/**
 * The shortest and the longest password, in characters of any script. Length protects better than a
 * mix of character classes.
 */
export const passwordLength = { min: 12, max: 200 } as const;

/**
 * Returns why a new password is refused, apart from being a common one; undefined when it is
 * allowed.
 */
export function passwordFault(
  password: string,
  field: string,
  /** The user's and the merchant's names, which an attacker tries first. */
  words: readonly string[],
): FieldFault | undefined {
  const { min, max } = passwordLength;
  const characters = [...password.normalize('NFC')];
  if (characters.length < min || characters.length > max)
    return { field, reason: `has ${characters.length} characters`, fix: `Send ${min} to ${max}` };
  if (new Set(characters).size < differentMin)
    return { field, reason: 'repeats a few characters', fix: guessed };
  if ([...withoutWords(password, words)].length < restMin)
    return {
      field,
      reason: 'is little more than the name of the user, of the merchant or of this product',
      fix: guessed,
    };
  return undefined;
}

const differentMin = 5;
/** The minimum length of a password without the names in it. */
const restMin = 6;
const guessed = 'Send one that is hard to guess, such as four unrelated words';

/** The refusal of a password on the list of common ones. */
export const commonPassword = (field: string): FieldFault => ({
  field,
  reason: 'is one of the passwords that attackers try first',
  fix: guessed,
});

/**
 * Returns the spellings of a password to look up in a list of common ones: as it is, in lower case,
 * and without the digits and marks that people add at the end.
 */
export function spellings(password: string): string[] {
  const lower = password.normalize('NFC').toLowerCase();
  return [...new Set([password, lower, lower.replace(/[\d\W_]+$/u, '')])].filter(
    (each) => each.length >= shortestListed,
  );
}

const shortestListed = 8;

function withoutWords(password: string, words: readonly string[]): string {
  const parts = [...words, 'perennial', 'password']
    .flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)])
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= 4)
    .sort((one, other) => other.length - one.length);
  return parts.reduce((rest, part) => rest.replaceAll(part, ''), password.toLowerCase());
}
