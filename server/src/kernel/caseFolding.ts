/*
 * Prepares texts for comparison: ignores case and the composition of accents. PostgreSQL's function
 * `fold` (migration 0055) gives the same result, whatever the database's locale; a test compares
 * both for every character. All comparisons without case use this file.
 */

/**
 * Folds a text for comparison. The result is the same for capital and small letters (Σ σ ς, ẞ ß ss,
 * İ, Cherokee, Deseret), and for composed and decomposed accents. The dotless ı differs from i, and
 * İ from I, because they are different letters.
 */
export const fold = (text: string): string =>
  isAscii.test(text) ? text.toLowerCase() : foldLetters(text);

/**
 * Like {@link fold}, without surrounding blanks, for texts that people type into a filter or a
 * form.
 */
export const foldTrimmed = (text: string): string => fold(text.trim());

/** Returns the stored form of a code that we issue, which has letters from A to Z. */
export const upperCode = (text: string): string =>
  text.trim().replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** Folds one composed character. */
export function foldCharacter(character: string): string {
  if (character === 'ı') return character;
  let folded = '';
  // It folds letter by letter, because a sigma at the end of a word has a different small letter.
  for (const letter of character.toLowerCase().toUpperCase()) folded += letter.toLowerCase();
  return folded;
}

const isAscii = /^[\0-\x7f]*$/;

function foldLetters(text: string): string {
  let folded = '';
  for (const character of text.normalize('NFC')) folded += foldCharacter(character);
  return folded.normalize('NFC');
}
