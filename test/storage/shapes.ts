import { loadModule, parse } from 'libpg-query';
import { wholeDatabase } from '../../server/src/platform/backup/catalogue.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import { localTables, referenceTables } from '../../server/src/platform/storage/distribution.ts';
import { tenantTables, unfilteredTables } from './statements.ts';

/*
 * Finds what Citus refuses or handles badly in the text of a statement (docs/adr, Citus). A
 * statement without faults runs on its merchant's node, or can run on all nodes.
 */

await loadModule();

/** The facts about the database that the check needs in addition to the statement. */
export interface Catalogue {
  /** The tables that are distributed by merchant, and `merchant` itself. */
  readonly tenantTables: ReadonlySet<string>;
  /**
   * The same tables without `merchant`, which statements about all merchants read without a filter.
   */
  readonly cutTables: readonly string[];
  /**
   * The volatility of each function by its name: immutable, stable or volatile. Of several variants
   * the most volatile counts.
   */
  readonly volatility: ReadonlyMap<string, string>;
  /** Our functions whose bodies read tables. */
  readonly readingFunctions: ReadonlySet<string>;
  /** Columns of these tables that are moments. As text they depend on the session's zone. */
  readonly momentColumns: ReadonlySet<string>;
}

/** Reads the catalogue of a migrated database. */
export async function readCatalogue(db: DatabasePool): Promise<Catalogue> {
  const cutTables = await tenantTables(db);
  const functions = await db.rows<{ name: string; volatility: string }>(
    'select proname as name, max(provolatile::text) as volatility from pg_proc group by 1',
  );
  const reading = await db.rows<{ name: string }>(
    `select p.proname as name from pg_proc p where p.pronamespace = 'public'::regnamespace
       and exists (select from pg_class c where c.relnamespace = p.pronamespace
         and c.relkind in ('r', 'p') and p.prosrc ~ ('\\mfrom ' || c.relname || '\\M'))`,
  );
  const moments = await db.rows<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = any($1::text[]::regclass[]) and attnum > 0 and not attisdropped
     group by 1 having bool_and(atttypid = 'timestamptz'::regtype)`,
    [[...cutTables, 'merchant']],
  );
  return {
    tenantTables: new Set([...cutTables, 'merchant']),
    cutTables,
    volatility: new Map(functions.map(({ name, volatility }) => [name, volatility])),
    readingFunctions: new Set(reading.map(({ name }) => name)),
    momentColumns: new Set(moments.map(({ name }) => name)),
  };
}

/**
 * A part of a statement as the parser returns it: an object whose one key is the kind, or plain
 * fields.
 */
type Tree = { readonly [key: string]: unknown };

/** The faults of updates and deletes. */
type ChangeFault =
  | 'a stable function of columns in an update'
  | 'a function that is not immutable in CASE or COALESCE of an update';

/** The kinds of faults of a statement; the review of a run on Citus has an example of each. */
export type ShapeFault =
  | 'a table without an equality on its merchant_id'
  | 'a subquery whose merchant is not a parameter'
  | 'a call of a function that reads tables'
  | 'a volatile function in a write'
  | ChangeFault
  | 'a function that is not immutable in RETURNING'
  | 'a function that is not immutable in ON CONFLICT'
  | 'a WITH that writes'
  | 'a subquery in an insert of values'
  | 'an insert of rows without the row of the merchant'
  | 'an insert whose merchant is not the column of its rows'
  | 'an insert that selects from a WITH or a UNION'
  | 'an outer join with a lateral subquery in an insert'
  | 'a poll whose merchants are rows of a parameter'
  | 'a subquery in LIMIT or OFFSET over many merchants'
  | 'a lock on rows of many merchants'
  | 'a query over many merchants that no node can finish alone'
  | 'a merchant that only one side of an OR names'
  | 'a table of the coordinator next to rows of merchants'
  | 'a write of a table of all nodes that reads rows of merchants'
  | 'a MERGE of rows that are in no table'
  | 'a transaction id that is taken on a node';

/** Returns the faults of a statement, each kind once. */
export async function shapeFaults(
  statement: string,
  catalogue: Catalogue,
): Promise<ReadonlySet<ShapeFault>> {
  if (statement.includes(wholeDatabase)) return new Set();
  const { stmts = [] } = (await parse(statement)) as { stmts?: { stmt?: Tree }[] };
  const faults = new Set<ShapeFault>();
  // An insert of values reads no table: the words in its lists are column names.
  const isOfValues = has(stmts, (kind, fields) => kind === 'InsertStmt' && insertsValues(fields));
  if (!isOfValues && unfilteredTables(statement, catalogue.cutTables).length > 0)
    faults.add('a table without an equality on its merchant_id');
  for (const { stmt = {} } of stmts) {
    const [kind = ''] = Object.keys(stmt);
    if (!readsOrWrites.has(kind)) continue;
    checkTables(kind, stmt, faults, catalogue);
    if (!hasTenantTable(stmt, catalogue)) continue;
    const fields = stmt[kind] as Tree;
    checkSubqueries(fields, catalogue, faults);
    checkFunctions(kind, fields, catalogue, faults);
    if (kind === 'InsertStmt') checkInsert(fields, catalogue, faults);
    else if (!has(fields, isOfValue)) checkPoll(fields, catalogue, faults);
    else if (!hasOutsideOr(fields, isOfValue))
      faults.add('a merchant that only one side of an OR names');
    if (has(fields, isWritingWith)) faults.add('a WITH that writes');
  }
  return faults;
}

/** The kinds of changes that Citus refuses for distributed tables. */
export type MigrationFault =
  | 'a constraint that is added together with other changes'
  | 'a column that is added with a constraint or an identity'
  | 'a function whose body is parsed when it is made'
  | 'a foreign key of a table that all nodes have'
  | 'a trigger'
  | ChangeFault;

/** Returns the changes in a statement of a migration that Citus refuses, each kind once. */
export async function migrationFaults(
  statement: string,
  catalogue: Catalogue,
): Promise<ReadonlySet<MigrationFault>> {
  const { stmts = [] } = (await parse(statement)) as { stmts?: { stmt?: Tree }[] };
  const faults = new Set<MigrationFault>();
  walk(stmts, (kind, fields) => {
    const isChange = kind === 'UpdateStmt' || kind === 'DeleteStmt';
    if (isChange && hasTenantTable({ [kind]: fields }, catalogue))
      checkChange(fields, catalogue, faults);
    if (kind === 'CreateTrigStmt') faults.add('a trigger');
    // The function would depend on the tables that it reads, and these depend on the function.
    if (kind === 'CreateFunctionStmt' && fields['sql_body'] !== undefined)
      faults.add('a function whose body is parsed when it is made');
    if (isOfAllNodes(fields) && has(fields, isForeignKey))
      faults.add('a foreign key of a table that all nodes have');
    if (kind !== 'AlterTableStmt') return true;
    const commands = fields['cmds'] as readonly Tree[];
    if (commands.length > 1 && has(commands, (_, { subtype }) => subtype === 'AT_AddConstraint'))
      faults.add('a constraint that is added together with other changes');
    if (has(commands, isConstrainedColumn))
      faults.add('a column that is added with a constraint or an identity');
    return false;
  });
  return faults;
}

const isOfAllNodes = (statement: Tree): boolean =>
  [...referenceTables, ...localTables].includes(
    String((statement['relation'] as Tree | undefined)?.['relname']),
  );

const isForeignKey = (kind: string, { contype, pktable }: Tree): boolean =>
  kind === 'Constraint' && contype === 'CONSTR_FOREIGN' && !isOfAllNodes({ relation: pktable });

/**
 * Citus does not name a constraint itself, so the constraint of a new column must be added later
 * with a name.
 */
const isConstrainedColumn = (kind: string, fields: Tree): boolean =>
  kind === 'ColumnDef' &&
  has(
    fields['constraints'],
    (each, { contype }) => each === 'Constraint' && refusedInColumn.has(String(contype)),
  );

const refusedInColumn = new Set([
  'CONSTR_CHECK',
  'CONSTR_UNIQUE',
  'CONSTR_PRIMARY',
  'CONSTR_FOREIGN',
  'CONSTR_IDENTITY',
]);

const readsOrWrites = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
]);
const writes = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/**
 * Calls `visit` with every node that has a kind, outermost first. Skips the nodes below one for
 * which it returns false.
 */
function walk(node: unknown, visit: (kind: string, fields: Tree) => boolean): void {
  if (Array.isArray(node)) for (const each of node) walk(each, visit);
  else if (typeof node === 'object' && node !== null)
    for (const [key, value] of Object.entries(node)) {
      const isKind = /^[A-Z]/.test(key) && typeof value === 'object';
      if (!isKind || visit(key, value as Tree)) walk(value, visit);
    }
}

function has(node: unknown, matches: (kind: string, fields: Tree) => boolean): boolean {
  let found = false;
  walk(node, (kind, fields) => {
    found ||= matches(kind, fields);
    return !found;
  });
  return found;
}

const hasColumn = (node: unknown): boolean => has(node, (kind) => kind === 'ColumnRef');

/** Returns the last part of the name of a function, an operator, a type or a column. */
function lastName(names: unknown): string {
  const last = (names as readonly Tree[] | undefined)?.at(-1)?.['String'];
  return (last as { sval?: string } | undefined)?.sval ?? '';
}

const hasTenantTable = (node: unknown, { tenantTables }: Catalogue): boolean =>
  namesTable(node, tenantTables);

// In the tree, the relation that a write changes has no kind.
function namesTable(node: unknown, tables: ReadonlySet<string>): boolean {
  return has(node, (_, fields) =>
    [fields, fields['relation'] as Tree | undefined].some((each) =>
      tables.has(String(each?.['relname'])),
    ),
  );
}

/**
 * Checks tables that are not distributed: only some statements may use them together with rows of
 * merchants.
 */
function checkTables(
  kind: string,
  statement: Tree,
  faults: Set<ShapeFault>,
  { tenantTables }: Catalogue,
): void {
  const { relation, ...read } = statement[kind] as Tree;
  const isTenant = namesTable(statement, tenantTables);
  // The coordinator has the tables of a query on both kinds. A write of such a table would have to
  // reach every node.
  const isWriteOfAll = writes.has(kind) && namesTable(statement, new Set(referenceTables));
  if (namesTable(statement, new Set(localTables)) && (isTenant || isWriteOfAll))
    faults.add('a table of the coordinator next to rows of merchants');
  const isWrittenOfAll = namesTable({ Written: { relation } }, new Set(referenceTables));
  // An insert copies the rows that it selects, so only updates and deletes are checked.
  if ((kind === 'UpdateStmt' || kind === 'DeleteStmt') && isWrittenOfAll)
    if (namesTable(read, tenantTables))
      faults.add('a write of a table of all nodes that reads rows of merchants');
  if (kind === 'MergeStmt' && !namesTable(read, tenantTables))
    faults.add('a MERGE of rows that are in no table');
}

/**
 * Works like {@link has}, for conditions that hold for every row: it skips the parts below an OR or
 * a NOT.
 */
function hasOutsideOr(node: unknown, matches: (kind: string, fields: Tree) => boolean): boolean {
  let found = false;
  walk(node, (kind, fields) => {
    found ||= matches(kind, fields);
    return !found && !(kind === 'BoolExpr' && fields['boolop'] !== 'AND_EXPR');
  });
  return found;
}

const isWritingWith = (kind: string, fields: Tree): boolean =>
  kind === 'CommonTableExpr' && has(fields['ctequery'], (inner) => writes.has(inner));

/**
 * Checks subqueries of a statement on one merchant. Citus does not connect a subquery with an
 * equality outside it, if the subquery is in the selected values, is under the statement's lock, or
 * runs once per row. Without its own equality on the merchant, Citus asks all nodes or refuses the
 * statement.
 */
function checkSubqueries(fields: Tree, catalogue: Catalogue, faults: Set<ShapeFault>): void {
  const fault = 'a subquery whose merchant is not a parameter';
  const isLocked = fields['lockingClause'] !== undefined;
  const check = (node: unknown): void =>
    walk(node, (kind, sub) => {
      const isOwn = kind !== 'SubLink' || !hasTenantTable(sub, catalogue) || has(sub, isOfValue);
      if (!isOwn) faults.add(fault);
      return true;
    });
  check(isLocked ? fields : fields['targetList']);
  const isOfOne = hasOutsideOr(fields, isOfValue);
  walk(fields, (kind, sub) => {
    if (kind === 'SelectStmt' && !isLocked) check(sub['targetList']);
    const isForEachRow =
      (kind === 'RangeSubselect' && sub['lateral'] === true) ||
      (kind === 'SubLink' && sub['subLinkType'] !== 'EXISTS_SUBLINK');
    if (isOfOne && isForEachRow && hasTenantTable(sub, catalogue) && !has(sub, isOfValue))
      faults.add(fault);
    // The planner does not recognize a constant in a value that a subquery selects.
    if (
      isEqualityOfMerchant(kind, sub) &&
      has([sub['lexpr'], sub['rexpr']], (k) => k === 'SubLink')
    )
      faults.add(fault);
    return true;
  });
}

function isEqualityOfMerchant(kind: string, fields: Tree): boolean {
  if (kind !== 'A_Expr' || lastName(fields['name']) !== '=') return false;
  return [fields['lexpr'], fields['rexpr']].some((side) => {
    const column = (side as Tree | undefined)?.['ColumnRef'] as Tree | undefined;
    return lastName(column?.['fields']) === 'merchant_id';
  });
}

const isOfValue = (kind: string, fields: Tree): boolean =>
  isEqualityOfMerchant(kind, fields) &&
  fields['kind'] === 'AEXPR_OP' &&
  [fields['lexpr'], fields['rexpr']].some((side) => !hasColumn(side));

/**
 * Checks a statement on many merchants. It is sent to all nodes, so each node must be able to
 * select its own rows.
 */
function checkPoll(fields: Tree, catalogue: Catalogue, faults: Set<ShapeFault>): void {
  walk(fields, (kind, sub) => {
    const select = kind === 'SelectStmt' ? sub : undefined;
    if (select !== undefined) checkPart(select, catalogue, faults);
    return true;
  });
  checkPart(fields, catalogue, faults);
  if (has({ SelectStmt: fields }, isLocking)) faults.add('a lock on rows of many merchants');
  if (has({ SelectStmt: fields }, isUnfinished))
    faults.add('a query over many merchants that no node can finish alone');
}

const isLocking = (_: string, fields: Tree): boolean => fields['lockingClause'] !== undefined;

const isUnfinished = (kind: string, fields: Tree): boolean =>
  kind === 'GroupingSet' || (fields['withClause'] as Tree | undefined)?.['recursive'] === true;

function checkPart(select: Tree, catalogue: Catalogue, faults: Set<ShapeFault>): void {
  const from = select['fromClause'];
  if (
    has(from, (kind) => kind === 'RangeFunction') &&
    !hasTenantTable(from, catalogue) &&
    hasTenantTable(select['whereClause'], catalogue)
  )
    faults.add('a poll whose merchants are rows of a parameter');
  if (has([select['limitOffset'], select['limitCount']], (kind) => kind === 'SubLink'))
    faults.add('a subquery in LIMIT or OFFSET over many merchants');
}

const transactionIds = new Set([
  'pg_current_xact_id',
  'pg_current_snapshot',
  'txid_current',
  'event_stamp',
]);

function checkFunctions(
  kind: string,
  fields: Tree,
  catalogue: Catalogue,
  faults: Set<ShapeFault>,
): void {
  const isInsertOfValues = kind === 'InsertStmt' && has(fields, (_, f) => 'valuesLists' in f);
  walk(fields, (inner, sub) => {
    // Each node counts its own transactions, so a stamp of one node would be behind or ahead of the
    // feed.
    if (inner === 'FuncCall' && transactionIds.has(lastName(sub['funcname'])))
      faults.add('a transaction id that is taken on a node');
    if (inner === 'FuncCall' && catalogue.readingFunctions.has(lastName(sub['funcname'])))
      faults.add('a call of a function that reads tables');
    if (writes.has(kind) && !isInsertOfValues && changeability(inner, sub, catalogue) === 'v')
      faults.add('a volatile function in a write');
    return true;
  });
  const isMutable = (inner: string, sub: Tree) =>
    (changeability(inner, sub, catalogue) ?? 'i') !== 'i';
  const { returningClause, onConflictClause, ...rest } = fields;
  const isOfRows = kind === 'InsertStmt' && !insertsValues(fields);
  // A list is cast to a list of another type by an immutable function, unlike a text.
  const isListCast = (inner: string, { typeName }: Tree) =>
    inner === 'TypeCast' && (typeName as Tree)['arrayBounds'] !== undefined;
  if (!isOfRows && has(returningClause, (k, f) => isMutable(k, f) && !isListCast(k, f)))
    faults.add('a function that is not immutable in RETURNING');
  if (has(onConflictClause, isMutable))
    faults.add('a function that is not immutable in ON CONFLICT');
  if (kind === 'UpdateStmt' || kind === 'DeleteStmt') checkChange(rest, catalogue, faults);
}

function checkChange(
  fields: Tree,
  catalogue: Catalogue,
  faults: { add(fault: ChangeFault): unknown },
): void {
  walk(fields, (inner, sub) => {
    if (changeability(inner, sub, catalogue) === 's' && hasColumn(sub))
      faults.add('a stable function of columns in an update');
    const isChoice = inner === 'CaseExpr' || inner === 'CoalesceExpr';
    if (isChoice && has(sub, (k, f) => (changeability(k, f, catalogue) ?? 'i') !== 'i'))
      faults.add('a function that is not immutable in CASE or COALESCE of an update');
    return true;
  });
}

/**
 * Returns the volatility of what a node itself computes, without its parts; undefined when it
 * computes nothing.
 */
function changeability(kind: string, fields: Tree, catalogue: Catalogue): string | undefined {
  if (kind === 'FuncCall') return catalogue.volatility.get(lastName(fields['funcname']));
  // These are current_timestamp, current_date and the like.
  if (kind === 'SQLValueFunction') return 's';
  if (kind === 'TypeCast') {
    const type = fields['typeName'] as Tree | undefined;
    const isStable =
      type?.['arrayBounds'] !== undefined || stableTypes.has(lastName(type?.['names']));
    const isText = lastName(type?.['names']) === 'text' && isMoment(fields['arg'], catalogue);
    return isText || (isStable && hasColumn(fields['arg'])) ? 's' : undefined;
  }
  return kind === 'A_Expr' && isOfSession(fields, catalogue) ? 's' : undefined;
}

/** Whether an operator depends on the session: on its zone, or on its format of moments. */
function isOfSession(expression: Tree, catalogue: Catalogue): boolean {
  const operator = lastName(expression['name']);
  const sides = [expression['lexpr'], expression['rexpr']];
  const hasMoment = sides.some((side) => isMoment(side, catalogue));
  if (operator === '+' || operator === '-') return has(sides, isInterval);
  if (operator === '||') return hasMoment;
  return comparisons.has(operator) && hasMoment && sides.some(isDay);
}

const comparisons = new Set(['=', '<>', '<', '<=', '>', '>=']);

const isMoment = (node: unknown, { momentColumns }: Catalogue): boolean =>
  momentColumns.has(
    lastName(((node as Tree | undefined)?.['ColumnRef'] as Tree | undefined)?.['fields']),
  );

/** Whether a node is a day, which has no zone until it is compared with a moment. */
function isDay(node: unknown): boolean {
  const cast = (node as Tree | undefined)?.['TypeCast'] as Tree | undefined;
  const type = lastName((cast?.['typeName'] as Tree | undefined)?.['names']);
  return type === 'date' || type === 'timestamp';
}

// The result of reading these types from text depends on the session.
const stableTypes = new Set(['date', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval']);

const isInterval = (kind: string, fields: Tree): boolean =>
  (kind === 'TypeCast' && lastName((fields['typeName'] as Tree)['names']) === 'interval') ||
  (kind === 'FuncCall' && lastName(fields['funcname']) === 'make_interval');

function checkInsert(fields: Tree, catalogue: Catalogue, faults: Set<ShapeFault>): void {
  const select = (fields['selectStmt'] as Tree | undefined)?.['SelectStmt'] as Tree | undefined;
  if (select === undefined) return;
  if (insertsValues(fields)) {
    if (has(fields, (kind) => kind === 'SubLink')) faults.add('a subquery in an insert of values');
    return;
  }
  checkRows(fields, select, catalogue, faults);
  const isOuterLateral = (kind: string, join: Tree): boolean =>
    kind === 'JoinExpr' &&
    join['jointype'] !== 'JOIN_INNER' &&
    has(join['rarg'], (_, sub) => sub['lateral'] === true);
  if (has(select, isOuterLateral)) faults.add('an outer join with a lateral subquery in an insert');
}

/**
 * Checks an insert of selected rows. If each row stays on its node, the rows are inserted in one
 * phase. Otherwise Citus collects them on the coordinator and commits in two phases, and the feed
 * would have to wait for each commit.
 */
function checkRows(
  { relation, cols, withClause }: Tree,
  select: Tree,
  catalogue: Catalogue,
  faults: Set<ShapeFault>,
): void {
  if (!hasTenantTable({ Written: { relation } }, catalogue)) return;
  if (withClause !== undefined || select['op'] !== 'SETOP_NONE')
    faults.add('an insert that selects from a WITH or a UNION');
  else if (!hasTenantTable([select['fromClause'], select['withClause']], catalogue))
    faults.add('an insert of rows without the row of the merchant');
  else if (!selectsMerchant(cols as readonly Tree[] | undefined, select))
    faults.add('an insert whose merchant is not the column of its rows');
}

/**
 * Whether the statement copies the column unchanged. For a calculated value Citus cannot determine
 * the node.
 */
function selectsMerchant(cols: readonly Tree[] = [], { targetList }: Tree): boolean {
  const place = cols.findIndex((col) => (col['ResTarget'] as Tree)['name'] === 'merchant_id');
  const target = (targetList as readonly Tree[])[place]?.['ResTarget'] as Tree | undefined;
  const value = target?.['val'] as Tree | undefined;
  const { arg } = (value?.['TypeCast'] as Tree | undefined) ?? { arg: value };
  const { fields } = ((arg as Tree | undefined)?.['ColumnRef'] as Tree | undefined) ?? {};
  return lastName(fields) === 'merchant_id';
}

const insertsValues = (insert: Tree): boolean => {
  const select = (insert['selectStmt'] as Tree | undefined)?.['SelectStmt'] as Tree | undefined;
  return select !== undefined && 'valuesLists' in select;
};
