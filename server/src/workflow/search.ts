import type { WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { WorkflowTasksRequest } from '@perennial/contract/workflow.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import { rangeConditions } from '../kernel/momentRange.ts';
import { filterDate } from '../platform/http/dates.ts';
import type { Bind } from '../platform/storage/page.ts';
import { groupName, userName } from './present.ts';
import type { TaskObjectType } from './task.ts';

/** The conditions of a search; all given ones must match. An explicit null does not filter. */
export type TaskSearch = Omit<WorkflowTasksRequest, 'object_type' | 'priority' | 'status'> &
  WorkflowTaskSearch;

/** The caller, to whom `assigned_to_me` refers. A caller without a user has no tasks. */
export interface Searcher {
  readonly userId?: number | undefined;
  readonly groupIds: readonly number[];
  readonly zone: string;
  /** The time on the merchant's clock, which decides what is overdue. */
  readonly now: Temporal.Instant;
  /** The objects whose id the search names. */
  readonly namedObjects: readonly NamedObject[];
}

/** An object by its type and the key that all its names share. */
export interface NamedObject {
  readonly type: TaskObjectType;
  readonly key: string;
}

/**
 * Returns the SQL conditions of a search on the row `o`. In the published search, `closed` means
 * any closed status, because its list of statuses has no other word for them; with `exactStatus`,
 * it means only the status `closed`.
 */
export function conditionsOf(
  search: TaskSearch,
  searcher: Searcher,
  bind: Bind,
  { exactStatus }: { readonly exactStatus: boolean },
): string[] {
  const given = Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== null && value !== ''),
  ) as TaskSearch;
  return [
    ...assignmentConditions(given, searcher, bind),
    ...createdBy(given.created_by, bind),
    ...objectConditions(given, searcher, bind),
    ...(given.global_task_number !== undefined
      ? [`o.global_number = ${bind(given.global_task_number)}`]
      : []),
    ...(given.priority !== undefined ? [`o.priority = ${bind(given.priority)}`] : []),
    ...anyOf('o.priority', given.priorities, bind),
    ...(given.status !== undefined ? [statusCondition(given.status, bind, exactStatus)] : []),
    ...anyOf('o.status', given.statuses, bind),
    ...overdueCondition(given.overdue, searcher, bind),
    ...(given.system !== undefined
      ? [`o.system_type is ${given.system ? 'not null' : 'null'}`]
      : []),
    ...(given.system_task_type !== undefined
      ? [`o.system_type = ${bind(given.system_task_type)}`]
      : []),
    ...(given.tags && given.tags.length > 0 ? [`o.tags @> ${bind(given.tags)}::text[]`] : []),
    ...ranges(given, searcher.zone, bind),
    ...words(given.text).map((word) => `o.search_text like ${bind(`%${escaped(word)}%`)}`),
  ];
}

/**
 * Returns the order of a page, ending with the task's number; newest first if no field is named.
 */
export function orderOf(sort: readonly SortField[]): string[] {
  const given = sort.length === 0 ? [{ field: 'created_dts', descending: true }] : sort;
  const direction = given[0]!.descending ? 'desc' : 'asc';
  return [
    ...given.map(
      ({ field, descending }) =>
        `${required(sortColumns[field], `sort column ${field}`)} ${descending ? 'desc' : 'asc'}`,
    ),
    `o.global_number ${direction}`,
  ];
}

/**
 * The column of each field of `_sort`. A priority begins with its number, so its text sorts like
 * the number.
 */
const sortColumns: Readonly<Record<string, string>> = {
  workflow_task_uuid: 'o.task_uuid',
  merchant_id: 'o.merchant_id',
  task_name: 'o.name',
  task_details: 'o.details',
  task_context: 'o.context',
  object_type: 'o.object_type',
  object_id: 'o.object_id',
  object_url: 'o.object_url',
  object_email: 'o.object_email',
  assigned_to_user: userName('o'),
  assigned_to_user_id: 'o.assigned_user_id',
  assigned_to_group: groupName('o'),
  assigned_to_group_id: 'o.assigned_group_id',
  assigned_to_user_or_group: `coalesce(${userName('o')}, ${groupName('o')})`,
  related_workflow_task_uuid: 'o.related_uuid',
  dependant_workflow_task_uuid: 'o.dependant_uuid',
  priority: 'o.priority',
  status: 'o.status',
  system_task_type: 'o.system_type',
  global_task_number: 'o.global_number',
  object_task_number: 'o.object_number',
  created_dts: 'o.created_at',
  last_update_dts: 'o.updated_at',
  due_dts: 'o.due_at',
  delay_until_dts: 'o.delay_until',
  expiration_dts: 'o.expires_at',
};

