/**
 * Rows as CSV (RFC 4180), with values in the wire format. Fields of records are named with dots;
 * lists are joined by `; `.
 */
export function csvOf(rows: readonly object[]): string {
  const file = new CsvFile();
  file.add(rows);
  return file.text();
}

/** A CSV file that is built while its rows are read. */
export class CsvFile {
  /** The names of the columns, in the order in which they first occurred. */
  readonly #columns = new Set<string>();
  readonly #lines: { readonly text: string; readonly width: number }[] = [];

  get rowCount(): number {
    return this.#lines.length;
  }

  add(rows: readonly object[]): void {
    for (const row of rows) {
      const values = flatten(row);
      for (const name of values.keys()) this.#columns.add(name);
      const cells = [...this.#columns].map((name) => cellOf(values.get(name)));
      this.#lines.push({ text: cells.join(','), width: cells.length });
    }
  }

  /** The whole file. Lines from before a column first occurred are padded. */
  text(): string {
    const filled = this.#lines.map(
      ({ text, width }) => text + ','.repeat(this.#columns.size - width),
    );
    const names = [...this.#columns].map(cellOf).join(',');
    return [names, ...filled].map((line) => `${line}\r\n`).join('');
  }
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
  // A spreadsheet would run a text that looks like a formula.
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
}
