import type { Database } from './database.ts';

/** Columns whose ids are taken before their rows are inserted. */
export type TakenId =
  | 'auto_order_log.log_id'
  | 'auto_order_update_job.job_id'
  | 'notice.notice_id'
  | 'workflow_history.history_id'
  | 'webhook_log.log_id';

/**
 * Takes the next `count` ids of a column, ascending. An insert of rows that are selected runs where
 * the merchant is, and on Citus the numbers are counted elsewhere: on the coordinator. Ids that are
 * not used leave a harmless gap.
 */
export async function takeIds(db: Database, column: TakenId, count: number): Promise<number[]> {
  if (count === 0) return [];
  const [table, name] = column.split('.');
  const rows = await db.rows<{ id: number }>(
    // The sequence is found once, and not for each id.
    `select nextval(s.name) as id
     from (select pg_get_serial_sequence($1, $2)::regclass as name offset 0) s
     cross join generate_series(1, $3)`,
    [table, name, count],
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}
