import type { WorkflowTaskSearch } from '@perennial/contract/perennial.ts';
import { taskStatuses } from '@perennial/contract/workflow.ts';
import type { Bind } from '../platform/storage/page.ts';
import { groupName, taskJson, userName } from '../workflow/present.ts';
import { conditionsOf, type Searcher } from '../workflow/search.ts';
import type { ListSource, Matches } from './keyset.ts';
import { sortedText } from './matches.ts';

/**
 * The tasks of a merchant: `o` is workflow_task. The names of assignees are in other tables, so an
 * order by them is the only one without an index.
 */
export const taskSource: ListSource = {
  from: 'workflow_task o',
  merchant: 'o.merchant_id = $1',
  key: { sql: 'o.global_number', type: 'int' },
  joins: {},
  sorts: {
    task_name: { sql: `(${sortedText('o.name')})`, type: 'text' },
    priority: { sql: 'o.priority', type: 'text' },
    status: { sql: 'o.status', type: 'text' },
    due_dts: { sql: 'o.due_at', type: 'timestamptz', isNullable: true },
    delay_until_dts: { sql: 'o.delay_until', type: 'timestamptz', isNullable: true },
    created_dts: { sql: 'o.created_at', type: 'timestamptz' },
    last_update_dts: { sql: 'o.updated_at', type: 'timestamptz' },
    object_id: { sql: `(${sortedText('o.object_id')})`, type: 'text', isNullable: true },
    assigned_to_user_or_group: {
      sql: `(${sortedText(`coalesce(${userName('o')}, ${groupName('o')})`)})`,
      type: 'text',
      isNullable: true,
    },
  },
};

/**
 * Returns the filters of a search as SQL: a task must match all of them and one of the statuses.
 * Statuses are literals, because few tasks are open and many are closed, and PostgreSQL plans
 * differently for each.
 */
export function taskMatches(
  { statuses, ...search }: WorkflowTaskSearch,
  searcher: Searcher,
  bind: Bind,
): Matches {
  return {
    conditions: conditionsOf(search, searcher, bind, { exactStatus: true }).map((sql) => ({ sql })),
    branches: taskStatuses
      .filter((status) => statuses?.includes(status))
      .map((status) => ({ sql: `o.status = '${status}'` })),
  };
}

/** The wire's WorkflowTask of `workflow_task o`. */
export const taskRow = {
  from: 'workflow_task o',
  key: 'o.global_number',
  json: `(${taskJson('o', { withHistory: true })})::text`,
};
