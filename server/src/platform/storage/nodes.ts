import { systemClock } from '../clock/systemClock.ts';
import type { Database } from './database.ts';
import { citusRole } from './distribution.ts';
import { isNodeFault, NodeMissing } from './failures.ts';

/*
 * Reads rows of all merchants while a node of Citus is unreachable (docs/scaling.md, ADR 68). Citus
 * refuses such a statement when one of its nodes does not respond. Background work then asks the
 * nodes one by one for their merchants, and reads only for the merchants of nodes that responded.
 * Plain PostgreSQL has one node: it does no extra work here, and its errors are passed on.
 */

/**
 * Limits one table of a statement to the merchants on nodes that respond: the condition followed by
 * `and`, or an empty text while all nodes respond. Each table of the statement needs it: Citus
 * sends a statement to every node that has rows of any of its tables.
 */
export type OnlyReachable = (table: string) => string;

interface Reachable {
  readonly merchantIds: ReadonlySet<string>;
  /** Host and port of the nodes that did not respond. */
  readonly missing: readonly string[];
  readonly untilMs: number;
}

/** The known state of the nodes behind one pool. */
interface Nodes {
  reachable?: Reachable | undefined;
  asking?: Promise<Reachable> | undefined;
  /** For each host and port, the duration of the last response. */
  readonly tookMs: Map<string, number>;
  /** The polls that are asking all nodes, and those that wait for one of them to end. */
  polling: number;
  readonly waiting: (() => void)[];
  onChange: (missing: readonly string[]) => void;
}

const known = new WeakMap<Database, Nodes>();

/** How long a result is valid before the nodes are asked again. */
const askedAgainMs = 10_000;
/** The longest first wait for a node, because it may be frozen or gone. */
const nodeMsMin = 2_000;
/**
 * The longest wait when a missing node is asked again. It is longer, because no request waits for
 * it: otherwise a slow node that still responds would be treated as missing as long as it is slow.
 */
const nodeMsMax = 10_000;
/** After this time, a read makes us check whether a node is unreachable. */
const slowMs = 2_000;
/**
 * The most nodes checks at once. A frozen node blocks the connection of each check until its time
 * limit, so checks by all workers together would use all connections of this process.
 */
const pollsMax = 4;

/**
 * Returns the rows of a statement on all merchants, without those of merchants whose node does not
 * respond. `statement` is called with the condition for each of its tables; the parameter of the
 * condition follows `values`.
 */
export async function poll<Row>(
  db: Database,
  statement: (only: OnlyReachable) => string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const rows = await pollAll<Row>(
    db,
    statement(() => ''),
    values,
  );
  if (rows !== undefined) return rows;
  const { merchantIds, missing } = await ask(db);
  if (missing.length === 0)
    return db.rows<Row>(
      statement(() => ''),
      values,
    );
  const parameter = `$${values.length + 1}::text[]`;
  return db.rows<Row>(
    statement((table) => `${table}.merchant_id = any(${parameter}) and`),
    [...values, [...merchantIds]],
  );
}

/** Reads from all nodes. Undefined when one of them is unreachable. */
async function pollAll<Row>(
  db: Database,
  text: string,
  values: readonly unknown[],
): Promise<Row[] | undefined> {
  const nodes = nodesOf(db);
  while (nodes.reachable === undefined && nodes.polling >= pollsMax)
    await new Promise<void>((free) => nodes.waiting.push(free));
  if (nodes.reachable !== undefined) return undefined;
  nodes.polling++;
  const read = db.rows<Row>(text, values).finally(() => {
    nodes.polling--;
    nodes.waiting.shift()?.();
  });
  try {
    return await Promise.race([read, untilMissing(db, read)]);
  } catch (error) {
    if (!isNodeFault(error) || (await citusRole(db)) === 'plain') throw error;
    return undefined;
  }
}

/**
 * Reads a merchant's row. Rejects with {@link NodeMissing} immediately while the merchant's node is
 * known to be unreachable, or during a long read as soon as this is known. Otherwise the requests
 * of its merchants would hold all connections until their time limit.
 */
export async function readWhereReachable<Value>(
  db: Database,
  merchantId: string,
  read: () => Promise<Value>,
): Promise<Value> {
  if (isOnMissingNode(db, merchantId)) throw new NodeMissing(merchantId);
  const value = read();
  // If the node is found missing first, the later failure of the read is not needed.
  const late = untilMissing(db, value).then(() => {
    if (isOnMissingNode(db, merchantId)) throw new NodeMissing(merchantId);
    return value;
  });
  return Promise.race([value, late]);
}

/**
 * Returns whether the node of a merchant was missing at the last check; checks again at intervals.
 */
function isOnMissingNode(db: Database, merchantId: string): boolean {
  const reachable = known.get(db)?.reachable;
  if (reachable === undefined) return false;
  // The request does not wait for the check.
  if (reachable.untilMs <= systemClock.monotonicMs()) askAgain(db).catch(() => {});
  return !reachable.merchantIds.has(merchantId);
}

/**
 * Checks the nodes once a read has taken long. Resolves with undefined when one of them is missing,
 * and stays pending otherwise.
 */
