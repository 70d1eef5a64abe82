import {
  canBeginCardNumber,
  isCardNumber,
  longestCardNumber,
  shortestCardNumber,
} from './cardIssuers.ts';

/*
 * Finds card numbers in one text. It runs on every text of every request body. So a text with few
 * digits costs only one check per character, and groups of digits are stored in arrays of numbers.
 */

/** Whether a text contains a card number, as it is or as a browser shows it. */
export function holdsCardNumber(text: string): boolean {
  if (text.length < shortestCardNumber) return false;
  if (holdsShown(text)) return true;
  const shown = text.replace(markup, ' ');
  return shown !== text && holdsShown(shown);
}

function holdsShown(text: string): boolean {
  const plain = plainDigits(text);
  return plain !== undefined && holdsPlain(plain) && holdsPlain(withoutNames(plain));
}

/** HTML tags and character references. They can separate digits without a visible letter. */
const markup = /<\/?[a-z][^<>]{0,100}>|&(?:[a-z]{2,10}|#\d{1,6}|#x[0-9a-f]{1,5});/gi;

/** Whether adjacent groups make up a card number that ends with the last group. */
export function completesCardNumber(groups: readonly string[]): boolean {
  scratch.clear();
  for (const group of groups) {
    for (let i = 0; i < group.length; i++) scratch.addDigit(group.charCodeAt(i));
    scratch.endGroup(0, 0);
  }
  for (let first = 0; first + 1 < groups.length; first++)
    if (scratch.endOfPrinted(first) === groups.length - 1) return true;
  return false;
}

/**
 * Returns the text with digits of all scripts as 0 to 9 and letters of other scripts as N.
 * Undefined if it has too few digits for a card number.
 */
export function plainDigits(text: string, least: number = shortestCardNumber): string | undefined {
  let [inRun, isForeign, isEnough] = [0, false, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) isEnough ||= ++inRun >= least;
    else if (code > 127) isForeign = true;
    else if (isLetter(code)) inRun = 0;
  }
  if (!isForeign) return isEnough ? text : undefined;
  const hasForeignNumbers = foreignNumber.test(text);
  if (!isEnough && !hasForeignNumbers) return undefined;
  const counted = hasForeignNumbers ? text.replace(foreignNumbers, plainDigit) : text;
  return counted.replace(/[^\0-\x7f]+/g, (part) => (/\p{L}/u.test(part) ? 'N' : part));
}

const foreignNumber = /[^\P{N}0-9]/u;
const foreignNumbers = new RegExp(foreignNumber, 'gu');

/**
 * Returns the plain digits of another script's digit, a circled number or a superscript. Other
 * numbers become a letter, which ends a run.
 */
function plainDigit(character: string): string {
  if (!/\p{Nd}/u.test(character)) return /\d+/.exec(character.normalize('NFKC'))?.[0] ?? 'N';
  // Decimal digits occur in blocks of ten, from zero to nine (Unicode, section 4.6).
  const code = character.codePointAt(0)!;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}

const lineFeed = 10;
const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;

/**
 * Whether a text contains a card number. Letters and numbers that are too long end a run of groups;
 * any other character may separate groups.
 */
function holdsPlain(text: string): boolean {
  scratch.clear();
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) {
      i++;
      if (isLetter(code) && scratch.endRun(text)) return true;
      continue;
    }
    let end = i + 1;
    while (isDigit(text.charCodeAt(end))) end++;
    if (end - i > longestCardNumber) {
      if (scratch.endRun(text)) return true;
    } else if (scratch.addGroup(text, i, end)) return true;
    i = end;
  }
  return scratch.endRun(text);
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Groups of digits without a letter between them, with the start of each in the text. */
class Groups {
  readonly #digits = new Uint8Array(capacity);
  /**
   * For each digit, the sum of the digits before it. The first list doubles those at even places,
   * the second those at odd places. So checking any range takes one subtraction.
   */
  readonly #sums = [new Int32Array(capacity + 1), new Int32Array(capacity + 1)] as const;
  readonly #groupStarts = new Int32Array(capacity);
  readonly #groupEnds = new Int32Array(capacity);
  /** The number of digits up to the end of each group. */
  readonly #digitEnds = new Int32Array(capacity);
  /** 1 if a line ends between the group and the next one. */
  readonly #breaksLine = new Uint8Array(capacity);
  #digitCount = 0;
  #count = 0;

  addDigit(code: number): void {
    const place = this.#digitCount++;
    const digit = code - 48;
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
    const [even, odd] = this.#sums;
    even[place + 1] = even[place]! + (place % 2 === 0 ? doubled : digit);
    odd[place + 1] = odd[place]! + (place % 2 === 0 ? digit : doubled);
    this.#digits[place] = code;
  }

  endGroup(start: number, end: number): void {
    this.#breaksLine[this.#count] = 0;
    this.#groupStarts[this.#count] = start;
    this.#groupEnds[this.#count] = end;
    this.#digitEnds[this.#count++] = this.#digitCount;
  }

