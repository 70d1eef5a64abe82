import type { WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import type { UrlState } from '../kit/urlCodec.ts';
import { isSameView, type View } from '../kit/views.ts';
import { closedStatuses, openStatuses } from './list.ts';

/** The standard views. `monday` is the first day of this week. */
export function taskViews(monday: string): readonly View[] {
  return [
    { label: 'All open', state: {} },
    { label: 'Mine', state: { status: 'open', who: 'me', sort: 'due_dts' } },
    { label: 'My groups', state: { status: 'open', who: 'groups', sort: '-priority' } },
    { label: 'Unassigned', state: { status: 'open', who: 'none', sort: '-priority' } },
    { label: 'Overdue', state: { status: 'open', overdue: 'yes', sort: 'due_dts' } },
    { label: 'Snoozed', state: { status: 'delayed', sort: 'delay_until_dts' } },
    { label: 'Raised by the system', state: { made_by: 'rules' } },
    {
      label: 'Closed this week',
      state: { status: [...closedStatuses], changed: `${monday}..`, sort: '-last_update_dts' },
    },
  ];
}

/**
 * Returns whether the rows are all those of a standard view, in any order. If there are none, no
 * work is left.
 */
export const isQueue = (state: UrlState): boolean =>
  state['from'] === undefined &&
  taskViews('').some(
    ({ state: view }) =>
      (view['status'] === undefined || view['status'] === 'open') &&
      isSameView({ ...view, sort: undefined }, { ...state, sort: undefined }),
  );

/** The Monday of the week of a day (`2026-03-03` → `2026-03-02`). */
export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  const back = (date.getUTCDay() + 6) % 7;
  return new Date(date.getTime() - back * 86_400_000).toISOString().slice(0, 10);
}

/**
 * The address of a saved search of tasks. Leaves out conditions that the inbox has no filter for.
 * Keeps a search for a person's id, so that a shared view shows each colleague the same rows.
 */
export function stateOfSearch(search: WorkflowTaskSearch, sort: string | undefined): UrlState {
  return {
    q: search.text,
    status: statusOfSearch(search),
    who: whoOfSearch(search),
    priority: search.priorities ?? (search.priority && [search.priority]),
    tag: search.tags,
    object: search.object_type,
    object_id: search.object_id,
    overdue: search.overdue === undefined ? undefined : search.overdue ? 'yes' : 'no',
    made_by: search.system === undefined ? undefined : search.system ? 'rules' : 'people',
    due: rangeOf(search.due_dts_begin, search.due_dts_end),
    changed: rangeOf(search.last_update_dts_begin, search.last_update_dts_end),
    sort,
  };
}

function statusOfSearch({ status, statuses = [] }: WorkflowTaskSearch) {
  if (status !== undefined) return [status];
  if (statuses.length === 0) return ['any'];
  const isUsual =
    statuses.length === openStatuses.length &&
    openStatuses.every((each) => statuses.includes(each));
  return isUsual ? undefined : statuses;
}

function whoOfSearch(search: WorkflowTaskSearch): string | undefined {
  if (search.assigned_to_my_groups) return 'groups';
  if (search.unassigned) return 'none';
  if (search.assigned_to_me) return 'us';
  if (search.assigned_to_user_id !== undefined) return `user:${search.assigned_to_user_id}`;
  return search.assigned_to_group_id === undefined
    ? undefined
    : `group:${search.assigned_to_group_id}`;
}

const rangeOf = (begin: string | undefined, end: string | undefined): string | undefined =>
  begin === undefined && end === undefined
    ? undefined
    : `${begin?.slice(0, 10) ?? ''}..${end?.slice(0, 10) ?? ''}`;