function untilMissing(db: Database, read: Promise<unknown>): Promise<undefined> {
  const ended = new AbortController();
  const end = () => ended.abort();
  read.then(end, end);
  return new Promise((resolve) => {
    const checkNodes = async () => {
      await systemClock.sleep(slowMs, ended.signal);
      if (ended.signal.aborted || (await citusRole(db)) === 'plain') return;
      if ((await ask(db)).missing.length > 0) resolve(undefined);
    };
    // Without a free connection no node can be checked; the read reports that itself.
    checkNodes().catch(() => {});
  });
}

/**
 * Runs work on rows that every node has a copy of, which Citus refuses while a node does not
 * respond. Then returns undefined, and the caller does the work later. Throws other failures.
 */
export async function unlessNodeMissing<Value>(
  db: Database,
  work: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isNodeFault(error) || (await citusRole(db)) === 'plain') throw error;
    return undefined;
  }
}

/** The nodes that did not respond at the last check, as host and port; none on plain PostgreSQL. */
export const missingNodes = (db: Database): readonly string[] =>
  known.get(db)?.reachable?.missing ?? [];

/**
 * Calls `listener` with the missing nodes whenever one goes missing or is back, and immediately if
 * some are missing.
 */
export function onMissingNodes(db: Database, listener: (missing: readonly string[]) => void): void {
  nodesOf(db).onChange = listener;
  if (missingNodes(db).length > 0) listener(missingNodes(db));
}

function nodesOf(db: Database): Nodes {
  const nodes = known.get(db) ?? {
    tookMs: new Map(),
    polling: 0,
    waiting: [],
    onChange: () => {},
  };
  known.set(db, nodes);
  return nodes;
}

/**
 * Returns which merchants can be reached. While a node is missing, returns the last result, however
 * old, and starts a new check of the nodes.
 */
async function ask(db: Database): Promise<Reachable> {
  const { reachable } = nodesOf(db);
  if (reachable === undefined) return askAgain(db);
  if (reachable.untilMs <= systemClock.monotonicMs()) askAgain(db).catch(() => {});
  return reachable;
}

/** Many workers find a node missing at the same time; only one of them checks all nodes. */
async function askAgain(db: Database): Promise<Reachable> {
  const nodes = nodesOf(db);
  nodes.asking ??= askNodes(db, nodes)
    .then((reachable) => keep(nodes, reachable))
    .finally(() => (nodes.asking = undefined));
  return nodes.asking;
}

function keep(nodes: Nodes, reachable: Reachable): Reachable {
  const before = nodes.reachable?.missing.join() ?? '';
  nodes.reachable = reachable.missing.length > 0 ? reachable : undefined;
  for (const free of nodes.waiting.splice(0)) free();
  if (reachable.missing.join() !== before) nodes.onChange(reachable.missing);
  return reachable;
}

interface Node {
  readonly host: string;
  readonly port: number;
  /** Reads the merchants of the node, as a list in JSON. */
  readonly command: string;
}

async function askNodes(db: Database, known: Nodes): Promise<Reachable> {
  const nodes = await db.rows<Node>(
    `select n.nodename as host, n.nodeport as port,
       'select coalesce(json_agg(merchant_id), ''[]'') from (' ||
         string_agg('select merchant_id from ' || shard_name(s.logicalrelid, s.shardid),
           ' union all ') || ') m' as command
     from pg_dist_shard s join pg_dist_placement p using (shardid)
     join pg_dist_node n on n.groupid = p.groupid and n.noderole = 'primary'
     where s.logicalrelid = 'merchant'::regclass group by 1, 2 order by 1, 2`,
  );
  const merchantIds: string[] = [];
  const missing: string[] = [];
  for (const node of nodes) {
    const name = `${node.host}:${node.port}`;
    const found = await askNode(db, node, patienceMs(known, name));
    if (found === undefined) missing.push(name);
    else {
      merchantIds.push(...found.merchantIds);
      known.tookMs.set(name, found.tookMs);
    }
  }
  // A node that has just gone missing may only be slow, so it is checked again soon, with a longer
  // wait.
  const isSure = missing.every((name) => known.reachable?.missing.includes(name));
  return {
    merchantIds: new Set(merchantIds.sort()),
    missing,
    untilMs: systemClock.monotonicMs() + (isSure ? askedAgainMs : 0),
  };
}

/** A slow node is not missing as long as it takes at most twice as long as before. */
function patienceMs({ reachable, tookMs }: Nodes, name: string): number {
  if (reachable?.missing.includes(name)) return nodeMsMax;
  return Math.round(Math.min(nodeMsMax, Math.max(nodeMsMin, 2 * (tookMs.get(name) ?? 0))));
}

interface Found {
  readonly merchantIds: readonly string[];
  readonly tookMs: number;
}

async function askNode(
  db: Database,
  { host, port, command }: Node,
  msMax: number,
): Promise<Found | undefined> {
  try {
    return await db.transaction(async (tx) => {
      await tx.run(`set local statement_timeout = ${msMax}`);
      const startedMs = systemClock.monotonicMs();
      const row = await tx.row<{ success: boolean; result: string }>(
        'select success, result from master_run_on_worker($1, $2, $3, false)',
        [[host], [port], [command]],
      );
      if (row?.success !== true) return undefined;
      const tookMs = systemClock.monotonicMs() - startedMs;
      return { merchantIds: JSON.parse(row.result) as string[], tookMs };
    });
  } catch (error) {
    if (isNodeFault(error)) return undefined;
    throw error;
  }
}
