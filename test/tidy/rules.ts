import { matchesGlob } from 'node:path';
import { type Import, lineAt, type Source } from './sources.ts';

/** A fault and its place: `path:line: …`. */
export type Fault = string;

const fault = (source: Source, line: number, what: string): Fault =>
  `${source.path}:${line}: ${what}`;
/** Whether a path matches one of the globs. */
export const isAny = (path: string, globs: readonly string[]): boolean =>
  globs.some((glob) => matchesGlob(path, glob));

/** A part of the project: its files, and the other parts that it may import. */
export interface Room {
  readonly files: readonly string[];
  readonly mayImport: readonly string[];
}

/**
 * Finds imports between rooms that no arrow allows, and files that belong to no room. Imports of
 * types count as well, because they also make one room depend on another.
 */
export function wrongImports(
  sources: readonly Source[],
  rooms: Readonly<Record<string, Room>>,
): Fault[] {
  const roomOf = (path: string) =>
    Object.keys(rooms).find((name) => isAny(path, rooms[name]!.files));
  return sources.flatMap((source) => {
    const from = roomOf(source.path);
    if (from === undefined)
      return [fault(source, 1, 'belongs to no room; add its folder to the table of rooms')];
    return source.imports.filter(isOurs).flatMap(({ target, line }) => {
      const to = roomOf(target);
      if (to === from || (to !== undefined && rooms[from]!.mayImport.includes(to))) return [];
      return [
        fault(
          source,
          line,
          `${from} may not import ${to ?? target}; it may import ${rooms[from]!.mayImport.join(', ') || 'nothing'}`,
        ),
      ];
    });
  });
}

/**
 * Finds circles of files that import one another. Types and lazy imports count, because they also
 * make one file depend on another.
 */
export function cycles(sources: readonly Source[]): Fault[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: Fault[] = [];
  const walk = (source: Source, trail: readonly string[]): void => {
    for (const { target, line } of source.imports) {
      const next = byPath.get(target);
      if (!next) continue;
      if (trail.includes(target))
        found.push(
          fault(
            source,
            line,
            `closes a circle: ${[...trail.slice(trail.indexOf(target)), target].join(' → ')}`,
          ),
        );
      else if (!done.has(target)) walk(next, [...trail, target]);
    }
    done.add(source.path);
  };
  for (const source of sources) if (!done.has(source.path)) walk(source, [source.path]);
  return found;
}

/** Words that only some files may contain, and the reason. */
export interface Reserved {
  readonly what: string;
  readonly pattern: RegExp;
  readonly where: readonly string[];
}

/** Finds reserved words outside the files that may use them. */
export function wrongWords(sources: readonly Source[], reserved: readonly Reserved[]): Fault[] {
  return sources.flatMap((source) =>
    reserved
      .filter(({ where }) => !isAny(source.path, where))
      .flatMap(({ what, pattern }) =>
        [...source.code.matchAll(new RegExp(pattern, 'g'))].map((match) =>
          fault(source, lineAt(source.code, match.index), `${match[0].trim()}: ${what}`),
        ),
      ),
  );
}

/**
 * Finds rule files that wait for something, or import anything except the kernel, the contract,
 * other rule files and pure packages. Types may be imported from anywhere, because they have no
 * effect.
 */
export function impurities(
  sources: readonly Source[],
  isPure: (path: string) => boolean,
  packages: readonly string[],
): Fault[] {
  return sources
    .filter(({ path }) => isPure(path))
    .flatMap((source) => [
      ...[...source.code.matchAll(/\basync\b|\bawait\b/g)].map((match) =>
        fault(
          source,
          lineAt(source.code, match.index),
          `${match[0]} in a rule file: rules get data and return data`,
        ),
      ),
      ...source.imports
        .filter(
          ({ target, typeOnly }) =>
            !typeOnly && (isOurs({ target }) ? !isPure(target) : !packages.includes(target)),
        )
        .map(({ text, line }) => fault(source, line, `a rule file may not import ${text}`)),
    ]);
}

/**
 * Finds statements on tables that belong to another room: writes outside the owner's stores, and
 * reads where the owner may not be imported.
 */
export function foreignTables(
  sources: readonly Source[],
  owners: Readonly<Record<string, string>>,
  mayRead: (path: string, owner: string) => boolean,
): Fault[] {
  return sources.flatMap((source) =>
    source.texts.flatMap(({ text, line }) =>
      tablesIn(text, Object.keys(owners)).flatMap(({ table, verb, index }) => {
        const owner = owners[table]!;
        const at = line + lineAt(text, index) - 1;
        // The platform has no stores: its folders are small, and each owns its own tables.
        const isStore =
          source.path.startsWith(`${owner}/`) &&
          (owner.startsWith('server/src/platform') ||
            /(^|\/)(store|[a-z]\w*Store)\.ts$/.test(source.path));
        if (isStore || (verb === 'reads' && mayRead(source.path, owner))) return [];
        return [fault(source, at, `${verb} ${table}, which belongs to the stores of ${owner}`)];
      }),
    ),
  );
}

