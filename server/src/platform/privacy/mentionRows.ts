import type { Database } from '../storage/database.ts';
import { mentionsIn } from './person.ts';
import type { OthersRedaction } from './searchedWords.ts';
import type { TextPlace, TypedColumn } from './textPlaces.ts';

/** A searched row: its key as text, and whether its texts may contain a word. */
export interface SearchedRow {
  readonly key: readonly string[];
  readonly isHit: boolean;
}

/** Searches the rows of a table after a key, at most `limit`. */
export function searchRows(
  db: Database,
  merchantId: string,
  { table, key, columns }: TextPlace,
  { after, limit, needles }: Search,
): Promise<SearchedRow[]> {
  const names = key.map(({ name }) => `t.${name}`).join(', ');
  const next = `(${names}) > (${key.map(({ type }, i) => `$${i + 4}::${type}`).join(', ')})`;
  return db.rows<SearchedRow>(
    `select array[${key.map(({ name }) => `t.${name}::text`).join(', ')}] as key,
       ${mentionsIn(columns.map(({ name }) => `t.${name}`).join(', '))} as "isHit"
     from ${table} t where t.merchant_id = $1 ${after ? `and ${next}` : ''}
     order by ${names} limit $3`,
    [merchantId, needles, limit, ...(after ?? [])],
  );
}

interface Search {
  readonly after: readonly string[] | null;
  readonly limit: number;
  readonly needles: readonly string[];
}

/** Removes a person's words from one row. Returns whether that changed the row. */
export function redactRow(
  db: Database,
  merchantId: string,
  { table, key, columns }: TextPlace,
  keyValues: readonly string[],
  redaction: OthersRedaction,
): Promise<boolean> {
  const where = key.map(({ name, type }, i) => `${name} = $${i + 2}::${type}`).join(' and ');
  return db.transaction(async (tx) => {
    const row = await tx.row<Readonly<Record<string, unknown>>>(
      `select ${columns.map(({ name }) => name).join(', ')} from ${table}
       where merchant_id = $1 and ${where} for update`,
      [merchantId, ...keyValues],
    );
    const changes = columns.flatMap((column) => {
      const value = row && row[column.name];
      if (value === null || value === undefined) return [];
      const after = redacted(column, value, redaction);
      return isSame(value, after) ? [] : [{ column, value: forSql(column, after) }];
    });
    if (changes.length === 0) return false;
    const set = changes.map(
      ({ column: { name, type } }, i) => `${name} = $${i + 2 + key.length}::${type}`,
    );
    await tx.run(`update ${table} set ${set.join(', ')} where merchant_id = $1 and ${where}`, [
      merchantId,
      ...keyValues,
      ...changes.map(({ value }) => value),
    ]);
    return true;
  });
}

function redacted({ type }: TypedColumn, value: unknown, redaction: OthersRedaction): unknown {
  if (type === 'text') return redaction.text(String(value));
  return type === 'text[]' ? redaction.list(value as string[]) : redaction.json(value);
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const forSql = ({ type }: TypedColumn, value: unknown): unknown =>
  type.startsWith('json') ? JSON.stringify(value) : value;
