import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useQuery } from '@tanstack/react-query';
import { type ComponentProps, useCallback, useMemo } from 'react';
import { ColumnMenu } from '../kit/columnMenu.tsx';
import { nextSort } from '../kit/columns.ts';
import { ExportButton } from '../kit/exportButton.tsx';
import { FilterBar } from '../kit/filterBar.tsx';
import type { Filters } from '../kit/filters.ts';
import { JumpTo } from '../kit/jumpTo.tsx';
import { List, type ListResult } from '../kit/list.tsx';
import { ListCount } from '../kit/listCount.tsx';
import { ListExport } from '../kit/listExport.tsx';
import { useSelection } from '../kit/listPlaces.ts';
import { loadedRows, type ReadPage } from '../kit/listQuery.ts';
import { Moment } from '../kit/momentShown.tsx';
import { NoRows } from '../kit/noRows.tsx';
import { presentMoment } from '../kit/now.ts';
import type { RowAction } from '../kit/rowActions.tsx';
import { Empty } from '../kit/states.tsx';
import { useStore } from '../kit/store.ts';
import { useUrlState } from '../kit/useUrlState.ts';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { takeTask } from './actions.ts';
import { BulkBar } from './BulkBar.tsx';
import { isClosed } from './change.ts';
import { taskColumns } from './columns.tsx';
import { LivePill } from './LivePill.tsx';
import { filtersWith, type People, type TaskListState, taskJumps, taskSort } from './list.ts';
import { nextSnoozedQuery, tagsQuery, uuidOf } from './queries.ts';
import classes from './tasks.module.css';
import { useTaskColumns } from './useTaskColumns.ts';
import { isQueue } from './views.ts';
import { objectPath } from './words.ts';

/** The second pane: filters, rows, and the actions on the selected ones. */
export function Rows({
  state,
  people,
  result,
  readPage,
}: {
  readonly state: TaskListState;
  readonly people: People;
  readonly result: ListResult<WorkflowTask>;
  /** Reads the whole list, page by page. */
  readonly readPage: ReadPage<WorkflowTask>;
}) {
  const setState = useUrlState(paths.tasks);
  const { user } = useSession();
  const mayWrite = useCan(['workflow_write']);
  const selection = useSelection();
  const selected = useStore(selection, (place) => place.selected);
  const { columns } = useTaskColumns(state);
  const filters = useMemo(() => filtersWith(people), [people]);
  const { data: knownTags = [] } = useQuery({ ...tagsQuery, enabled: selected.size > 0 });
  const show = useCallback(
    (task: WorkflowTask) => setState({ open: String(task.global_task_number) }, false),
    [setState],
  );
  const onPlace = useCallback(
    (end: 'end' | undefined) => setState({ from: undefined, end: end && '1' }, false),
    [setState],
  );
  const rowActions = useTaskRowActions();
  const chosenRows = loadedRows(result.data).rows.filter((task) => selected.has(uuidOf(task)));
  return (
    <div className={classes['middle']}>
      <Bar state={state} filters={filters} result={result} />
      <ListExport what="tasks" result={result} selected={chosenRows} readPage={readPage} />
      {mayWrite && chosenRows.length > 0 && (
        <BulkBar
          tasks={chosenRows}
          me={user.id}
          people={people}
          knownTags={knownTags}
          onClear={() => selection.update((place) => ({ ...place, selected: new Set() }))}
        />
      )}
      <List
        what="tasks"
        result={result}
        columns={columns}
        sort={state.sort ?? taskSort}
        onSort={(field) =>
          setState({ sort: nextSort(state.sort, field), from: undefined, end: undefined }, false)
        }
        onPlace={onPlace}
        keyOf={uuidOf}
        onOpen={show}
        onPeek={show}
        selection={selection}
        rowActions={rowActions}
        empty={
          <NoTasks filters={filters} state={state} onClear={(none) => setState(none, false)} />
        }
      />
    </div>
  );
}

/** The filters, the count and the place of the list. */
function Bar({
  state,
  filters,
  result,
}: {
  readonly state: TaskListState;
  readonly filters: Filters;
  readonly result: ListResult<WorkflowTask>;
}) {
  const setState = useUrlState(paths.tasks);
  const { chosen, choose } = useTaskColumns(state);
  return (
    <FilterBar
      filters={filters}
      state={state}
      hint="name, details, note, object or email"
      onChange={(name, value, isTyping) => setState({ [name]: value, end: undefined }, isTyping)}
    >
      <LivePill query={JSON.stringify(state)} />
      <ListCount result={result} />
      <JumpTo
        columns={taskJumps}
        sort={state.sort ?? taskSort}
        from={state.from}
        isFromEnd={state.end !== undefined}
        onJump={(sort, from) => setState({ sort, from, end: undefined }, false)}
      />
      <ColumnMenu columns={taskColumns} chosen={chosen} onChoose={choose} />
      <ExportButton />
    </FilterBar>
  );
}

/** The actions on a task in the list. */
function useTaskRowActions(): readonly RowAction<WorkflowTask>[] {
  const { user, merchant } = useSession();
  const mayWrite = useCan(['workflow_write']);
  return useMemo(
    () => [
      {
        id: 'take',
        label: 'Take',
        icon: 'person',
        isFor: (task) => mayWrite && !isClosed(task) && task.assigned_to_user_id !== user.id,
        run: (task) => void takeTask(task, user.id, presentMoment(merchant.isTest)),
      },
      {
        id: 'object',
        label: 'Open what it is about',
        icon: 'external',
        isFor: (task) => objectPath(task) !== undefined,
        to: (task) => objectPath(task) ?? paths.tasks,
      },
    ],
    [user.id, mayWrite, merchant.isTest],
  );
}

/** An empty queue means that all work is done; other lists name the filters without a match. */
const NoTasks = (props: Omit<ComponentProps<typeof NoRows>, 'children'>) =>
  isQueue(props.state) ? (
    <AllClear />
  ) : (
    <NoRows {...props}>
      <AllClear />
    </NoRows>
  );

/** The message that no task is open, with the snoozed task that wakes next. */
function AllClear() {
  const { data: next } = useQuery(nextSnoozedQuery);
  return (
    <Empty icon="check" title="All clear">
      Nothing is waiting here.{' '}
      {next && (
        <>
          Next, “{next.task_name}” wakes <Moment at={next.delay_until_dts} />.
        </>
      )}
    </Empty>
  );
}
