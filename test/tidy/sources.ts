import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Comment, type EcmaScriptModule, parseSync } from 'oxc-parser';

/** One of our source files, parsed for the rules. */
export interface Source {
  /** The path from the root, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The file with comments and texts blanked out, so that positions stay the same. */
  readonly code: string;
  /** String and template literals, which may contain SQL. */
  readonly texts: readonly Piece[];
  /** Comments without their marks. Consecutive line comments are one comment. */
  readonly comments: readonly Piece[];
  /** The names that the file declares and exports. */
  readonly exported: readonly Piece[];
  /** The names of exports without a comment above them. */
  readonly undocumented: readonly Piece[];
  readonly functions: readonly Body[];
  /** The lines on which the type `any` is written. */
  readonly anyLines: readonly number[];
  /** The length of each line in columns. */
  readonly widths: readonly number[];
}

export interface Import extends Piece {
  /** The imported path from the root, or the name of a package. */
  readonly target: string;
  /** Whether only types are imported, so that the import does not exist when the code runs. */
  readonly typeOnly: boolean;
}

/** A part of a file and the line where it begins. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** A function with a block body. */
export interface Body {
  /** The name with which it is declared or assigned; empty for a callback. */
  readonly name: string;
  readonly line: number;
  /** The number of lines of the body, including its braces. */
  readonly lines: number;
}

/** Reads every TypeScript file of ours that is not a test. */
export function readSources(root: string): Source[] {
  return readFiles(root, '{contract,server,sdk,web,bench,scripts}/**/*.{ts,tsx}').filter(
    ({ path }) => !isTest(path),
  );
}

/** Reads every test, and what only tests use. */
export function readTests(root: string): Source[] {
  return readFiles(root, '{contract,server,sdk,web,test,bench,scripts}/**/*.{ts,tsx}').filter(
    ({ path }) => path.startsWith('test/') || isTest(path),
  );
}

const isTest = (path: string): boolean => /\.(test|long|suite)\.tsx?$/.test(path);

