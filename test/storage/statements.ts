import type { DatabasePool } from '../../server/src/platform/storage/database.ts';

/**
 * Returns the tables with rows of merchants: their primary key begins with the merchant and has
 * more columns.
 */
export async function tenantTables(db: DatabasePool): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(`
    select c.relname as name
    from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where i.indisprimary and a.attname = 'merchant_id' and i.indnkeyatts > 1
      and not c.relispartition
    order by 1`);
  return rows.map((row) => row.name);
}

/** Returns every statement that the server ran on one of the tables, each once. */
export async function seenStatements(
  admin: DatabasePool,
  tables: readonly string[],
): Promise<string[]> {
  await admin.run('create extension if not exists pg_stat_statements');
  const rows = await admin.rows<{ query: string }>(
    'select distinct query from pg_stat_statements where query ~* $1',
    [`\\m(${tables.join('|')})\\M`],
  );
  return rows.map((row) => row.query);
}

/**
 * Whether a statement equals one of these. Constants, parameters and lists of them count as equal:
 * PostgreSQL 18 reports a list of constants as one constant.
 */
export function isOneOf(statement: string, known: readonly string[]): boolean {
  return known.some((each) => withoutConstants(each) === withoutConstants(statement));
}

const withoutConstants = (statement: string): string =>
  statement
    .replace(/--.*$/gm, ' ')
    .replace(/\/\*, \.\.\. \*\//g, ' ')
    .replace(/'(?:[^']|'')*'|\$\d+|\b(?:\d+|true|false)\b/g, '?')
    .replace(/\?(?:\s*,\s*\?)+/g, '?')
    .replace(/\(\s*\?\s*\)/g, '(?)')
    .replace(/\s+/g, ' ')
    .replace(/;\s*$/, '')
    .trim();

/**
 * Returns the tables that a statement reads or changes without an equality on their merchant. Such
 * a statement would read every merchant's rows, and on distributed tables it would run on every
 * node. Inserted rows contain their merchant, so they need no equality.
 */
export function unfilteredTables(statement: string, tables: readonly string[]): string[] {
  const text = statement
    .replace(/--.*$/gm, ' ')
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/'(?:[^']|'')*'/g, "''")
    .toLowerCase();
  if (!/^\s*(with|select|update|delete|merge|insert)\b/.test(text)) return [];
  const names = new RegExp(
    `(?:\\bfrom|\\bjoin|\\bupdate|\\busing|,` +
      `)\\s+(?:only\\s+)?(?:public\\.)?(${tables.join('|')})\\b` +
      `(?:\\s+(?:as\\s+)?(?!(?:${keywords})\\b)([a-z_]\\w*))?(?!\\s*\\()`,
    'g',
  );
  const unfiltered = [...text.matchAll(names)].filter(
    ([, table = '', alias = table]) => !hasMerchantEquality(text, alias),
  );
  return [...new Set(unfiltered.map(([, table = '']) => table))];
}

const keywords =
  'set|where|join|inner|left|right|full|cross|natural|lateral|on|using|group|order|limit|' +
  'offset|fetch|for|union|except|intersect|returning|values|having|window|as|tablesample';

function hasMerchantEquality(text: string, alias: string): boolean {
  const qualified = `${alias}\\.merchant_id\\b`;
  const bare = '(?<![.\\w])merchant_id\\b';
  return [
    `${qualified}\\s*=`,
    `=\\s*${qualified}`,
    `${bare}\\s*=`,
    `using\\s*\\(\\s*merchant_id\\b`,
    `\\(\\s*(?:${qualified}|${bare})\\s*,[^()]*\\)\\s*(?:=|in\\b)`,
  ].some((pattern) => new RegExp(pattern).test(text));
}
