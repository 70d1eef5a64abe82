import type { WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import {
  type Choice,
  choicesOf,
  type FilterState,
  type Filters,
  parseFilters,
  parseRange,
} from '../kit/filters.ts';
import { type JumpField, parseFrom } from '../kit/jump.ts';
import { listOf, type UrlState } from '../kit/urlCodec.ts';

type Status = NonNullable<WorkflowTask['status']>;
type Priority = NonNullable<WorkflowTask['priority']>;
type ObjectType = NonNullable<WorkflowTask['object_type']>;

/** The state in the address of the inbox. */
export type TaskListState = FilterState & {
  readonly sort?: string;
  /** Where the list begins: a value of the field that it is sorted by. */
  readonly from?: string;
  /** The list is shown from its last row on. */
  readonly end?: '1';
  /** The number of the task in the third pane. */
  readonly open?: string;
  /** `1` while the dialog of a new task is open. */
  readonly new?: string;
  /** The object of the new task: `auto order:ABCDE12345`. */
  readonly about?: string;
};

/** The part of an address that determines the rows and their order. */
export function listedOf({ open: _open, new: _new, about: _about, ...listed }: TaskListState) {
  return listed;
}

/** Statuses of tasks that are not done. */
export const openStatuses = [
  'open',
  'awaiting customer feedback',
  'delayed',
] as const satisfies readonly Status[];

/** Statuses of tasks that are done, and why. */
export const closedStatuses = [
  'closed',
  'closed - system',
  'closed - customer',
  'closed - expiration',
] as const satisfies readonly Status[];

/** The priorities, the lowest first; their number is their key. */
export const priorities = [
  '1 - low',
  '2 - medium',
  '3 - high',
  '4 - critical',
] as const satisfies readonly Priority[];

const objectTypes = [
  'order',
  'auto order',
  'item',
  'customer profile',
  'storefront',
] as const satisfies readonly ObjectType[];

const statusNames: readonly Choice[] = choicesOf([...openStatuses, ...closedStatuses]).map(
  ({ value, label }) => ({ value, label: value === 'delayed' ? 'Snoozed' : label }),
);

const priorityChoices: readonly Choice[] = priorities.map((value) => ({
  value,
  label: priorityWord(value),
}));

/** The statuses of the filter: without one, the list shows open tasks. */
const statusChoices: readonly Choice[] = [{ value: 'any', label: 'Any status' }, ...statusNames];

const whoChoices: readonly Choice[] = [
  { value: 'us', label: 'Me and my groups' },
  { value: 'me', label: 'Me' },
  { value: 'groups', label: 'My groups' },
  { value: 'none', label: 'No one' },
];

/** The filters of the inbox. The names are those of the address. */
export const taskFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'name, details, notes, object or email' },
  status: { kind: 'choice', label: 'Status', choices: statusChoices },
  who: { kind: 'choice', label: 'Assigned to', choices: whoChoices, isOne: true },
  priority: { kind: 'choice', label: 'Priority', choices: priorityChoices },
  tag: { kind: 'values', label: 'Tags', hint: 'All of them, separated by commas' },
  object: { kind: 'choice', label: 'About', choices: choicesOf(objectTypes), isOne: true },
  object_id: { kind: 'values', label: 'Object', hint: 'A code, order id, item id or profile' },
  due: { kind: 'range', label: 'Due' },
  overdue: {
    kind: 'choice',
    label: 'Overdue',
    choices: choicesOf(['yes', 'no']),
    isOne: true,
  },
  made_by: {
    kind: 'choice',
    label: 'Raised by',
    choices: [
      { value: 'rules', label: 'The system' },
      { value: 'people', label: 'People' },
    ],
    isOne: true,
  },
  changed: { kind: 'range', label: 'Changed' },
};

