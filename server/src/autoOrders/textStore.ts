import { required } from '../kernel/assert.ts';
import { listText } from '../kernel/jsonText.ts';
import type { Database } from '../platform/storage/database.ts';
import type { JsonList } from '../platform/storage/page.ts';
import { readEach, readOrLeaveOut } from '../platform/storage/unreadable.ts';
import { inZone } from '../platform/storage/zone.ts';
import { autoOrderJson } from './present.ts';

/**
 * An auto order as the wire's JSON text. With `items.future_schedules` it has gaps that must still
 * be filled.
 */
export interface AutoOrderText {
  readonly autoOrderOid: number;
  readonly version: number;
  readonly json: string;
}

/**
 * Reads those of these auto orders that exist, in the order of their oids, in one round trip for
 * any expansion.
 *
 * The oids are in a subquery so that PostgreSQL cannot count them. Otherwise it would estimate a
 * short list as much cheaper than the average one and plan the statement again on every call.
 * Planning such a long projection takes several times as long as running it.
 */
export async function readAutoOrderTexts(
  db: Database,
  merchantId: string,
  timeZone: string,
  oids: readonly number[],
  expand: ReadonlySet<string>,
): Promise<AutoOrderText[]> {
  const read = [readSql(expand), [merchantId, timeZone, oids]] as const;
  const rows = await (oids.length === 1 ? db.lookup<ReadRow>(...read) : db.rows<ReadRow>(...read));
  return rows.map((row) => ({ autoOrderOid: row.oid, version: row.version, json: row.json }));
}

interface ReadRow {
  readonly oid: number;
  readonly version: number;
  readonly json: string;
}

const readSql = writtenOnce(
  (expand) =>
    `select a.auto_order_oid as oid, a.version, ${autoOrderJson('a', expand)} as json
   from auto_order a
   where a.merchant_id = $1 and a.auto_order_oid = any((select $3::int[])::int[]) and ${inZone('$2')}
   order by a.auto_order_oid`,
);

/**
 * Reads the JSON list of those auto orders that exist, in the order of `oids`, without those that
 * cannot be read. Each oid must occur once.
 */
export function readAutoOrderList(
  db: Database,
  merchantId: string,
  timeZone: string,
  oids: readonly number[],
  expand: ReadonlySet<string>,
): Promise<JsonList> {
  return readOrLeaveOut(
    async () => {
      const list = await db.row<{ json: string }>(listSql(expand), [merchantId, timeZone, oids]);
      return { json: required(list, 'list').json, leftOut: [] };
    },
    async () => {
      const { rows, leftOut } = await readEach(oids, (some) =>
        readAutoOrderTexts(db, merchantId, timeZone, some, expand),
      );
      const texts = new Map(rows.map((row) => [row.autoOrderOid, row.json]));
      return { json: `[${oids.flatMap((oid) => texts.get(oid) ?? []).join(',')}]`, leftOut };
    },
  );
}

const listSql = writtenOnce(
  (expand) =>
    `select ${listText(autoOrderJson('a', expand), 'requested.place')} as json
   from unnest((select $3::int[])) with ordinality as requested (oid, place)
   join auto_order a on a.merchant_id = $1 and a.auto_order_oid = requested.oid
   where ${inZone('$2')}`,
);

/**
 * Caches statements by their expansion, because writing one takes as long as running it. Most
 * clients use few expansions; the bound is for those that use many.
 */
export function writtenOnce(
  write: (expand: ReadonlySet<string>) => string,
): (expand: ReadonlySet<string>) => string {
  const writtenMax = 500;
  const written = new Map<string, string>();
  return (expand) => {
    const key = [...expand].join();
    const known = written.get(key);
    if (known !== undefined) return known;
    if (written.size >= writtenMax) written.clear();
    const sql = write(expand);
    written.set(key, sql);
    return sql;
  };
}
