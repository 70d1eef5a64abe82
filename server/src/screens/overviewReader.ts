import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import type { Database } from '../platform/storage/database.ts';

/** The limit of each count. */
const countMax = 10_000;

const counted = (from: string): string =>
  `(select count(*)::int from (select 1 from ${from} limit ${countMax}) as counted)`;

/** Returns the time of the engine's next work. */
export async function firstDueAt(
  db: Database,
  merchantId: string,
): Promise<Temporal.Instant | undefined> {
  const row = await db.row<{ at: Temporal.Instant }>(
    `select due_at as at from auto_order where merchant_id = $1 and due_at is not null
     order by due_at limit 1`,
    [merchantId],
  );
  return row?.at;
}

/** Counts the enabled webhooks whose last delivery failed. */
export async function countFailingWebhooks(db: Database, merchantId: string): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select ${counted(
      'webhook w where w.merchant_id = $1 and not w.disabled and w.failing_since is not null',
    )} as count`,
    [merchantId],
  );
  return required(row, 'failing').count;
}

/** Counts of open tasks. */
export interface TaskCounts {
  readonly mine: number;
  readonly groups: number;
  readonly unassigned: number;
  readonly overdue: number;
}

/** Counts open tasks for a user and the user's groups. */
export async function countTasks(
  db: Database,
  merchantId: string,
  userId: number | undefined,
  groupIds: readonly number[],
  now: Temporal.Instant,
): Promise<TaskCounts> {
  const open = (condition: string) =>
    counted(`workflow_task w where w.merchant_id = $1 and w.status = 'open' and ${condition}`);
  return required(
    await db.row<TaskCounts>(
      `select ${open('w.assigned_user_id = $2')} as mine,
         ${open('w.assigned_group_id = any($3::int[])')} as groups,
         ${open('w.assigned_user_id is null and w.assigned_group_id is null')} as unassigned,
         ${open('w.due_at < $4')} as overdue`,
      [merchantId, userId ?? null, groupIds, now],
    ),
    'tasks',
  );
}