function readFiles(root: string, glob: string): Source[] {
  const exclude = ['**/node_modules/**', '**/*.d.ts'];
  return globSync(glob, { cwd: root, exclude })
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Parses one file. Fails when it is not valid TypeScript. */
export function parseSource(path: string, text: string): Source {
  const { program, comments, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]!.message}`);
  const found = collect(program);
  const lines = text.split('\n');
  return {
    path,
    code: blanked(text, [...comments, ...found.texts]),
    texts: found.texts.map(({ start, end }) => ({
      text: text.slice(start + 1, end - 1),
      line: lineAt(text, start),
    })),
    comments: commentsOf(text, comments),
    exported: exportsOf(program, text),
    undocumented: undocumentedIn(program, text, comments),
    imports: importsOf(path, text, module),
    functions: found.functions.map(({ name, start, end }) => {
      const line = lineAt(text, start);
      return { name, line, lines: lineAt(text, end) - line + 1 };
    }),
    anyLines: found.anys.map(({ start }) => lineAt(text, start)),
    widths: lines.slice(0, lines.at(-1) === '' ? -1 : undefined).map((line) => line.length),
  };
}

export const lineAt = (text: string, index: number): number =>
  text.slice(0, index).split('\n').length;

function commentsOf(text: string, comments: readonly Comment[]): Piece[] {
  const found: (Piece & { end: number })[] = [];
  for (const { type, value, start, end } of comments) {
    const last = found.at(-1);
    if (type === 'Line' && last && /^\n[ \t]*$/.test(text.slice(last.end, start)))
      found[found.length - 1] = { ...last, text: `${last.text}\n${value}`, end };
    else found.push({ text: value, line: lineAt(text, start), end: type === 'Line' ? end : -1 });
  }
  return found.map(({ text: value, line }) => ({ text: value, line }));
}

/**
 * Matches a model or its type. These are documented by a sentence that is an argument of the model.
 */
const isModel = /^export (?:const \w+ = (?:model|answer)\(|type \w+ =\s+Static<\s*typeof \w+\s*>)/;

function undocumentedIn(program: unknown, text: string, comments: readonly Comment[]): Piece[] {
  const ends = new Set(comments.map(({ end }) => end));
  const isDocumented = ({ start }: Node) =>
    ends.has(text.slice(0, start).trimEnd().length) || isModel.test(text.slice(start));
  return exportsOf(program, text, (node) => !isDocumented(node));
}

function exportsOf(
  program: unknown,
  text: string,
  isWanted: (node: Node) => boolean = () => true,
): Piece[] {
  return (program as { body: Node[] }).body
    .filter((node) => node.type === 'ExportNamedDeclaration' && isNode(node['declaration']))
    .filter(isWanted)
    .map(({ start, declaration }) => ({
      text: exportedName(declaration as Node),
      line: lineAt(text, start),
    }));
}

function exportedName(declaration: Node): string {
  const [first] = (declaration['declarations'] ?? []) as Node[];
  return nameOf(declaration) ?? (first && nameOf(first)) ?? '';
}

function importsOf(path: string, text: string, module: EcmaScriptModule): Import[] {
  const found = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      request: moduleRequest,
      typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports.flatMap(({ entries }) => {
      const request = entries[0]?.moduleRequest;
      return request ? [{ request, typeOnly: entries.every(({ isType }) => isType) }] : [];
    }),
    ...module.dynamicImports.map(({ moduleRequest: request }) => ({ request, typeOnly: false })),
  ];
  return found
    .map(({ request: { start, end }, typeOnly }) => {
      const specifier = text.slice(start + 1, end - 1);
      return {
        text: specifier,
        target: resolved(path, specifier),
        typeOnly,
        line: lineAt(text, start),
      };
    })
    .sort((a, b) => a.line - b.line);
}

function resolved(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier));
  return specifier.replace(/^@perennial\/(\w+)\//, '$1/src/');
}

/** A node of the syntax tree (ESTree with TypeScript). */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

interface Collected {
  readonly texts: Node[];
  readonly functions: { readonly name: string; readonly start: number; readonly end: number }[];
  readonly anys: Node[];
}

/**
 * Collects the literals, functions and `any`s of a tree. A template is one literal, including the
 * code in its `${}`.
 */
function collect(program: unknown): Collected {
  const found: Collected = { texts: [], functions: [], anys: [] };
  visit(program, '', (node, name) => {
    const body = node['body'];
    if (isText(node)) found.texts.push(node);
    if (node.type === 'TSAnyKeyword') found.anys.push(node);
    if (isFunction(node) && isNode(body) && body.type === 'BlockStatement')
      found.functions.push({ name, start: body.start, end: body.end });
  });
  return found;
}

/** Calls `look` with each node and its name, parents first. */
function visit(node: unknown, name: string, look: (node: Node, name: string) => void): void {
  if (Array.isArray(node)) for (const each of node) visit(each, name, look);
  if (!isNode(node)) return;
  const given = nameOf(node) ?? (isFunction(node) ? name : '');
  look(node, given);
  for (const [field, child] of Object.entries(node))
    if (typeof child === 'object' && field !== 'parent') visit(child, given, look);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const isText = ({ type, value }: Node): boolean =>
  type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');

const isFunction = ({ type }: Node): boolean =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(type);

/** Returns the name in `id` or `key` of a declaration, a variable, a method or a property. */
function nameOf(node: Node): string | undefined {
  const named = node['id'] ?? node['key'];
  const name = isNode(named) ? (named['name'] ?? named['value']) : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Returns the text with these spans blanked: whole comments, and literals between their quotes. */
function blanked(text: string, spans: readonly { type: string; start: number; end: number }[]) {
  const characters = text.split('');
  for (const { type, start, end } of spans) {
    const edge = type === 'Line' || type === 'Block' ? 0 : 1;
    for (let i = start + edge; i < end - edge; i++) if (characters[i] !== '\n') characters[i] = ' ';
  }
  return characters.join('');
}
