import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, isAny } from './rules.ts';
import { lineAt, type Piece, type Source } from './sources.ts';

/**
 * A pattern of words that readers have to read twice, the usual words for them, and a sentence as a
 * sample.
 */
export interface HouseWord {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly sample: string;
}

/** Words that comments, messages and documents may not use. */
export const houseWords: readonly HouseWord[] = [
  {
    pattern: /(?:^|[.;:] )answers? (?!at\b|the customer)/i,
    instead: 'returns',
    sample: 'Writes the record; answers its version.',
  },
  {
    pattern: /\banswer(?:s|ed|ing)? (?:with|undefined|true|false|null|whether|how|what|\d{3}\b)/i,
    instead: 'returns, responds with',
    sample: 'The server answers 204 at once.',
  },
  {
    pattern: /\b(?:tells?|told|telling) of\b/i,
    instead: 'reports, describes',
    sample: 'Events tell of changes.',
  },
  {
    pattern:
      /\b(?:stands?|stood|standing) (?:in|at|on|under|behind|between|before|there|still|alone)\b(?! for)/i,
    instead: 'is in, is at, does not move',
    sample: 'The message stands in the header.',
  },
  {
    pattern: /\bbeside\b/i,
    instead: 'next to, along with, in addition to',
    sample: 'A signature beside the old one.',
  },
  { pattern: /\bmend(?:s|ed|ing)?\b/i, instead: 'fix', sample: 'The message names the mend.' },
  {
    pattern: /\b(?:whoever|nobody|somebody|anybody|everybody)\b/i,
    instead: 'the actor by name: the worker, the client, no user',
    sample: 'Whoever holds the link may pay.',
  },
  {
    pattern: /-{8,}/,
    instead: 'nothing, or a file for each part',
    sample: '---------------------------------------- the parts',
  },
  { pattern: /\bso many\b/i, instead: 'N, this number of', sample: 'Waits so many days.' },
  {
    pattern: /(?<!\bthere )\b(?:is|are|was|were) no (?!longer|more|such|better|less)\w+/i,
    instead: 'is not a, is not a valid',
    sample: '`amount` is no amount in USD.',
  },
  {
    pattern: /\bthe look\b|\blook(?:s|ed|ing)? at\b/i,
    instead: 'the check; checks, reads',
    sample: 'The look at due rows is cheap.',
  },
  {
    pattern: /^Has \w/,
    instead: 'a verb in the third person: schedules, checks',
    sample: 'Has the gateway asked again.',
  },
  {
    pattern:
      /\b(?:lies|lie|lay|lying) (?:in|on|ahead|before|behind|beyond|outside|within|between)\b/i,
    instead: 'is in, is before, is within',
    sample: 'The date lies in the past.',
  },
  {
    pattern: /\bof (?:its|their|our|his|her|your) own\b/i,
    instead: 'separate, our own …, or nothing',
    sample: 'Each test has a database of its own.',
  },
  {
    pattern: /\b(?:goes|go|going|went|gone) on\b/i,
    instead: 'continues',
    sample: 'The others go on.',
  },
  {
    pattern:
      /\b(?:comes?|came|coming) along\b|\b(?:hears?|heard|hearing) (?:of|each|every|nothing|about)\b/i,
    instead: 'receives, is notified of',
    sample: 'The socket hears of the change.',
  },
  {
    pattern: /\b(?:says?|said) of\b|\bwhat\b[^.]{0,70}\bkn(?:ows?|own|ew) of\b/i,
    instead: 'says about, knows about',
    sample: 'What the gateway knows of the card.',
  },
  { pattern: /\basked for\b/i, instead: 'requested', sample: 'The parts that were asked for.' },
  { pattern: /\bmade up\b/i, instead: 'generated', sample: 'The key is made up at the start.' },
  { pattern: /\banew\b/i, instead: 'again', sample: 'The plan is made anew.' },
  {
    pattern: /\bwhat(?:ever)? (?:becomes|became) of\b/i,
    instead: 'the outcome of',
    sample: 'What became of a charge.',
  },
  {
    pattern: /\b(?:held|holds?|holding) (?:it|them|these|those|\w+ \w+) against\b/i,
    instead: 'compares with',
    sample: 'Holds the books against the records.',
  },
];

/** A text that may contain such a word, and the reason. */
export interface AllowedWords {
  readonly files: readonly string[];
  /** The word is allowed only inside this text. Absent: it is allowed anywhere in the files. */
  readonly text?: string;
  readonly because: string;
}

/**
 * The texts for people in one file: comments and texts of a source file, or paragraphs of a
 * document.
 */
export interface Prose {
  readonly path: string;
  readonly pieces: readonly Piece[];
}

/** Returns the comments of a source file and its literals that are sentences. */
export function proseOf({ path, comments, texts }: Source): Prose {
  return { path, pieces: [...comments, ...texts.filter(({ text }) => isSentence(text))] };
}

/** Whether a text is for people: at least three words, and not SQL. */
const isSentence = (text: string): boolean =>
  /\S\s+\S+\s+\S/.test(text) && !/^\s*(?:select|with|insert|update|delete)\s/.test(text);

/** Reads every Markdown document, without its code and the names in backticks. */
export function readDocuments(root: string): Prose[] {
  const exclude = ['**/node_modules/**', 'data/**'];
  return globSync('**/*.md', { cwd: root, exclude })
    .sort()
    .map((path) => ({ path, pieces: paragraphsOf(readFileSync(join(root, path), 'utf8')) }));
}

/** Splits Markdown into paragraphs, each with the number of its first line. */
export function paragraphsOf(markdown: string): Piece[] {
  const hidden = (code: string): string => code.replace(/[^\n]/g, 'x');
  const text = markdown.replace(/^```.*?^```|`[^`\n]*`/gms, hidden);
  return [...text.matchAll(/(?:^.*\S.*\n?)+/gm)].map((match) => ({
    text: match[0],
    line: lineAt(text, match.index),
  }));
}

/** Finds the words of the list, except where they are allowed. */
export function doubtfulWords(
  prose: readonly Prose[],
  words: readonly HouseWord[],
  allowed: readonly AllowedWords[],
): Fault[] {
  return prose.flatMap(({ path, pieces }) => {
    const here = allowed.filter(({ files }) => isAny(path, files));
    if (here.some(({ text }) => text === undefined)) return [];
    return pieces.flatMap(({ text, line }) => {
      const plain = here.reduce((rest, { text = '' }) => rest.replaceAll(text, ''), flowing(text));
      return words.flatMap(({ pattern, instead }) => {
        const found = pattern.exec(plain)?.[0].trim();
        return found ? [`${path}:${line}: "${found}": write ${instead}`] : [];
      });
    });
  });
}

/** Returns the text on one line, without the marks of comments. */
const flowing = (text: string): string =>
  text
    .replace(/^[*\s]+/, '')
    .replace(/\s*\n\s*(?:\/\/|\*|>)?\s*/g, ' ')
    .trim();
