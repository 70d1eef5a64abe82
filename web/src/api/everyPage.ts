/** The part of a list that is read with an offset. */
interface Part {
  readonly _limit: number;
  readonly _offset: number;
}

const pageSize = 200;

/** Reads a list with an offset to its end. For lists that a page shows as a whole. */
export async function everyPage<Row>(
  read: (query: Part) => Promise<readonly Row[] | undefined>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = (await read({ _limit: pageSize, _offset: rows.length })) ?? [];
    rows.push(...page);
    if (page.length < pageSize) return rows;
  }
}

/** Reads a list with a cursor to its end. */
export async function everyPageAfter<Row>(
  read: (query: {
    readonly _limit: number;
    readonly _after?: string;
  }) => Promise<{ readonly rows: readonly Row[] | undefined; readonly next: string | undefined }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ; ) {
    const page = await read({ _limit: pageSize, ...(after !== undefined && { _after: after }) });
    rows.push(...(page.rows ?? []));
    if (page.next === undefined) return rows;
    after = page.next;
  }
}
