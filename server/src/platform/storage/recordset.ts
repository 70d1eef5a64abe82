import { encodeList, typeNumbers } from './binaryList.ts';

/**
 * How a record's value is stored in its table. Statements over many records are made from these.
 */
export interface Column<Source> {
  readonly name: string;
  /** PostgreSQL's name of its type. */
  readonly type: string;
  /**
   * Undefined and null are stored as null; a `json` or `jsonb` column takes any value that JSON can
   * write, a list type an array of strings or numbers.
   */
  readonly read: (source: Source) => unknown;
}

/**
 * Many records as rows of one statement: a parameter for each column, however many records there
 * are.
 */
export interface Recordset<Source> {
  /** The columns' names, separated by commas. */
  readonly names: string;
  /** The columns as an `update` sets them from `r`. */
  readonly assigned: string;
  /**
   * For a `from`: the records as `r`, with the columns' names and types. Its parameters begin at
   * `$first`.
   */
  from(first: number): string;
  /**
   * The same for an `update`, whose expressions Citus takes only if they are immutable; lists take
   * longer.
   */
  updateFrom(first: number): string;
  /**
   * The same for an `insert`, after the row `m` of the merchant `$1`, whose `merchant_id` is the
   * first column: see {@link merchantRow}.
   */
  insertFrom(first: number): string;
  /** The parameters, in the columns' order. */
  values(sources: readonly Source[]): Buffer[];
}

/**
 * The merchant `$1` as `m`, for a `from` before rows that are parameters. An insert of `m.merchant_id`
 * runs where the merchant is: on Citus, rows without a table would first go to the coordinator, and
 * the transaction would commit in two steps (docs/adr, Citus).
 */
export const merchantRow = '(select merchant_id from merchant where merchant_id = $1) as m';

/**
 * Makes the records of one kind ready for statements. Their values travel in PostgreSQL's binary
 * form, column by column, moments to the millisecond: a batch as JSON took PostgreSQL longer to
 * take apart than to store (docs/adr, how records travel).
 */
export function recordset<Source>(columns: readonly Column<Source>[]): Recordset<Source> {
  const names = columns.map(({ name }) => name).join(', ');
  const rows = (first: number, cast: (column: Column<Source>) => string): string => {
    const parameters = columns.map(
      ({ type }, index) => `$${first + index}::${type in typeNumbers ? type : 'text'}[]`,
    );
    const selected = columns
      .map((column) =>
        column.type in typeNumbers ? column.name : `${cast(column)} as ${column.name}`,
      )
      .join(', ');
    return `(select ${selected} from unnest(${parameters.join(', ')}) as u (${names})) as r`;
  };
  const from = (first: number): string => rows(first, plainCast);
  return {
    names,
    assigned: columns.map(({ name }) => `${name} = r.${name}`).join(', '),
    from,
    updateFrom: (first) =>
      rows(first, (column) =>
        column.type === 'text[]' ? `text_list(${column.name})` : plainCast(column),
      ),
    insertFrom: (first) => `${merchantRow} cross join ${from(first)}`,
    values: (sources) => columns.map(({ type, read }) => encodeList(type, sources, read)),
  };
}

const plainCast = ({ name, type }: { name: string; type: string }): string => `${name}::${type}`;
