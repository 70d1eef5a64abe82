import { ActionIcon } from '@mantine/core';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useNavigate } from '@tanstack/react-router';
import { Icon } from '../kit/icons.tsx';
import type { ListResult } from '../kit/list.tsx';
import { loadedRows } from '../kit/listQuery.ts';
import { useUrlState } from '../kit/useUrlState.ts';
import { paths } from '../paths.ts';
import { TaskHeading } from './TaskHeading.tsx';
import { TaskPane } from './TaskPane.tsx';
import classes from './tasks.module.css';

/** The third pane. */
export function OpenTask({
  id,
  result,
}: {
  readonly id: string;
  readonly result: ListResult<WorkflowTask>;
}) {
  const setState = useUrlState(paths.tasks);
  const navigate = useNavigate();
  const close = () => setState({ open: undefined }, false);
  const next = () => {
    const { rows } = loadedRows(result.data);
    const at = rows.findIndex((task) => String(task.global_task_number) === id);
    const after = rows.slice(at + 1).find(({ status }) => !status?.startsWith('closed'));
    setState({ open: after && String(after.global_task_number) }, false);
  };
  return (
    <aside className={classes['pane']} aria-label="Task">
      <TaskPane
        key={id}
        id={id}
        heading={(task) => (
          <TaskHeading
            task={task}
            level={2}
            actions={
              <>
                <ActionIcon
                  aria-label="Open the task on its own page"
                  onClick={() => void navigate({ to: paths.task, params: { number: id } })}
                >
                  <Icon name="external" />
                </ActionIcon>
                <ActionIcon aria-label="Close the task’s pane" onClick={close}>
                  <Icon name="close" />
                </ActionIcon>
              </>
            }
          />
        )}
        onNext={next}
        onClose={close}
      />
    </aside>
  );
}
