import {
  canBeginCardNumber,
  isCardNumber,
  longestCardNumber,
  shortestCardNumber,
} from './cardIssuers.ts';

/*
 * Finds card numbers in one text. It runs on every text of every request body, so a text with few
 * digits costs one check per character, and groups of digits are kept in lists of numbers.
 */

/** Whether a text holds a card number, as it is or as a browser shows it. */
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

/** Tags of HTML and references to characters, which break up digits without a letter to be seen. */
const markup = /<\/?[a-z][^<>]{0,100}>|&(?:[a-z]{2,10}|#\d{1,6}|#x[0-9a-f]{1,5});/gi;

/**
 * Whether groups that were found side by side break a card number whose last digit is their last.
 */
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
 * The digits of a text as 0 to 9 and letters of other scripts as N; undefined when there are too
 * few digits for a card number.
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
 * The plain digits of another script's digit, circled number or superscript; other numbers become a
 * letter, which ends a run.
 */
function plainDigit(character: string): string {
  if (!/\p{Nd}/u.test(character)) return /\d+/.exec(character.normalize('NFKC'))?.[0] ?? 'N';
  // Decimal digits come in blocks of ten, from zero to nine (Unicode, section 4.6).
  const code = character.codePointAt(0)!;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}

const lineFeed = 10;
const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;

/**
 * Letters end a run of groups, and so does a number that is too long; any other character may
 * separate groups.
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

/** Groups of digits without a letter between them, and where in the text each begins. */
class Groups {
  readonly #digits = new Uint8Array(capacity);
  /**
   * For each digit the sum of those before it, every second one doubled: those at even places in
   * the first list, at odd ones in the second. So the check of any stretch is one subtraction.
   */
  readonly #sums = [new Int32Array(capacity + 1), new Int32Array(capacity + 1)] as const;
  readonly #groupStarts = new Int32Array(capacity);
  readonly #groupEnds = new Int32Array(capacity);
  /** How many digits there are up to the end of each group. */
  readonly #digitEnds = new Int32Array(capacity);
  /** 1 where a line ends behind the group, before the next one. */
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
   * Adds the digits from `start` to `end`; true when the groups are too many to keep and hold a
   * card number.
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

  /** Whether the groups hold a card number; they are forgotten. */
  endRun(text: string): boolean {
    const holds =
      this.#digitCount >= shortestCardNumber && (this.#hasPrinted() || this.#hasEven(text));
    this.clear();
    return holds;
  }

  /**
   * The last of the groups that begin at `first` and break a card number where printed cards do, or
   * each digit alone; undefined when they don't.
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
   * Three groups or more, of any size, with one separator between them and another around them. Two
   * are a decimal number.
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

// Digits that are checked together; a longer list of numbers is checked in pieces.
const capacity = 4096;
// One buffer for all texts, because the check never waits.
const scratch = new Groups();

// After which digits a card or a hurried hand breaks: 4-4-4-4(-3), 4-6-5, 8-8, 6-10, 10-6.
const printedBreaks = [4, 6, 8, 10, 12, 16].reduce((bits, place) => bits | (1 << place), 0);

/** The text with UUIDs, hashes and bank account numbers (IBAN) as a letter. */
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
 * The check digits of ISO 13616: the number, its first four characters put last and letters as 10
 * to 35, leaves 1 by 97.
 */
function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '');
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4))
    rest = Number(`${rest}${Number.parseInt(character, 36)}`) % 97;
  return rest === 1;
}
