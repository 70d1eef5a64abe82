import type { Database } from '../storage/database.ts';
import type { ColumnRule, Match, Person, PersonTable } from './person.ts';
import { keptFacets, type Redaction } from './redaction.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads the rows of a table that are about a person, with all columns and in the order of their
 * keys.
 */
export async function readPersonRows(
  db: Database,
  merchantId: string,
  { table, where, match, key }: PersonTable,
  person: Person,
): Promise<Row[]> {
  const values = valuesOf(person, match);
  if (values.length === 0) return [];
  const rows = await db.rows<{ row: Row }>(
    `select to_jsonb(t) as row from ${table} t where t.merchant_id = $1 and ${where}
     order by ${key.map((name) => `t.${name}`).join(', ')}`,
    [merchantId, values],
  );
  return rows.map(({ row }) => row);
}

/** Erases a person in a table and returns the number of changed or deleted rows. */
export async function eraseRows(
  tx: Database,
  merchantId: string,
  place: PersonTable,
  person: Person,
  redaction: Redaction,
): Promise<number> {
  const { table, where, match, columns } = place;
  const values = valuesOf(person, match);
  if (values.length === 0) return 0;
  if (columns === undefined)
    return tx.run(`delete from ${table} where merchant_id = $1 and ${where}`, [merchantId, values]);
  const rules = Object.entries(columns);
  const read = rules.filter(([, rule]) => typeof rule === 'string' && rule !== 'null');
  const set = rules.flatMap(([name, rule]) =>
    rule === 'null' ? [`${name} = null`] : typeof rule === 'object' ? [`${name} = ${rule.to}`] : [],
  );
  if (read.length === 0)
    return tx.run(`update ${table} set ${set.join(', ')} where merchant_id = $1 and ${where}`, [
      merchantId,
      values,
    ]);
  return eraseEach(tx, merchantId, place, person, { redaction, read, set });
}

interface Changes {
  readonly redaction: Redaction;
  /** The columns whose values are read and changed, with their rules. */
  readonly read: readonly (readonly [string, ColumnRule])[];
  /** The assignments of the other columns. */
  readonly set: readonly string[];
}

async function eraseEach(
  tx: Database,
  merchantId: string,
  place: PersonTable,
  person: Person,
  { redaction, read, set }: Changes,
): Promise<number> {
  const { table, key } = place;
  const assigned = read.map(
    ([name, rule], i) => `${name} = $${key.length + 2 + i}::${typeOf(rule)}`,
  );
  const keys = key.map((name, i) => `${name} = $${i + 2}`);
  const text = `update ${table} set ${[...assigned, ...set].join(', ')}
    where merchant_id = $1 and ${keys.join(' and ')}`;
  // The driver keeps the order of fields in columns of type json, which clients see.
  const rows = await tx.rows<Row>(
    `select ${[...key, ...read.map(([name]) => name)].map((name) => `t.${name}`).join(', ')}
     from ${table} t where t.merchant_id = $1 and ${place.where}
     order by ${key.map((name) => `t.${name}`).join(', ')}`,
    [merchantId, valuesOf(person, place.match)],
  );
  for (const row of rows)
    await tx.run(text, [
      merchantId,
      ...key.map((name) => row[name]),
      ...read.map(([name, rule]) => redacted(rule, row[name], redaction)),
    ]);
  return rows.length;
}

function typeOf(rule: ColumnRule): string {
  if (rule === 'facets' || rule === 'texts') return 'text[]';
  return rule === 'jsonText' ? 'text' : String(rule);
}

function redacted(rule: ColumnRule, value: unknown, redaction: Redaction): unknown {
  if (value === null || value === undefined) return null;
  switch (rule) {
    case 'text':
      return redaction.text(String(value));
    case 'texts':
      return (value as string[]).map((text) => redaction.text(text));
    case 'facets':
      return keptFacets(value as string[]);
    case 'jsonText':
      return JSON.stringify(redaction.json(JSON.parse(String(value))));
    default:
      return JSON.stringify(redaction.json(value));
  }
}

function valuesOf(person: Person, match: Match): readonly (string | number)[] {
  if (match === 'mentioningObjects')
    return person.mentioningTaskUuids.map((uuid) => `workflow task ${uuid}`);
  if (match !== 'objects') return person[match];
  return [
    ...person.orderIds.map((id) => `order ${id}`),
    ...person.autoOrderOids.map((oid) => `auto order ${oid}`),
    ...person.customerOids.map((oid) => `customer profile ${oid}`),
    ...person.disputeOids.map((oid) => `chargeback ${oid}`),
    ...person.taskUuids.map((uuid) => `workflow task ${uuid}`),
  ];
}