function tablesIn(
  text: string,
  tables: readonly string[],
): { table: string; verb: 'reads' | 'writes'; index: number }[] {
  if (!/\b(select|insert\s+into|update|delete\s+from|with|from|join)\b/.test(text)) return [];
  const pattern = new RegExp(
    String.raw`\b(from|join|insert\s+into|update|delete\s+from|lock\s+table|truncate)` +
      String.raw`\s+(?:only\s+)?(${tables.join('|')})\b(?=\s|\)|,|;|$)`,
    'g',
  );
  return [...text.matchAll(pattern)]
    .filter((match) => isStatement(text, match[1]!))
    .map((match) => ({
      table: match[2]!,
      verb: /^(from|join)$/.test(match[1]!) ? 'reads' : 'writes',
      index: match.index,
    }));
}

// A message to a person may also contain "from item 3", so a statement must have more keywords than
// its verb.
function isStatement(text: string, verb: string): boolean {
  if (/^(insert|delete)/.test(verb)) return true;
  if (verb === 'update') return /\bset\b/.test(text);
  return /\bselect\b|\bmerchant_id\b|\bon\b|\bwhere\b/.test(text);
}

/** Finds imports of the contract that are not only types. */
export function contractValues(sources: readonly Source[]): Fault[] {
  return sources.flatMap((source) =>
    source.imports
      .filter(({ target, typeOnly }) => target.startsWith('contract/') && !typeOnly)
      .map(({ text, line }) => fault(source, line, `import only types from ${text}`)),
  );
}

/**
 * Finds files of the console that call the server, except those of the shell and each `queries.ts`.
 */
export function networkInParts(sources: readonly Source[]): Fault[] {
  const mayCall = (path: string) =>
    /^web\/src\/(api|shell)\/|\/queries\.ts$|^web\/src\/main\.tsx$/i.test(path);
  return sources
    .filter(({ path }) => !mayCall(path))
    .flatMap((source) =>
      source.imports
        .filter(({ target, typeOnly }) => target.startsWith('web/src/api/') && !typeOnly)
        .map(({ text, line }) =>
          fault(source, line, `parts get values; move the call of ${text} to queries.ts`),
        ),
    );
}

/** Finds tables without an owner, and owners of tables that no longer exist. */
export function unownedTables(
  tables: readonly string[],
  owners: Readonly<Record<string, string>>,
): Fault[] {
  return [
    ...tables
      .filter((table) => !(table in owners))
      .map((table) => `table ${table}: name its owner in the table of owners`),
    ...Object.keys(owners)
      .filter((table) => !tables.includes(table))
      .map((table) => `table ${table}: no migration creates it`),
  ];
}

/**
 * Finds files with a name that says nothing, files that only re-export, and files that are too long
 * to be read at once.
 */
export function poorFiles(
  sources: readonly Source[],
  linesMax: number,
  catalogues: readonly string[],
): Fault[] {
  return sources.flatMap((source) => {
    const name = source.path.split('/').at(-1)!;
    const isBarrel =
      source.code.trim() !== '' &&
      source.code
        .replace(/\bexport\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s*from\s*(['"]) *\4;?/g, '')
        .trim() === '';
    return [
      ...(/^(utils?|types?|helpers?|common|misc|shared)\.tsx?$/.test(name) &&
      !isAny(source.path, catalogues)
        ? [fault(source, 1, `a file called ${name} says nothing; name it after what it holds`)]
        : []),
      ...(isBarrel ? [fault(source, 1, 'only re-exports; import from where the things are')] : []),
      ...(source.widths.length > linesMax && !isAny(source.path, catalogues)
        ? [fault(source, 1, `${source.widths.length} lines; split it, or list it as a catalogue`)]
        : []),
    ];
  });
}

/** Finds exports of these files without a doc comment. */
export function undocumented(sources: readonly Source[]): Fault[] {
  return sources.flatMap((source) =>
    source.undocumented.map(({ text, line }) =>
      fault(source, line, `${text} is exported; say in a doc comment what it is or does`),
    ),
  );
}

/**
 * Finds names that two files export for different things. A store and the operations above it may
 * use the same name for the same act, and `shared` lists names that mean the same in both files.
 */
export function homonyms(sources: readonly Source[], shared: readonly string[]): Fault[] {
  const places = new Map<string, Source[]>();
  for (const source of sources)
    for (const { text: name } of source.exported)
      places.set(name, [...(places.get(name) ?? []), source]);
  return [...places]
    .filter(([name, { length }]) => length > 1 && !shared.includes(name))
    .filter(([, files]) => !isActOfTwoLayers(files.map(({ path }) => path)))
    .map(([name, files]) => {
      const others = files.slice(1).map(({ path }) => path);
      return fault(files[0]!, 1, `${name} is something else in ${others.join(', ')}: rename one`);
    });
}

function isActOfTwoLayers(paths: readonly string[]): boolean {
  const folders = new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/'))));
  const stores = paths.filter((path) => /[sS]tore\.ts$/.test(path));
  const operations = paths.filter((path) => /[oO]perations\.ts$/.test(path));
  const { length } = paths;
  return folders.size === 1 && length === 2 && stores.length === 1 && operations.length === 1;
}

const isOurs = ({ target }: Pick<Import, 'target'>): boolean =>
  /^(contract|server|sdk|web|test|bench|scripts)\//.test(target);
