import type { SavedSearch } from '@perennial/contract/perennial.ts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { dayOf } from '../kit/moment.ts';
import { useNow } from '../kit/now.ts';
import { deleteView, insertView } from '../savedViews/queries.ts';
import { useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { searchOf, type TaskListState } from './list.ts';
import { attempt, savedViewsQuery, taskCountsQuery } from './queries.ts';
import { useTaskColumns } from './useTaskColumns.ts';
import { ViewRail } from './ViewRail.tsx';
import { mondayOf, taskViews } from './views.ts';

/** The first pane: the standard views with their counts, and the saved ones. */
export function Views({ state }: { readonly state: TaskListState }) {
  const { user, merchant } = useSession();
  const monday = mondayOf(dayOf(useNow(), merchant.zone));
  const views = useMemo(() => taskViews(monday), [monday]);
  const { data: { mine, groups, unassigned, overdue } = {} } = useQuery(taskCountsQuery);
  const { data: saved = [] } = useQuery(savedViewsQuery);
  const { columns } = useTaskColumns(state);
  return (
    <ViewRail
      views={views}
      counts={{ Mine: mine, 'My groups': groups, Unassigned: unassigned, Overdue: overdue }}
      saved={saved}
      state={state}
      mayRemove={({ created_by }) => created_by?.user_id === user.id}
      onSave={(name, isShared) =>
        save({
          kind: 'tasks',
          name,
          shared: isShared,
          search: searchOf(state, user.id),
          columns: columns.map(({ id }) => id),
          ...(state.sort !== undefined && { sort: state.sort }),
        })
      }
      onRemove={(search) => void remove(search)}
    />
  );
}

async function save(search: SavedSearch): Promise<boolean> {
  const result = await attempt(() => insertView(search));
  if ('refused' in result) toast({ text: result.refused.message, tone: 'bad' });
  else
    toast({
      text: `The view ${search.name} is saved.`,
      undo: () => deleteView(result.done.saved_search_oid ?? 0),
    });
  return 'done' in result;
}

async function remove({ saved_search_oid: oid = 0, ...view }: SavedSearch): Promise<void> {
  const { name = '', search = {}, shared = false, sort, columns } = view;
  const again = {
    name,
    search,
    shared,
    ...(sort !== undefined && { sort }),
    ...(columns !== undefined && { columns }),
  };
  const result = await attempt(() => deleteView(oid));
  if ('refused' in result) toast({ text: result.refused.message, tone: 'bad' });
  else
    toast({
      text: `The view ${name} was removed.`,
      undo: async () => {
        await insertView(again);
      },
    });
}
