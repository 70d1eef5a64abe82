/** The first digits of an issuer's numbers (a range is inclusive), and their possible lengths. */
interface Issuer {
  readonly name: string;
  readonly starts: readonly (string | readonly [from: string, to: string])[];
  readonly lengths: readonly number[];
  /**
   * Lengths that trade items (GTIN) have as well. A number with a valid GTIN check digit does not
   * count as a card number.
   */
  readonly sharedLengths?: readonly number[];
}

const long = [16, 17, 18, 19];

// Visa's numbers with 13 digits were withdrawn long ago, and phone numbers and GTINs have that form
// today. Universal Air Travel Plan (1, 15 digits) would match the serial numbers of most devices.
const issuers: readonly Issuer[] = [
  { name: 'Visa', starts: ['4'], lengths: [16, 19] },
  // biome-ignore format: one issuer a line
  { name: 'Mastercard', starts: [['51', '55'], ['2221', '2720']], lengths: [16] },
  { name: 'American Express', starts: ['34', '37'], lengths: [15] },
  {
    name: 'Diners Club',
    starts: [['300', '305'], '3095', '36', ['38', '39']],
    lengths: [14, 16],
  },
  { name: 'Discover, RuPay, Hipercard', starts: ['60', ['644', '649'], '65'], lengths: long },
  { name: 'JCB', starts: [['3528', '3589']], lengths: long },
  { name: 'UnionPay, RuPay', starts: ['62', '81', '82'], lengths: long },
  { name: 'InstaPayment, Hiper', starts: [['637', '639'], '6363'], lengths: long },
  { name: 'Elo, Verve, RuPay', starts: [['506', '509']], lengths: long },
  { name: 'Dankort', starts: ['5019'], lengths: [16] },
  { name: 'Mir', starts: [['2200', '2204']], lengths: long },
  { name: 'Troy', starts: ['9792'], lengths: [16] },
  {
    name: 'Maestro',
    starts: ['5018', '5020', '5038', '5612', '5893', '6304', '6390', '67'],
    lengths: [15, ...long],
    sharedLengths: [12, 13, 14],
  },
];

/** The smallest number of digits in a card number. */
export const shortestCardNumber = 12;
/** The largest number of digits in a card number. */
export const longestCardNumber = 19;

/** Whether plain digits are a possible card number: issuer prefix, length and check digit fit. */
export function isCardNumber(digits: string): boolean {
  const kinds = issuersByFirstDigit[digits.charCodeAt(0) - 48];
  return kinds !== undefined && kinds.some((issuer) => isOf(issuer, digits)) && isLuhnValid(digits);
}

/**
 * Whether a card number can begin with this character's code and have this many digits. Without a
 * length, whether it can begin with it at all.
 */
export function canBeginCardNumber(code: number, length?: number): boolean {
  const lengths = lengthsByFirstDigit[code - 48] ?? 0;
  return length === undefined ? lengths !== 0 : ((lengths >> length) & 1) === 1;
}

/** Whether the check digit is valid for a payment card (ISO/IEC 7812, annex B). */
export function isLuhnValid(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const counted = i % 2 === 0 ? digit : digit * 2;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

function isOf({ starts, lengths, sharedLengths }: Issuer, digits: string): boolean {
  const isLength =
    lengths.includes(digits.length) ||
    (sharedLengths?.includes(digits.length) === true && !isTradeItem(digits));
  return isLength && starts.some((start) => beginsWith(digits, start));
}

function beginsWith(digits: string, start: Issuer['starts'][number]): boolean {
  if (typeof start === 'string') return digits.startsWith(start);
  const own = digits.slice(0, start[0].length);
  return own >= start[0] && own <= start[1];
}

/** Whether the check digit is valid for GTIN-12, -13 or -14: weights 3 and 1 from the right. */
function isTradeItem(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++)
    sum += (digits.charCodeAt(digits.length - 1 - i) - 48) * (i % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

const issuersByFirstDigit: readonly (readonly Issuer[] | undefined)[] = Array.from(
  { length: 10 },
  (_, digit) => {
    const own = issuers.filter(({ starts }) =>
      starts.some((start) => (typeof start === 'string' ? start : start[0])[0] === String(digit)),
    );
    return own.length > 0 ? own : undefined;
  },
);

/** The possible lengths as bits. */
const lengthsByFirstDigit: readonly number[] = issuersByFirstDigit.map((own = []) =>
  own
    .flatMap(({ lengths, sharedLengths = [] }) => [...lengths, ...sharedLengths])
    .reduce((bits, length) => bits | (1 << length), 0),
);
