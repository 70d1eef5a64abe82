import type { Database } from './database.ts';

/** Columns whose ids are reserved before their rows are inserted. */
export type TakenId =
  | 'auto_order_log.log_id'
  | 'auto_order_update_job.job_id'
  | 'notice.notice_id'
  | 'workflow_history.history_id'
  | 'webhook_log.log_id';

/**
 * Reserves the next `count` ids of a column, in ascending order. An insert of selected rows runs on
 * the merchant's node, but on Citus the coordinator counts the ids. Unused ids leave a harmless
 * gap.
 */
export async function takeIds(db: Database, column: TakenId, count: number): Promise<number[]> {
  if (count === 0) return [];
  const [table, name] = column.split('.');
  const rows = await db.rows<{ id: number }>(
    // The sequence is looked up once for all ids.
    `select nextval(s.name) as id
     from (select pg_get_serial_sequence($1, $2)::regclass as name offset 0) s
     cross join generate_series(1, $3)`,
    [table, name, count],
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}
