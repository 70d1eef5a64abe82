import { encodeList, typeNumbers } from './binaryList.ts';

/**
 * Describes how a value of a record is stored in its table. Statements over many records are built
 * from these descriptions.
 */
export interface Column<Source> {
  readonly name: string;
  /** PostgreSQL's name of its type. */
  readonly type: string;
  /**
   * Undefined and null are stored as null; a `json` or `jsonb` column takes any JSON value, a list
   * type an array of strings or numbers.
   */
  readonly read: (source: Source) => unknown;
}

/**
 * Many records as rows of one statement, with one parameter for each column, however many records
 * there are.
 */
export interface Recordset<Source> {
  /** The columns' names, separated by commas. */
  readonly names: string;
  /** The assignments of an `update` that takes the columns from `r`. */
  readonly assigned: string;
  /**
   * The text of a `from`: the records as `r`, with the columns' names and types. Its parameters
   * begin at `$first`.
   */
  from(first: number): string;
  /**
   * The same for an `update`, because Citus takes only immutable expressions there. Lists take
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
 * The merchant `$1` as `m`, for a `from` before rows from parameters. With `m.merchant_id`, an
 * insert runs on the merchant's node: on Citus, rows without a table would first go to the
 * coordinator, and the transaction would commit in two steps (docs/adr, Citus).
 */
export const merchantRow = '(select merchant_id from merchant where merchant_id = $1) as m';

/**
 * Prepares records of one kind for statements. Their values are sent in PostgreSQL's binary form,
 * column by column, times to the millisecond: PostgreSQL needed more time to parse a batch in JSON
 * than to store it (docs/adr, how records travel).
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
