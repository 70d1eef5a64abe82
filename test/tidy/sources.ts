import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One of our source files, taken apart for the rules: what it imports, its code, its texts. */
export interface Source {
  /** From the root, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The file with comments and texts blanked out, so positions stay. */
  readonly code: string;
  /** String and template literals, where SQL lives. */
  readonly texts: readonly Piece[];
  readonly lines: number;
}

export interface Import extends Piece {
  /** What it leads to: a path from the root, or a package's name. */
  readonly target: string;
  /** `import type` and `export type`: gone before anything runs. */
  readonly typeOnly: boolean;
}

/** A part of a file and the line where it begins. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** Every TypeScript file of ours that is not a test. */
export function readSources(root: string): Source[] {
  const paths = globSync('{contract,server,sdk,web,bench,scripts}/**/*.{ts,tsx}', {
    cwd: root,
    exclude: ['**/node_modules/**'],
  });
  return paths
    .filter((path) => !/\.(test|long)\.tsx?$/.test(path))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Takes a file apart. */
export function parseSource(path: string, text: string): Source {
  const { code, texts } = separate(text);
  return {
    path,
    code,
    texts,
    imports: importsOf(path, text, code),
    lines: text.split('\n').length - 1,
  };
}

export const lineAt = (text: string, index: number): number =>
  text.slice(0, index).split('\n').length;

const importPattern =
  /^[ \t]*(?:import|export)\b([^;'"]*?)from\s*['"]|^[ \t]*import\s*['"]|\bimport\(\s*['"]/gm;

function importsOf(path: string, text: string, code: string): Import[] {
  return [...text.matchAll(importPattern)].flatMap((match) => {
    // Blanked in `code`: the match lies in a comment or in a text.
    if (!/\b(import|export)\b/.test(code.slice(match.index, match.index + match[0].length)))
      return [];
    const start = match.index + match[0].length;
    const specifier = /[^'"]*/.exec(text.slice(start))![0];
    return [
      {
        text: specifier,
        target: resolved(path, specifier),
        typeOnly: /^\s*type\b/.test(match[1] ?? ''),
        line: lineAt(text, match.index + match[0].search(/\S/)),
      },
    ];
  });
}

function resolved(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier));
  return specifier.replace(/^@perennial\/(\w+)\//, '$1/src/');
}

/** Tells code, comments and texts apart. What stands in a template's `${}` counts as text: no rule looks at code there. */
function separate(text: string): { code: string; texts: Piece[] } {
  const texts: Piece[] = [];
  const code = text.replace(token, (match, index: number) => {
    if (match.startsWith('/'))
      return match.startsWith('//') || match.startsWith('/*') ? blank(match) : match;
    texts.push({ text: match.slice(1, -1), line: lineAt(text, index) });
    return match[0] + blank(match.slice(1, -1)) + match[0];
  });
  return { code, texts };
}

// Comments; regular expressions, whose quotes begin no text; the three kinds of texts, templates with one level of `${}`.
const token = new RegExp(
  [
    String.raw`\/\*[\s\S]*?\*\/`,
    String.raw`\/\/[^\n]*`,
    String.raw`(?<=[=(,:!&|?{;\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/`,
    String.raw`'(?:\\.|[^'\\\n])*'`,
    String.raw`"(?:\\.|[^"\\\n])*"`,
    '`(?:\\\\.|\\$\\{(?:[^{}`]|\\{[^{}]*\\}|`(?:[^`\\\\]|\\\\.)*`)*\\}|[^`\\\\])*`',
  ].join('|'),
  'g',
);

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
