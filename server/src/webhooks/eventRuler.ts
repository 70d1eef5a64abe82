import ipaddr from 'ipaddr.js';
import { fold } from '../kernel/caseFolding.ts';
import { nestedDeeper } from '../kernel/jsonDepth.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';

/**
 * Decides which events a subscription wants (webhook reference, event_ruler): a pattern in the
 * language of AWS Event Ruler, matched against the object of the event. The fields of a pattern are
 * joined by "and", the values in a field's list by "or". A list in the event matches when one of
 * its elements matches, and conditions on several fields of an element must hold for the same
 * element.
 */
export type Rule = (object: unknown) => boolean;

const patternLengthMax = 8_192;
const patternDepthMax = 20;

/** Parses a pattern that a client sends: {@link parseRule} with limits of size and depth. */
export function parseNewRule(text: string): Outcome<Rule, string> {
  if (text.length > patternLengthMax)
    return failure(`it is longer than ${patternLengthMax} characters`);
  if (nestedDeeper(text, patternDepthMax))
    return failure(`it is nested deeper than ${patternDepthMax} levels`);
  return parseRule(text);
}

/**
 * Parses a pattern; the reason of a failure names the field and the allowed values. Accepts any
 * size, because patterns were stored before there were limits. A pattern so deep that it overflows
 * the stack is a failure.
 */
export function parseRule(text: string): Outcome<Rule, string> {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    return failure('it is not valid JSON');
  }
  try {
    return success(objectRule(pattern, ''));
  } catch (error) {
    if (error instanceof PatternFault) return failure(error.message);
    if (error instanceof RangeError) return failure('it is nested too deeply');
    throw error;
  }
}

class PatternFault extends Error {}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Leaf = (value: unknown) => boolean;

/** A matcher of one value; `absent` says whether it matches a field that is missing. */
interface Matcher {
  readonly matches: Leaf;
  readonly absent: boolean;
}

function objectRule(pattern: unknown, path: string): Rule {
  if (!isObject(pattern)) throw new PatternFault(`${path || 'the pattern'} must be an object`);
  const entries = Object.entries(pattern);
  if (entries.length === 0)
    throw new PatternFault(`${path || 'the pattern'} is empty; name at least one field`);
  const rules = entries.map(([key, part]) =>
    key === '$or' ? orRule(part, path) : fieldRule(key, part, path),
  );
  return (object) => rules.every((rule) => rule(object));
}

function orRule(part: unknown, path: string): Rule {
  if (!Array.isArray(part) || part.length < 2)
    throw new PatternFault(`${join(path, '$or')} must be a list of at least two patterns`);
  const rules = part.map((each) => objectRule(each, join(path, '$or')));
  return (object) => rules.some((rule) => rule(object));
}

function fieldRule(key: string, part: unknown, path: string): Rule {
  const field = join(path, key);
  if (Array.isArray(part)) return leafRule(key, part, field);
  const inner = objectRule(part, field);
  return (object) => elementsOf(fieldOf(object, key)).some(inner);
}

function leafRule(key: string, part: readonly unknown[], field: string): Rule {
  if (part.length === 0)
    throw new PatternFault(`${field} is an empty list; name at least one value`);
  const matchers = part.map((each) => matcherOf(each, field));
  return (object) => {
    const value = fieldOf(object, key);
    // Only leaf values count as present: an object is present through its fields, and an empty list
    // contains nothing.
    const values = elementsOf(value).filter((each) => !isObject(each));
    if (values.length === 0) return matchers.some((matcher) => matcher.absent);
    return matchers.some((matcher) => values.some(matcher.matches));
  };
}

function matcherOf(given: unknown, field: string): Matcher {
  if (given === null || ['string', 'number', 'boolean'].includes(typeof given))
    return present((value) => value === given);
  if (!isObject(given))
    throw new PatternFault(`${field} holds a list in its list; name values or matchers`);
  const [entry, ...more] = Object.entries(given);
  if (!entry || more.length > 0)
    throw new PatternFault(
      `${field} holds a matcher with ${more.length + (entry ? 1 : 0)} names; give it one`,
    );
  const [name, argument] = entry;
  if (name === 'exists') return existsMatcher(argument, field);
  if (name === 'anything-but') return present(anythingBut(argument, field));
  return present(namedMatcher(name, argument, field));
}

const present = (matches: Leaf): Matcher => ({ matches, absent: false });

function existsMatcher(argument: Json, field: string): Matcher {
  if (typeof argument !== 'boolean') throw new PatternFault(`${field}: exists takes true or false`);
  return { matches: () => argument, absent: !argument };
}

/** Matches a value that is present and equals none of the named values. */
function anythingBut(argument: Json, field: string): Leaf {
  if (isObject(argument)) {
    const [entry, ...more] = Object.entries(argument);
    if (!entry || more.length > 0 || !negatable.has(entry[0]))
      throw new PatternFault(
        `${field}: anything-but takes values, or one of ${[...negatable].join(', ')}`,
      );
    const matchers = listOf(entry[1]).map((each) => namedMatcher(entry[0], each, field));
    return (value) => !matchers.some((matches) => matches(value));
  }
  const values = listOf(argument);
  if (
    values.length === 0 ||
    !values.every((value) => typeof value === 'string' || typeof value === 'number')
  ) {
    throw new PatternFault(`${field}: anything-but takes strings or numbers`);
  }
  return (value) => !values.includes(value as string);
}

