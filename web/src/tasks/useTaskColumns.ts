import { useQuery } from '@tanstack/react-query';
import { useColumns } from '../kit/columnMenu.tsx';
import { isSameView } from '../kit/views.ts';
import { taskColumns } from './columns.tsx';
import type { TaskListState } from './list.ts';
import { savedViewsQuery } from './queries.ts';
import { stateOfSearch } from './views.ts';

/** The columns of the inbox: those of the current saved view, unless the person chose others. */
export function useTaskColumns(state: TaskListState) {
  const { data: saved = [] } = useQuery(savedViewsQuery);
  const view = saved.find(({ search = {}, sort }) =>
    isSameView(stateOfSearch(search, sort), state),
  );
  const list = view ? `tasks ${view.saved_search_oid}` : 'tasks';
  return useColumns(list, taskColumns, view?.columns);
}