  /**
   * Adds the digits from `start` to `end`. Returns true if the buffer is full and its groups
   * contain a card number.
   */
  addGroup(text: string, start: number, end: number): boolean {
    let keptFrom = start;
    if (this.#digitCount + longestCardNumber > capacity) {
      // Groups that may be part of a number that continues here are checked again.
      if (this.#count > longestCardNumber)
        keptFrom = this.#groupStarts[this.#count - longestCardNumber]!;
      if (this.endRun(text)) return true;
    }
    let from = keptFrom;
    for (let i = this.#count > 0 ? this.#groupEnds[this.#count - 1]! : keptFrom; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code === lineFeed && this.#count > 0) this.#breaksLine[this.#count - 1] = 1;
      if (!isDigit(code)) from = i + 1;
      else {
        this.addDigit(code);
        if (i + 1 === end || !isDigit(text.charCodeAt(i + 1))) this.endGroup(from, i + 1);
      }
    }
    return false;
  }

  clear(): void {
    this.#digitCount = this.#count = 0;
  }

  /** Whether the groups contain a card number. Clears the groups. */
  endRun(text: string): boolean {
    const holds =
      this.#digitCount >= shortestCardNumber && (this.#hasPrinted() || this.#hasEven(text));
    this.clear();
    return holds;
  }

  /**
   * Returns the last of the groups that begin at `first` and form a card number, split as on
   * printed cards or digit by digit. Undefined if they do not.
   */
  endOfPrinted(first: number): number | undefined {
    const start = this.#startOf(first);
    if (!canBeginCardNumber(this.#digits[start]!)) return undefined;
    if (this.#digitEnds[first]! - start === 1) return this.#endOfSpelled(first, start);
    for (let at = first; at < this.#count; at++) {
      const length = this.#digitEnds[at]! - start;
      if (length > longestCardNumber) return undefined;
      if (this.#isCard(start, start + length)) return at;
      if (((printedBreaks >> length) & 1) === 0) return undefined;
      if (this.#breaksLine[at] !== this.#breaksLine[first]) return undefined;
    }
    return undefined;
  }

  #endOfSpelled(first: number, start: number): number | undefined {
    for (let length = shortestCardNumber; length <= longestCardNumber; length++) {
      const last = first + length - 1;
      if (last >= this.#count || this.#digitEnds[last]! - start !== length) return undefined;
      if (this.#isCard(start, start + length)) return last;
    }
    return undefined;
  }

  #hasPrinted(): boolean {
    for (let first = 0; first < this.#count; first++)
      if (this.endOfPrinted(first) !== undefined) return true;
    return false;
  }

  /**
   * Whether three or more groups of any size form a card number, with the same separator between
   * all of them. Two groups may be a decimal number.
   */
  #hasEven(text: string): boolean {
    for (let first = 0; first + 2 < this.#count; ) {
      let last = first + 1;
      while (last + 1 < this.#count && this.#isSameGap(first, last, text)) last++;
      if (last - first >= 2 && this.#isCard(this.#startOf(first), this.#digitEnds[last]!))
        return true;
      first = last;
    }
    return false;
  }

  #startOf(group: number): number {
    return group === 0 ? 0 : this.#digitEnds[group - 1]!;
  }

  #isCard(from: number, to: number): boolean {
    const length = to - from;
    if (length > longestCardNumber || !canBeginCardNumber(this.#digits[from]!, length))
      return false;
    // The last digit, at `to - 1`, is not doubled; the one before it is.
    const sums = this.#sums[to % 2 === 0 ? 0 : 1];
    return (
      (sums[to]! - sums[from]!) % 10 === 0 &&
      isCardNumber(String.fromCharCode(...this.#digits.subarray(from, to)))
    );
  }

  /** Whether the same separator follows both groups. */
  #isSameGap(one: number, other: number, text: string): boolean {
    const [oneStart, otherStart] = [this.#groupEnds[one]!, this.#groupEnds[other]!];
    const length = this.#groupStarts[one + 1]! - oneStart;
    if (length !== this.#groupStarts[other + 1]! - otherStart) return false;
    for (let i = 0; i < length; i++)
      if (text.charCodeAt(oneStart + i) !== text.charCodeAt(otherStart + i)) return false;
    return true;
  }
}

// The number of digits that are checked together. A longer list of numbers is checked in parts.
const capacity = 4096;
// One buffer is enough for all texts, because the check is synchronous.
const scratch = new Groups();

// The numbers of digits after which a card number is usually split: 4-4-4-4(-3), 4-6-5, 8-8, 6-10,
// 10-6.
const printedBreaks = [4, 6, 8, 10, 12, 16].reduce((bits, place) => bits | (1 << place), 0);

/** Returns the text with UUIDs, hashes and bank account numbers (IBAN) replaced by a letter. */
const withoutNames = (text: string): string =>
  text
    .replace(/(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])/gi, 'N')
    .replace(/(?<!\w)(?=\d*[a-f])[0-9a-f]{24,128}(?!\w)/gi, (word) =>
      hexLengths.has(word.length) ? 'N' : word,
    )
    .replace(ibanShape, (word) => (isIban(word) ? 'N' : word));

const hexLengths = new Set([24, 32, 40, 48, 56, 64, 96, 128]);
const ibanShape =
  /(?<!\w)[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?!\w)/g;

/**
 * Whether the check digits of ISO 13616 are right: the number modulo 97 is 1, with its first four
 * characters moved to the end and letters as 10 to 35.
 */
function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '');
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4))
    rest = Number(`${rest}${Number.parseInt(character, 36)}`) % 97;
  return rest === 1;
}