/** `3 - high` → `High`. */
export function priorityWord(priority: Priority): string {
  const word = priority.slice(4);
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A person or a group that tasks can be assigned to. */
export interface People {
  readonly users: readonly { readonly id: number; readonly name: string }[];
  readonly groups: readonly { readonly id: number; readonly name: string }[];
}

/** The filters with the merchant's people as choices. */
export function filtersWith({ users, groups }: People): Filters {
  const people = [
    ...users.map(({ id, name }) => ({ value: `user:${id}`, label: name })),
    ...groups.map(({ id, name }) => ({ value: `group:${id}`, label: `${name} (group)` })),
  ];
  return {
    ...taskFilters,
    who: {
      kind: 'choice',
      label: 'Assigned to',
      choices: [...whoChoices, ...people],
      isOne: true,
    },
  };
}

/** The fields that the inbox can be sorted by. */
export const taskSorts = [
  'global_task_number',
  'task_name',
  'priority',
  'status',
  'due_dts',
  'delay_until_dts',
  'created_dts',
  'last_update_dts',
  'object_id',
  'assigned_to_user_or_group',
] as const;

/** The newest come first unless the address says otherwise. */
export const taskSort = '-created_dts';

/** The orders in which the inbox can begin at a value. */
export const taskJumps: readonly JumpField[] = [
  { label: 'Name', sort: 'task_name' },
  { label: 'Number', sort: 'global_task_number' },
  { label: 'Object', sort: 'object_id' },
  { label: 'Assigned to', sort: 'assigned_to_user_or_group' },
  { label: 'Priority', sort: 'priority', values: priorityChoices },
  {
    label: 'Status',
    sort: 'status',
    values: statusNames.toSorted((a, b) => (a.value < b.value ? -1 : 1)),
  },
  { label: 'Due', sort: 'due_dts' },
  { label: 'Snoozed until', sort: 'delay_until_dts' },
  { label: 'Made', sort: 'created_dts' },
  { label: 'Changed', sort: 'last_update_dts' },
];

/** Reads the address of the inbox; leaves out invalid values. */
export function parseTaskList(search: Record<string, unknown>): TaskListState {
  const given = search as UrlState;
  const first = (name: string) => listOf(given[name])[0];
  const [open, isNew, about] = [first('open'), first('new'), first('about')];
  const sort = parseSort(first('sort'));
  const isFromEnd = first('end') === '1';
  const from = isFromEnd ? undefined : parseFrom(first('from'), sort ?? taskSort);
  const who = parseWho(first('who'));
  return {
    ...parseFilters(taskFilters, given),
    ...(who !== undefined && { who: [who] }),
    ...(sort !== undefined && { sort }),
    ...(from !== undefined && { from }),
    ...(isFromEnd && { end: '1' }),
    ...(open !== undefined && isTaskId(open) && { open }),
    ...(isNew === '1' && { new: '1' }),
    ...(isNew === '1' && about !== undefined && parseAbout(about) && { about }),
  };
}

const parseSort = (sort: string | undefined): string | undefined =>
  sort !== undefined && (taskSorts as readonly string[]).includes(sort.replace(/^-/, ''))
    ? sort
    : undefined;

const parseWho = (who: string | undefined): string | undefined =>
  who !== undefined && /^(us|me|groups|none|(user|group):[1-9]\d{0,8})$/.test(who)
    ? who
    : undefined;

/**
 * Returns whether a text names a task: by its number among the merchant's tasks, or by its uuid.
 */
export const isTaskId = (text: string): boolean => /^[1-9]\d{0,8}$/.test(text) || isUuid(text);

/** Returns whether a text is the uuid of a task. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Parses `auto order:ABCDE12345`. */
export function parseAbout(about: string): { type: ObjectType; id: string } | undefined {
  const at = about.indexOf(':');
  const type = objectTypes.find((each) => each === about.slice(0, at));
  const id = about.slice(at + 1).trim();
  return type !== undefined && id !== '' && id.length <= 100 ? { type, id } : undefined;
}

/** The request of the inbox. `me` is the person's user id. */
export function searchOf(state: TaskListState, me: number): WorkflowTaskSearch {
  const one = (name: string): string | undefined => listOf(state[name])[0];
  const [text, object, objectId] = [one('q'), one('object'), one('object_id')];
  return {
    ...(text !== undefined && { text }),
    ...statusesOf(listOf(state['status'])),
    ...whoOf(one('who'), me),
    ...listOrNone('priorities', state['priority']),
    ...listOrNone('tags', state['tag']),
    ...(object !== undefined && { object_type: object as ObjectType }),
    ...(objectId !== undefined && { object_id: objectId }),
    ...(one('overdue') && { overdue: one('overdue') === 'yes' }),
    ...(one('made_by') && { system: one('made_by') === 'rules' }),
    ...range('due_dts', one('due')),
    ...range('last_update_dts', one('changed')),
  };
}

function statusesOf(chosen: readonly string[]): WorkflowTaskSearch {
  if (chosen.includes('any')) return {};
  return { statuses: (chosen.length > 0 ? chosen : [...openStatuses]) as Status[] };
}

function whoOf(who: string | undefined, me: number): WorkflowTaskSearch {
  const [kind, id] = who?.split(':') ?? [];
  switch (kind) {
    case 'me':
      return { assigned_to_user_id: me };
    case 'us':
      return { assigned_to_me: true };
    case 'groups':
      return { assigned_to_my_groups: true };
    case 'none':
      return { unassigned: true };
    case 'user':
      return { assigned_to_user_id: Number(id) };
    case 'group':
      return { assigned_to_group_id: Number(id) };
    default:
      return {};
  }
}

const listOrNone = (name: string, value: unknown) =>
  value === undefined ? {} : { [name]: listOf(value) };

function range(name: string, value: string | undefined) {
  const { from, to } = parseRange(value ?? '') ?? {};
  return {
    ...(from !== undefined && { [`${name}_begin`]: `${from}T00:00:00` }),
    ...(to !== undefined && { [`${name}_end`]: `${to}T23:59:59` }),
  };
}
