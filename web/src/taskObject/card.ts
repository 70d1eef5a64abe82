/** A card in the form that a person enters. */
export interface CardEntry {
  readonly token: string;
  /** `09/2029`, `9/29`. */
  readonly expires: string;
}

/** Returns the fault of an entry in words; undefined when it can be sent. */
export function cardFault({ token, expires }: CardEntry): string | undefined {
  if (token.trim() === '') return 'Enter the token that the gateway’s form returned.';
  if (/^[\d -]{12,}$/.test(token.trim()))
    return 'This looks like a card number. Enter a token: numbers may not reach this server.';
  if (!expiryOf(expires)) return 'Enter month and year, for example 09/2029.';
  return undefined;
}

/** Parses `09/2029` and `9/29`; undefined when the text is not a month. */
export function expiryOf(text: string): { month: number; year: number } | undefined {
  const match = /^\s*(\d{1,2})\s*[/-]\s*(\d{2}|\d{4})\s*$/.exec(text);
  const month = Number(match?.[1]);
  if (!match || month < 1 || month > 12) return undefined;
  const year = Number(match[2]);
  return { month, year: year < 100 ? 2000 + year : year };
}
