import type { SortField } from '@perennial/contract/sorting.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import type { ZoneShifts } from '../kernel/zoneShifts.ts';
import type { Database } from '../platform/storage/database.ts';
import { bindings, type JsonPage, readPage } from '../platform/storage/page.ts';
import { recordset } from '../platform/storage/recordset.ts';
import { takeIds } from '../platform/storage/takenIds.ts';
import { inZone } from '../platform/storage/zone.ts';
import { movedIfLater, shiftValues } from '../platform/storage/zoneMoves.ts';
import { taskJson } from './present.ts';
import { conditionsOf, orderOf, type Searcher, type TaskSearch } from './search.ts';
import type { HistoryLine, NewTask, SystemTaskType, Task, TaskObjectType } from './task.ts';
import { changeableRows, columns, fromRow, type TaskRow, taskRows } from './taskRows.ts';

/** Reads a task; undefined when it does not exist. */
export async function findTask(
  db: Database,
  merchantId: string,
  taskUuid: string,
): Promise<Task | undefined> {
  const row = await db.row<TaskRow>(
    `select ${columns} from workflow_task where merchant_id = $1 and task_uuid = $2`,
    [merchantId, taskUuid],
  );
  return row && fromRow(row);
}

/**
 * Reads and locks tasks. All transactions lock them in the order of their numbers, which avoids
 * deadlocks.
 */
export async function lockTasks(
  tx: Database,
  merchantId: string,
  taskUuids: readonly string[],
): Promise<Task[]> {
  const rows = await tx.rows<TaskRow>(
    `select ${columns} from workflow_task where merchant_id = $1 and task_uuid = any($2::text[])
     order by global_number for update`,
    [merchantId, [...taskUuids]],
  );
  return rows.map(fromRow);
}

/**
 * Finds open tasks that the server raised about these objects; with `lock`, locks them in the order
 * of their numbers.
 */
export async function findSystemTasks(
  db: Database,
  merchantId: string,
  objectType: TaskObjectType,
  objectKeys: readonly string[],
  types: readonly SystemTaskType[],
  { lock }: { readonly lock: boolean },
): Promise<Task[]> {
  const rows = await db.rows<TaskRow>(
    `select ${columns} from workflow_task
     where merchant_id = $1 and object_type = $2 and object_key = any($3::text[])
       and system_type = any($4::text[])
       and system_type is not null and status in ('open', 'delayed', 'awaiting customer feedback')
     order by global_number${lock ? ' for update' : ''}`,
    [merchantId, objectType, [...objectKeys], [...types]],
  );
  return rows.map(fromRow);
}

/** Finds and locks the open tasks with this name about these objects. */
export async function findOpenByName(
  tx: Database,
  merchantId: string,
  objectType: TaskObjectType,
  objectKeys: readonly string[],
  name: string,
): Promise<Task[]> {
  const rows = await tx.rows<TaskRow>(
    `select ${columns} from workflow_task
     where merchant_id = $1 and object_type = $2 and object_key = any($3::text[]) and name = $4
       and status in ('open', 'delayed', 'awaiting customer feedback')
     order by global_number for update`,
    [merchantId, objectType, [...objectKeys], name],
  );
  return rows.map(fromRow);
}

/**
 * Reads and locks tasks that change by themselves until a moment; skips those locked by another
 * transaction.
 */
export async function lockMoving(
  tx: Database,
  merchantId: string,
  until: Temporal.Instant,
  limit: number,
): Promise<Task[]> {
  const rows = await tx.rows<TaskRow>(
    `select ${columns} from workflow_task where merchant_id = $1 and moves_at <= $2
     order by moves_at, global_number limit ${limit} for update skip locked`,
    [merchantId, until],
  );
  return rows.map(fromRow);
}

/**
 * Clears the moment at which tasks change by themselves; the next change of a task sets it again.
 */
