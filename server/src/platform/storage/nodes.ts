import { systemClock } from '../clock/systemClock.ts';
import type { Database } from './database.ts';
import { citusRole } from './distribution.ts';
import { isNodeFault, NodeMissing } from './failures.ts';

/*
 * Reads over all merchants while a node of Citus is away (docs/scaling.md, ADR 68). Citus refuses
 * such a statement when one of its nodes does not respond. Background work then asks the nodes one by
 * one for their merchants, and reads for those of the nodes that responded. Plain PostgreSQL has one
 * node: nothing here costs it anything, and its errors are passed on.
 */

/**
 * Limits one table of a statement to the merchants on nodes that respond: the condition followed by
 * `and`, or nothing while all nodes respond. Each table of the statement needs it: Citus sends a
 * statement to all nodes that any one of them names.
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
  /** By host and port: how long the node took when it responded last. */
  readonly tookMs: Map<string, number>;
  /** The polls under way that ask all nodes, and those that wait for one of them to end. */
  polling: number;
  readonly waiting: (() => void)[];
  onChange: (missing: readonly string[]) => void;
}

const known = new WeakMap<Database, Nodes>();

/** How long an outcome counts before nodes are asked again. */
const askedAgainMs = 10_000;
/** The first wait for a node is no longer than this, because it may be frozen or gone. */
const nodeMsMin = 2_000;
/**
 * No request waits while a node that is missing is asked again, so it has longer: one that is slow
 * and responds to everything would otherwise be lost for its merchants for as long as it is slow.
 */
const nodeMsMax = 10_000;
/** A read that takes longer makes us ask whether a node is away. */
const slowMs = 2_000;
/**
 * A frozen node keeps the connection of each statement that asks it until the statement's time is
 * up; the polls of all workers together would keep all that this process has.
 */
const pollsMax = 4;

/**
 * Returns the rows of a statement on all merchants, without those of merchants whose node does not
 * respond. `statement` is called with what limits each of its tables; the parameter that it adds
 * follows `values`.
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

/** Reads from all nodes. Undefined: one of them is away. */
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
 * Reads a merchant's row. Rejects with {@link NodeMissing} at once while the merchant's node is
 * known to be away, and as soon as that is known when the read takes long: otherwise the requests
 * of its merchants would keep all connections until their time is up.
 */
export async function readWhereReachable<Value>(
  db: Database,
  merchantId: string,
  read: () => Promise<Value>,
): Promise<Value> {
  if (isOnMissingNode(db, merchantId)) throw new NodeMissing(merchantId);
  const value = read();
  // Its own failure, later, has no reader any more when the node is found missing before.
  const late = untilMissing(db, value).then(() => {
    if (isOnMissingNode(db, merchantId)) throw new NodeMissing(merchantId);
    return value;
  });
  return Promise.race([value, late]);
}

/** Whether the node of a merchant was away when nodes were asked last; asks again now and then. */
function isOnMissingNode(db: Database, merchantId: string): boolean {
  const reachable = known.get(db)?.reachable;
  if (reachable === undefined) return false;
  // The request does not wait for it.
  if (reachable.untilMs <= systemClock.monotonicMs()) askAgain(db).catch(() => {});
  return !reachable.merchantIds.has(merchantId);
}

/**
 * Asks the nodes once a read has taken long. Resolves with undefined when one of them is away, and
 * stays pending otherwise.
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
    // Without a connection no node can be asked; the read reports that itself.
    checkNodes().catch(() => {});
  });
}

/**
 * Does work on rows that every node has a copy of, which Citus refuses while a node does not
 * respond. Returns undefined then, and the caller leaves the work for later. Other failures are
 * thrown.
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

/** The nodes that did not respond last, as host and port; none on plain PostgreSQL. */
export const missingNodes = (db: Database): readonly string[] =>
  known.get(db)?.reachable?.missing ?? [];

/**
 * Calls `listener` with the missing nodes whenever one goes missing or is back, and now if some are
 * missing.
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
 * Returns which merchants can be reached. While a node is missing that is what was found last,
 * however old: the nodes are then asked again meanwhile.
 */
async function ask(db: Database): Promise<Reachable> {
  const { reachable } = nodesOf(db);
  if (reachable === undefined) return askAgain(db);
  if (reachable.untilMs <= systemClock.monotonicMs()) askAgain(db).catch(() => {});
  return reachable;
}

/** Many workers find a node missing at the same moment; one of them asks for all. */
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
  // A node that has just gone missing may only be slow, so it is asked again soon, with more time.
  const isSure = missing.every((name) => known.reachable?.missing.includes(name));
  return {
    merchantIds: new Set(merchantIds.sort()),
    missing,
    untilMs: systemClock.monotonicMs() + (isSure ? askedAgainMs : 0),
  };
}

/** A node that responds slowly is not missing as long as it takes at most twice as long as before. */
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
