/*
 * How texts are compared: without case, and however their accents were typed. PostgreSQL's function
 * `fold` (migration 0055) gives the same text for the same text, whatever the database's locale; a
 * test compares both for every character. Nothing else lowers what is compared.
 */

/**
 * A text as it is compared. It is the same for a text, for its capital and its small letters (Σ σ
 * ς, ẞ ß ss, İ, Cherokee, Deseret), and for composed and decomposed accents. The dotless ı differs
 * from i, and İ from I, because they are different letters.
 */
export const fold = (text: string): string =>
  isAscii.test(text) ? text.toLowerCase() : foldLetters(text);

/** As {@link fold}, without blanks around it: what people type into a filter or a form. */
export const foldTrimmed = (text: string): string => fold(text.trim());

/** Returns the stored form of a code that we issue, with letters from A to Z. */
export const upperCode = (text: string): string =>
  text.trim().replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** One character, composed, as it is compared. */
export function foldCharacter(character: string): string {
  if (character === 'ı') return character;
  let folded = '';
  // Letter by letter, because a sigma at the end of a word has a different small letter.
  for (const letter of character.toLowerCase().toUpperCase()) folded += letter.toLowerCase();
  return folded;
}

const isAscii = /^[\0-\x7f]*$/;

function foldLetters(text: string): string {
  let folded = '';
  for (const character of text.normalize('NFC')) folded += foldCharacter(character);
  return folded.normalize('NFC');
}