export async function stopMoving(
  tx: Database,
  merchantId: string,
  taskUuids: readonly string[],
): Promise<void> {
  if (taskUuids.length === 0) return;
  await tx.run(
    `update workflow_task set moves_at = null
     where merchant_id = $1 and task_uuid = any($2::uuid[])`,
    [merchantId, taskUuids],
  );
}

/** Returns when the next task changes by itself; undefined when that is after `until`. */
export async function firstMove(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
): Promise<Temporal.Instant | undefined> {
  const row = await db.row<{ at: Temporal.Instant }>(
    `select moves_at as at from workflow_task where merchant_id = $1 and moves_at <= $2
     order by moves_at limit 1`,
    [merchantId, until],
  );
  return row?.at;
}

/** Counts the tasks that change by themselves until then, up to `max`. */
export async function countMoving(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
  max: number,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*) as count from (
       select 1 from workflow_task where merchant_id = $1 and moves_at <= $2 limit $3) moving`,
    [merchantId, until, max],
  );
  return row?.count ?? 0;
}

/**
 * Locks the merchant's numbers until the transaction ends. Every insertion of tasks does this
 * first, so its later checks (is there an open task?) stay valid.
 */
export async function lockNumbers(tx: Database, merchantId: string): Promise<void> {
  await tx.run(
    `insert into workflow_number (merchant_id, object_type, object_key, value)
     values ($1, '', '', 0)
     on conflict (merchant_id, object_type, object_key) do update
       set value = workflow_number.value`,
    [merchantId],
  );
}

/**
 * Stores new tasks with the next numbers, without gaps, and returns them. The caller has locked the
 * numbers ({@link lockNumbers}).
 */
export async function insertTasks(
  tx: Database,
  merchantId: string,
  tasks: readonly NewTask[],
): Promise<Task[]> {
  const numbers = await takeNumbers(tx, merchantId, [
    { type: '', key: '', count: tasks.length },
    ...objectsOf(tasks),
  ]);
  const numbered = tasks.map(
    (task): Task => ({
      ...task,
      globalNumber: numbers.next('', ''),
      objectNumber: task.object && numbers.next(task.object.type, task.object.key),
    }),
  );
  await tx.run(
    `insert into workflow_task (merchant_id, ${taskRows.names})
     select m.merchant_id, ${taskRows.names} from ${taskRows.insertFrom(2)}`,
    [merchantId, ...taskRows.values(numbered)],
  );
  return numbered;
}

/** Saves changed tasks that the caller has locked. */
export async function saveTasks(
  tx: Database,
  merchantId: string,
  tasks: readonly Task[],
): Promise<void> {
  await tx.run(
    `update workflow_task t set ${changeableRows.assigned} from ${taskRows.updateFrom(2)}
     where t.merchant_id = $1 and t.global_number = r.global_number`,
    [merchantId, ...taskRows.values(tasks)],
  );
}

/** Deletes a task and its history; its number is not used again. */
export async function deleteTask(
  tx: Database,
  merchantId: string,
  taskUuid: string,
): Promise<void> {
  await tx.run('delete from workflow_history where merchant_id = $1 and task_uuid = $2', [
    merchantId,
    taskUuid,
  ]);
  await tx.run('delete from workflow_task where merchant_id = $1 and task_uuid = $2', [
    merchantId,
    taskUuid,
  ]);
}

/** Adds lines to the histories of tasks. */
export async function appendHistory(
  tx: Database,
  merchantId: string,
  lines: readonly HistoryLine[],
): Promise<void> {
  const ids = await takeIds(tx, 'workflow_history.history_id', lines.length);
  await tx.run(
    `insert into workflow_history (merchant_id, ${historyRows.names})
     overriding system value
     select m.merchant_id, ${historyRows.names} from ${historyRows.insertFrom(2)}`,
    [merchantId, ...historyRows.values(lines.map((line, index) => ({ ...line, id: ids[index] })))],
  );
}

const historyRows = recordset<HistoryLine & { readonly id: number | undefined }>([
  { name: 'history_id', type: 'bigint', read: ({ id }) => id },
  { name: 'task_uuid', type: 'text', read: ({ taskUuid }) => taskUuid },
  { name: 'at', type: 'timestamptz', read: ({ at }) => at },
  { name: 'description', type: 'text', read: ({ description }) => description },
  { name: 'ip_address', type: 'text', read: ({ address }) => address },
  { name: 'user_id', type: 'int', read: ({ by }) => by.userId },
  { name: 'user_name', type: 'text', read: ({ by }) => by.name },
]);

/** Returns whether `from` waits for `target`, directly or through other tasks. */
export async function waitsFor(
  db: Database,
  merchantId: string,
  from: string,
  target: string,
): Promise<boolean> {
  const row = await db.row<{ waits: boolean }>(
    `with recursive chain as (
       select dependant_uuid as task_uuid from workflow_task
         where merchant_id = $1 and task_uuid = $2
       union
       select t.dependant_uuid from workflow_task t join chain c on t.task_uuid = c.task_uuid
         where t.merchant_id = $1
     ) select exists (select from chain where task_uuid = $3) as waits`,
    [merchantId, from, target],
  );
  return row?.waits === true;
}

/** Reads the JSON of tasks in the wire format, by id. */
export async function readTaskTexts(
  db: Database,
  merchantId: string,
  zone: string,
  taskUuids: readonly string[],
  options: { readonly withHistory: boolean },
): Promise<ReadonlyMap<string, string>> {
  const rows = await db.rows<{ task_uuid: string; json: string }>(
    `select o.task_uuid, ${taskJson('o', options)}::text as json from workflow_task o
     where o.merchant_id = $1 and o.task_uuid = any($3::text[]) and ${inZone('$2')}`,
    [merchantId, zone, [...taskUuids]],
  );
  return new Map(rows.map((row) => [row.task_uuid, row.json]));
}

/** Reads a task's JSON and version; undefined when it does not exist. */
export async function readTask(
  db: Database,
  merchantId: string,
  zone: string,
  taskUuid: string,
): Promise<{ json: string; version: number } | undefined> {
  return db.row<{ json: string; version: number }>(
    `select ${taskJson('o', { withHistory: true })}::text as json, o.version from workflow_task o
     where o.merchant_id = $1 and o.task_uuid = $3 and ${inZone('$2')}`,
    [merchantId, zone, taskUuid],
  );
}

/** Returns the uuids of tasks by their numbers. */
export async function findTaskUuids(
  db: Database,
  merchantId: string,
  globalNumbers: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await db.rows<{ number: number; uuid: string }>(
    `select global_number as number, task_uuid as uuid from workflow_task
     where merchant_id = $1 and global_number = any($2::int[])`,
    [merchantId, [...globalNumbers]],
  );
  return new Map(rows.map(({ number, uuid }) => [number, uuid]));
}

/** The search, order and page of a list of tasks. */
export interface TaskList {
  readonly search: TaskSearch;
  readonly searcher: Searcher;
  readonly exactStatus: boolean;
  readonly sort: readonly SortField[];
  readonly page: { readonly limit: number; readonly offset: number };
}

/** Reads a page of the tasks that match a search. */
export function readTaskPage(
  db: Database,
  merchantId: string,
  { search, searcher, exactStatus, sort, page }: TaskList,
): Promise<JsonPage> {
  const { values, bind } = bindings(merchantId);
  const where = ['o.merchant_id = $1', ...conditionsOf(search, searcher, bind, { exactStatus })];
  return readPage(
    db,
    {
      table: 'workflow_task',
      key: 'global_number',
      name: 'task_uuid',
      where,
      values,
      orderBy: orderOf(sort),
      zone: searcher.zone,
      json: taskJson('o', { withHistory: true }),
    },
    page,
  );
}

/** Counts the open tasks of these users, assigned to them or to one of their groups. */
export async function countOpen(
  db: Database,
  merchantId: string,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await db.rows<{ user_id: number; open: number }>(
    `select u.user_id,
       (select count(*) from workflow_task t
        where t.merchant_id = $1 and t.status = 'open' and t.assigned_user_id = u.user_id)
       + (select count(*) from group_membership m
          join workflow_task t
            on t.merchant_id = m.merchant_id and t.assigned_group_id = m.group_id
          where m.merchant_id = $1 and t.merchant_id = $1 and m.user_id = u.user_id
            and t.status = 'open' and t.assigned_user_id is distinct from u.user_id) as open
     from unnest($2::int[]) as u (user_id)`,
    [merchantId, [...userIds]],
  );
  return new Map(rows.map((row) => [row.user_id, row.open]));
}

/** Lists the tags in use, in alphabetical order. */
export async function listTags(db: Database, merchantId: string): Promise<string[]> {
  const rows = await db.rows<{ tag: string }>(
    'select distinct unnest(tags) as tag from workflow_task where merchant_id = $1 order by tag',
    [merchantId],
  );
  return rows.map((row) => row.tag);
}

interface Counted {
  readonly type: string;
  readonly key: string;
  readonly count: number;
}

const countedRows = recordset<Counted>([
  { name: 'type', type: 'text', read: ({ type }) => type },
  { name: 'key', type: 'text', read: ({ key }) => key },
  { name: 'count', type: 'int', read: ({ count }) => count },
]);

function objectsOf(tasks: readonly NewTask[]): Counted[] {
  const counts = new Map<string, { type: string; key: string; count: number }>();
  for (const { object } of tasks) {
    if (object === undefined) continue;
    const name = `${object.type}\n${object.key}`;
    const counted = counts.get(name);
    if (counted) counted.count++;
    else counts.set(name, { type: object.type, key: object.key, count: 1 });
  }
  return [...counts.values()];
}

async function takeNumbers(
  tx: Database,
  merchantId: string,
  counted: readonly Counted[],
): Promise<{ next(type: string, key: string): number }> {
  const rows = await tx.rows<{ type: string; key: string; last: number }>(
    `insert into workflow_number as n (merchant_id, object_type, object_key, value)
     select m.merchant_id, r.type, r.key, r.count from ${countedRows.insertFrom(2)}
     on conflict (merchant_id, object_type, object_key) do update
       set value = n.value + excluded.value
     returning n.object_type as type, n.object_key as key, n.value as last`,
    [merchantId, ...countedRows.values(counted)],
  );
  const counts = new Map(counted.map(({ type, key, count }) => [`${type}\n${key}`, count]));
  const nexts = new Map(
    rows.map(({ type, key, last }) => {
      const name = `${type}\n${key}`;
      return [name, last - required(counts.get(name), 'count of tasks') + 1];
    }),
  );
  return {
    next(type, key) {
      const number = required(nexts.get(`${type}\n${key}`), 'number of a task');
      nexts.set(`${type}\n${key}`, number + 1);
      return number;
    },
  };
}

/** Moves the future dates of open tasks to the same local time in another zone. */
export async function moveTaskDates(
  tx: Database,
  merchantId: string,
  now: Temporal.Instant,
  shifts: ZoneShifts,
): Promise<void> {
  const moved = (column: string) => `${column} = ${movedIfLater(column, '$2', '$3', '$4')}`;
  await tx.run(
    `update workflow_task set ${moved('due_at')}, ${moved('delay_until')}, ${moved('expires_at')},
       version = version + 1
     where merchant_id = $1 and is_open and (due_at > $2 or delay_until > $2 or expires_at > $2)`,
    [merchantId, now, ...shiftValues(shifts)],
  );
}

/** Returns the address of the console, without a slash at the end; empty if there is none. */
export async function readConsoleUrl(db: Database): Promise<string> {
  const row = await db.row<{ url: string | null }>('select console_url() as url');
  return row?.url ?? '';
}
