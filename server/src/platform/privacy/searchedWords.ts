import { hasAddressForm } from '../../kernel/mailAddress.ts';
/*
 * Removes a person from records of other customers. Only texts that name no one else are removed
 * there: the person's own emails and full names. Phones and streets stay, because a household
 * shares them.
 */
import { redactionOf } from './redaction.ts';

/** The texts by which a person is found in others' records, in lower case. */
export interface SearchedWords {
  readonly emails: readonly string[];
  /** Each name as `last, first`. */
  readonly names: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Collects the emails and names of a person from rows about the person: profiles, orders and auto
 * orders. Names of recipients and copies of mails are left out, because they may be other people.
 */
export function searchedWords(rows: readonly object[]): SearchedWords {
  const emails = new Set<string>();
  const names = new Set<string>();
  for (const row of rows as readonly Fields[]) {
    const { billing } = { ...(row['document'] as Fields | undefined), ...row };
    const addresses = [billing].flat().filter(isFields);
    for (const email of [row['email'], row['billing_email'], ...addresses.map((a) => a['email'])])
      if (typeof email === 'string' && hasAddressForm(email.trim()))
        emails.add(email.trim().toLowerCase());
    const pairs = addresses.map((each) => [each['first_name'], each['last_name']]);
    for (const pair of [...pairs, [row['billing_first_name'], row['billing_last_name']]]) {
      const [first, last] = pair.map((part) => (typeof part === 'string' ? part.trim() : ''));
      if (first!.length > 1 && last!.length > 1) names.add(`${last}, ${first}`.toLowerCase());
    }
  }
  return { emails: [...emails].sort(), names: [...names].sort() };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const emailField = /email/i;

/** Removes a person's words from a record of another person. */
export interface OthersRedaction {
  /**
   * The words to search for in a record's texts, in lower case, also in the escaped form of JSON.
   */
  readonly needles: readonly string[];
  text(text: string): string;
  list(texts: readonly string[]): string[];
  json(value: unknown): unknown;
}

/**
 * Returns the redaction for others' records. In text, `(erased)` replaces a word. A field or list
 * element that contains only the email is removed, because a mail may be sent to it.
 */
export function othersRedaction({ emails, names }: SearchedWords): OthersRedaction {
  const words = [...emails, ...names, ...names.map(firstLast)];
  const needles = [...new Set(words.flatMap((word) => [word, JSON.stringify(word).slice(1, -1)]))];
  const { text } = redactionOf(needles, false);
  const known = new Set(emails);
  const isOwn = (value: unknown): boolean =>
    typeof value === 'string' && known.has(value.trim().toLowerCase());
  const list = (texts: readonly unknown[]) => texts.filter((each) => !isOwn(each));
  const json = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return list(value).map(json);
    if (!isFields(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, part]) => !(emailField.test(key) && isOwn(part)))
        .map(([key, part]) => [key, json(part)]),
    );
  };
  return {
    needles,
    text,
    list: (texts) => list(texts).map((each) => text(String(each))),
    json,
  };
}

const firstLast = (name: string): string => name.replace(/^(.*?), (.*)$/s, '$2 $1');