function mine({ userId, groupIds }: Searcher, bind: Bind): string {
  if (userId === undefined) return 'false';
  return groupIds.length === 0
    ? `o.assigned_user_id = ${bind(userId)}`
    : `(o.assigned_user_id = ${bind(userId)} or o.assigned_group_id = any(${bind(groupIds)}::int[]))`;
}

function assignmentConditions(given: TaskSearch, searcher: Searcher, bind: Bind): string[] {
  return [
    ...(given.assigned_to_me ? [mine(searcher, bind)] : []),
    ...(given.assigned_to_my_groups
      ? [`o.assigned_group_id = any(${bind(searcher.groupIds)}::int[])`]
      : []),
    ...(given.unassigned ? ['o.assigned_user_id is null and o.assigned_group_id is null'] : []),
    ...(given.assigned_to_user_id !== undefined
      ? [`o.assigned_user_id = ${bind(given.assigned_to_user_id)}`]
      : []),
    ...(given.assigned_to_group_id !== undefined
      ? [`o.assigned_group_id = ${bind(given.assigned_to_group_id)}`]
      : []),
    ...(given.assigned_to_user !== undefined
      ? [`fold(${userName('o')}) = ${bind(fold(given.assigned_to_user))}`]
      : []),
    ...(given.assigned_to_group !== undefined
      ? [`fold(${groupName('o')}) = ${bind(fold(given.assigned_to_group))}`]
      : []),
  ];
}

function createdBy(user: TaskSearch['created_by'], bind: Bind): string[] {
  return [
    ...(typeof user?.user_id === 'number' ? [`o.created_by_user_id = ${bind(user.user_id)}`] : []),
    ...(typeof user?.user === 'string'
      ? [`fold(o.created_by_name) = ${bind(fold(user.user))}`]
      : []),
  ];
}

/** Returns the conditions on a task's object, which is matched by each of its names. */
function objectConditions(
  { object_type: type, object_id: id, object_email: email }: TaskSearch,
  { namedObjects }: Searcher,
  bind: Bind,
): string[] {
  const byId = (name: string): string =>
    [
      `(o.object_id = ${bind(name)}`,
      ...namedObjects.map(
        (named) => `(o.object_type = ${bind(named.type)} and o.object_key = ${bind(named.key)})`,
      ),
    ].join(' or ');
  return [
    ...(type !== undefined ? [`o.object_type = ${bind(type)}`] : []),
    ...(id !== undefined ? [`${byId(id.trim())})`] : []),
    ...(email !== undefined ? [`o.object_email = ${bind(foldTrimmed(email))}`] : []),
  ];
}

const anyOf = (column: string, values: readonly string[] | undefined, bind: Bind): string[] =>
  values && values.length > 0 ? [`${column} = any(${bind(values)}::text[])`] : [];

/** A task without a due date is never overdue. */
function overdueCondition(overdue: boolean | undefined, { now }: Searcher, bind: Bind): string[] {
  if (overdue === undefined) return [];
  return overdue ? [`o.due_at < ${bind(now)}`] : [`(o.due_at is null or o.due_at >= ${bind(now)})`];
}

function statusCondition(status: string, bind: Bind, exact: boolean): string {
  return status === 'closed' && !exact
    ? "o.status in ('closed', 'closed - system', 'closed - customer', 'closed - expiration')"
    : `o.status = ${bind(status)}`;
}

const rangeColumns = {
  created_dts: 'created_at',
  due_dts: 'due_at',
  delay_until_dts: 'delay_until',
  last_update_dts: 'updated_at',
} as const;

function ranges(search: TaskSearch, zone: string, bind: Bind): string[] {
  return Object.entries(rangeColumns).flatMap(([field, column]) => {
    const given = search as Readonly<Record<string, string | undefined>>;
    const [begin, end] = [`${field}_begin`, `${field}_end`].map((name) =>
      filterDate(given[name], name, zone),
    );
    return rangeConditions(`o.${column}`, { begin, end }, bind);
  });
}

const words = (text: string | undefined): string[] =>
  fold(text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 10);
const escaped = (word: string): string => word.replace(/[\\%_]/g, '\\$&');
