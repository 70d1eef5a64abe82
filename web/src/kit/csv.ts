/**
 * Rows as CSV (RFC 4180), in the formats of the wire. Fields of records are named with dots; lists
 * are joined by `; `.
 */
export function csvOf(rows: readonly object[]): string {
  const flat = rows.map((row) => flatten(row));
  const names = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  const lines = flat.map((row) => names.map((name) => cellOf(row.get(name))));
  return [names.map(cellOf), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function flatten(record: object, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(record).flatMap(([name, value]): [string, unknown][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? [...flatten(value, `${prefix}${name}.`)]
        : [[`${prefix}${name}`, value]],
    ),
  );
}

function cellOf(value: unknown): string {
  const text = textOf(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join('; ');
  if (typeof value === 'object') return JSON.stringify(value);
  // A spreadsheet would run a text that begins like a formula.
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
}
