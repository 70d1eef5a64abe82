import type { ClockAdvance } from '@perennial/contract/clock.ts';
import type { Overview } from '@perennial/contract/screens.ts';
import type { StatisticDay } from '@perennial/contract/statistics.ts';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';
import { Refused } from '../api/refused.ts';
import { sessionOptionsQuery } from '../api/sessionQueries.ts';
import type { UndoCall } from '../shell/changes.ts';
import { throttled } from './throttled.ts';
import { trendDays } from './trends.ts';

/** The interval for changes that no frame reports, such as the start of a due day. */
const restingMs = 60_000;

/** The figures that need attention, as far as the person may read them. */
export const overviewQuery = queryOptions<Overview>({
  queryKey: ['overview'],
  queryFn: async ({ signal }) => (await call('getOverview', { signal })).overview ?? {},
  refetchInterval: restingMs,
  staleTime: 0,
});

/** The figures of each of the last days, including today. */
export const dailyStatisticsQuery = queryOptions<readonly StatisticDay[]>({
  queryKey: ['statistics', 'days'],
  queryFn: async ({ signal }) =>
    (await call('getDailyStatistics', { query: { days: trendDays }, signal })).days ?? [],
  refetchInterval: restingMs,
  staleTime: 0,
});

/** The id of the merchant with the demo data; empty if there is none. */
export const demoMerchantQuery = queryOptions({
  ...sessionOptionsQuery,
  select: ({ demo }) => demo?.merchant_id ?? '',
});

/** The most tasks that the page lists. */
export const shownTasks = 8;

/** The person's open tasks, sorted by due date. */
export const myTasksQuery = (userId: number) =>
  queryOptions<readonly WorkflowTask[]>({
    queryKey: ['tasks', 'today', userId],
    queryFn: ({ signal }) =>
      searchTasks({ assigned_to_user_id: userId }, 'due_dts', shownTasks, signal),
    staleTime: 0,
  });

/** The latest advances of the clock. */
export const recentAdvancesQuery = queryOptions<readonly ClockAdvance[]>({
  queryKey: ['clock', 'recent advances'],
  queryFn: async ({ signal }) =>
    (await call('getClockAdvances', { query: { _limit: 20 }, signal })).advances ?? [],
});

/** The latest tasks about auto orders raised by rules, in any status. */
export const raisedTasksQuery = queryOptions<readonly WorkflowTask[]>({
  queryKey: ['tasks', 'today', 'raised'],
  queryFn: async ({ signal }) => {
    const { tasks = [] } = await call('searchWorkflowTasks', {
      body: { system: true, object_type: 'auto order' },
      query: { _limit: 50, _sort: '-last_update_dts' },
      signal,
    });
    return tasks;
  },
  staleTime: 0,
});

async function searchTasks(
  who: object,
  sort: string,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly WorkflowTask[]> {
  const { tasks = [] } = await call('searchWorkflowTasks', {
    body: { status: 'open', ...who },
    query: { _limit: limit, _sort: sort },
    ...(signal && { signal }),
  });
  return tasks;
}

/** A task that was taken, and the call that returns it to the queue. */
export interface Taken {
  readonly task: WorkflowTask;
  readonly undo: UndoCall | undefined;
}

/** Colleagues may take the first ones at the same time. */
const triedMax = 5;

/**
 * Takes the most urgent open task of the person's groups, or else an unassigned one. Undefined:
 * there is none. Skips a task that a colleague takes first.
 */
export async function takeNext(userId: number): Promise<Taken | undefined> {
  for (const who of [{ assigned_to_my_groups: true }, { unassigned: true }])
    for (const task of await searchTasks(who, '-priority', triedMax)) {
      const taken = await take(task, userId);
      if (taken) return taken;
    }
  return undefined;
}

async function take(task: WorkflowTask, userId: number): Promise<Taken | undefined> {
  const params = { task_uuid: task.workflow_task_uuid ?? '' };
  try {
    const { body, version } = await callVersioned('updateWorkflowTask', {
      params,
      body: { assigned_to_user_id: userId },
    });
    void queryClient.invalidateQueries({ queryKey: ['tasks'] });
    void queryClient.invalidateQueries(overviewQuery);
    const { assigned_to_group_id = null } = task;
    const before = { assigned_to_user_id: null, assigned_to_group_id };
    const undo = version === undefined ? undefined : { body: before, ifMatch: version };
    return {
      task: body.task ?? task,
      undo: undo && { operation: 'updateWorkflowTask', params, ...undo },
    };
  } catch (error) {
    if (error instanceof Refused && error.status === 400) return undefined;
    throw error;
  }
}

/** The server counts the figures that all users share at most once in five seconds. */
const sharedMs = 5200;

/** Days are for trends, so a recent change may be shown ten seconds late. */
const countedMs = 10_000;

/** Refreshes the page as changes arrive, until the returned function is called. */
export function keepTodayLive(): () => void {
  const readOverview = throttled(() => void queryClient.invalidateQueries(overviewQuery), sharedMs);
  const readTasks = throttled(
    () => void queryClient.invalidateQueries({ queryKey: ['tasks', 'today'] }),
    1000,
  );
  const readDays = throttled(
    () => void queryClient.invalidateQueries(dailyStatisticsQuery),
    countedMs,
  );
  return onFrame(({ type, event_topic: topic }) => {
    if (type !== 'event') return;
    readOverview();
    if (topic === 'auto_orders') readDays();
    if (topic === 'tasks') readTasks();
  });
}
