import type { ReadPage } from './listQuery.ts';

/**
 * Reads a whole list by offset while others change it. A removed row moves the following rows up,
 * and the next offset would miss one. So each page starts with the last row of the previous page;
 * if no row of that page is at its position, the reader goes back until one is. A list that changed
 * is read once more, for rows that moved to positions already read. Returns each row once.
 */
export function steadyPages<Row extends object>(
  readPage: ReadPage<Row>,
  keyOf: (row: Row) => string,
  pageSize: number,
): ReadPage<Row> {
  const taken = new Set<string>();
  /** The rows of the previous page as they were read. */
  let before: readonly string[] = [];
  let isFirstReading = true;
  let isDisturbed = false;

  async function readFrom(after: string | undefined, signal: AbortSignal) {
    let offset = Math.max(0, Number(after ?? 0) - 1);
    let page = await readPage(String(offset), signal);
    const isInPlace = (row: Row) => before.includes(textOf(row));
    const [first] = page.rows;
    if (offset > 0 && (!first || textOf(first) !== before.at(-1))) isDisturbed = true;
    while (offset > 0 && !page.rows.some(isInPlace)) {
      offset = Math.max(0, offset - pageSize);
      page = await readPage(String(offset), signal);
    }
    return page;
  }

  return async (after, signal) => {
    if (after === undefined) {
      taken.clear();
      isFirstReading = true;
      isDisturbed = false;
    }
    const page = await readFrom(after, signal);
    const rows = page.rows.filter((row) => !taken.has(keyOf(row)));
    for (const row of rows) taken.add(keyOf(row));
    before = page.rows.map(textOf);
    const isReadAgain = page.nextCursor === undefined && isFirstReading && isDisturbed;
    if (isReadAgain) isFirstReading = false;
    return { ...page, rows, nextCursor: isReadAgain ? '0' : page.nextCursor };
  };
}

/** A changed row may have moved, so the row must be unchanged. */
const textOf = (row: object): string => JSON.stringify(row);