const negatable = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);

function namedMatcher(name: string, argument: Json, field: string): Leaf {
  switch (name) {
    case 'prefix':
    case 'suffix':
      return affixMatcher(name, argument, field);
    case 'equals-ignore-case': {
      const wanted = fold(requiredText(argument, name, field));
      return (value) => typeof value === 'string' && fold(value) === wanted;
    }
    case 'wildcard':
      return wildcardMatcher(requiredText(argument, name, field), field);
    case 'numeric':
      return numericMatcher(argument, field);
    case 'cidr':
      return cidrMatcher(requiredText(argument, name, field), field);
    default:
      throw new PatternFault(
        `${field}: ${name} is not a valid matcher; use prefix, suffix, equals-ignore-case, ` +
          'wildcard, anything-but, numeric, exists or cidr',
      );
  }
}

function affixMatcher(name: 'prefix' | 'suffix', argument: Json, field: string): Leaf {
  const ignoresCase = isObject(argument);
  const given = ignoresCase ? argument['equals-ignore-case'] : argument;
  const affix = ignoresCase
    ? fold(requiredText(given, name, field))
    : requiredText(given, name, field);
  return (value) => {
    if (typeof value !== 'string') return false;
    const text = ignoresCase ? fold(value) : value;
    return name === 'prefix' ? text.startsWith(affix) : text.endsWith(affix);
  };
}

/**
 * Matches a text with wildcards: `*` matches any characters; `\*` and `\\` match `*` and `\`.
 * Written by hand instead of as a regular expression, so that no pattern can make it slow.
 */
function wildcardMatcher(pattern: string, field: string): Leaf {
  const parts = wildcardParts(pattern, field);
  return (value) => typeof value === 'string' && matchesParts(value, parts);
}

function wildcardParts(pattern: string, field: string): string[] {
  const parts = [''];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') {
      if (pattern[i + 1] === '*')
        throw new PatternFault(`${field}: wildcard has two stars in a row; one is enough`);
      parts.push('');
    } else if (char === '\\') {
      const next = pattern[++i];
      if (next !== '*' && next !== '\\')
        throw new PatternFault(
          `${field}: wildcard takes a backslash only before a star or a backslash`,
        );
      parts[parts.length - 1] += next;
    } else parts[parts.length - 1] += char;
  }
  return parts;
}

/**
 * Checks that the text starts with the first part, ends with the last, and contains those between
 * in order, each as early as possible.
 */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0]!;
  if (parts.length === 1) return text === first;
  const last = parts.at(-1)!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let from = first.length;
  const until = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > until) return false;
    from = found + part.length;
  }
  return true;
}

const comparisons: ReadonlyMap<unknown, (value: number, bound: number) => boolean> = new Map([
  ['=', (value, bound) => value === bound],
  ['<', (value, bound) => value < bound],
  ['<=', (value, bound) => value <= bound],
  ['>', (value, bound) => value > bound],
  ['>=', (value, bound) => value >= bound],
]);

function numericMatcher(argument: Json, field: string): Leaf {
  const fault = () =>
    new PatternFault(
      `${field}: numeric takes a comparison and a number, or a lower and an upper bound, such as [">", 0, "<=", 5]`,
    );
  if (!Array.isArray(argument) || (argument.length !== 2 && argument.length !== 4)) throw fault();
  const tests: Leaf[] = [];
  for (let i = 0; i < argument.length; i += 2) {
    const compare = comparisons.get(argument[i]);
    const bound = argument[i + 1];
    if (!compare || typeof bound !== 'number') throw fault();
    tests.push((value) => typeof value === 'number' && compare(value, bound));
  }
  const [lower, , upper] = argument as string[];
  if (
    argument.length === 4 &&
    !(
      lower!.startsWith('>') &&
      upper!.startsWith('<') &&
      (argument[1] as number) < (argument[3] as number)
    )
  )
    throw fault();
  return (value) => tests.every((test) => test(value));
}

function cidrMatcher(range: string, field: string): Leaf {
  if (!ipaddr.isValidCIDR(range))
    throw new PatternFault(`${field}: cidr takes a range such as 10.0.0.0/24 or 2001:db8::/32`);
  const network = ipaddr.parseCIDR(range);
  return (value) => {
    if (typeof value !== 'string' || !ipaddr.isValid(value)) return false;
    const address = ipaddr.parse(value);
    return address.kind() === network[0].kind() && address.match(network);
  };
}

function requiredText(argument: Json | undefined, name: string, field: string): string {
  if (typeof argument === 'string' && argument !== '') return argument;
  throw new PatternFault(`${field}: ${name} takes a text that is not empty`);
}

/**
 * Returns the elements of a list, at any depth; the value itself if it is not a list; nothing if it
 * is absent.
 */
function elementsOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(elementsOf) : [value];
}

function fieldOf(object: unknown, key: string): unknown {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);
const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
