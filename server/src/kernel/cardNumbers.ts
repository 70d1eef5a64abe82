/**
 * The path (`payment.credit_card.card_number`) of the first text anywhere in `value` that holds a card number: 12 to 19 digits with a valid
 * Luhn sum, written plainly or in the groups that are printed on cards. Undefined when there is none.
 */
export function findCardNumber(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return holdsCardNumber(value) ? path : undefined;
  if (Array.isArray(value)) return firstOf(value.map((each, i) => [`${path}[${i}]`, each]));
  if (typeof value === 'object' && value !== null) {
    return firstOf(
      Object.entries(value).map(([name, each]) => [path === '' ? name : `${path}.${name}`, each]),
    );
  }
  return undefined;
}

/** The last four digits of a masked card number (`XXXXXXXXXXXX1111`, `************1111`, `1111`); undefined when the text is no such thing. */
export function lastFourOf(masked: string): string | undefined {
  return /^[Xx*•.\s-]*(\d{4})$/.exec(masked.trim())?.[1];
}

/** How the wire shows a card: all masked but the last four digits. */
export const maskedCardNumber = (lastFour: string): string => `XXXXXXXXXXXX${lastFour}`;

/** Whether digits add up as those of payment cards do (ISO/IEC 7812, annex B). */
export function isLuhnValid(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const counted = i % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

function firstOf(entries: Iterable<readonly [string, unknown]>): string | undefined {
  for (const [path, value] of entries) {
    const found = findCardNumber(value, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

// Digits inside a longer word are part of that word: hexadecimal tokens and UUIDs hold such runs by chance. Groups of other lengths are order
// numbers of other shops (112-1234567-1234567).
const candidates = new RegExp(
  ['\\d{12,19}', '\\d{4}([ -])\\d{4}\\1\\d{4}(?:\\1\\d{1,7})?', '\\d{4}([ -])\\d{6}\\2\\d{4,5}']
    .map((shape) => `(?<![a-z0-9]|[a-z0-9]-)${shape}(?![a-z0-9]|-[a-z0-9])`)
    .join('|'),
  'gi',
);

function holdsCardNumber(text: string): boolean {
  if (text.length < 12) return false;
  return (text.match(candidates) ?? []).some((candidate) => {
    const digits = candidate.replace(/\D/g, '');
    return isLuhnValid(digits) && !/^0+$/.test(digits);
  });
}
