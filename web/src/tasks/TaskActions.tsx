import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import type { ReactNode } from 'react';
import { Icon } from '../kit/icons.tsx';
import { type CommandId, commandOf } from '../shell/commands.ts';
import { isClosed } from './change.ts';
import { priorities, priorityWord } from './list.ts';
import classes from './tasks.module.css';
import type { TaskRuns } from './useRuns.ts';

/** The next actions on a task: the most likely ones first, the rest in a menu. */
export function TaskActions({
  task,
  me,
  mayWrite,
  runs,
}: {
  readonly task: WorkflowTask;
  readonly me: number;
  readonly mayWrite: boolean;
  readonly runs: TaskRuns;
}) {
  if (!mayWrite) return null;
  const isMine = task.assigned_to_user_id === me;
  const isDone = isClosed(task);
  return (
    <div className={classes['actions']}>
      {runs['task.take'] && task.assigned_to_user_id === undefined && (
        <Act id="task.take" runs={runs} isFirst>
          Take
        </Act>
      )}
      <Act id="task.close" runs={runs} isFirst={isMine}>
        Close
      </Act>
      {isMine && (
        <Act id="task.closeAndNext" runs={runs}>
          Close and next
        </Act>
      )}
      <Act id="task.reopen" runs={runs} isFirst={isDone}>
        {isDone ? 'Reopen' : 'Wake'}
      </Act>
      <Act id="task.handOver" runs={runs}>
        Hand over
      </Act>
      <Act id="task.snooze" runs={runs}>
        Snooze
      </Act>
      <More task={task} runs={runs} />
    </div>
  );
}

/** A button for a command, with its key as the tooltip. Hidden if the command cannot run. */
function Act({
  id,
  runs,
  isFirst = false,
  children,
}: {
  readonly id: CommandId & `task.${string}`;
  readonly runs: TaskRuns;
  readonly isFirst?: boolean;
  readonly children: ReactNode;
}) {
  const run = runs[id];
  if (!run) return null;
  const { keys } = commandOf(id);
  const button = (
    <Button size="compact-sm" variant={isFirst ? 'filled' : 'default'} onClick={run}>
      {children}
    </Button>
  );
  return keys ? <Tooltip label={`Key ${keys}`}>{button}</Tooltip> : button;
}

function More({ task, runs }: { readonly task: WorkflowTask; readonly runs: TaskRuns }) {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label="More actions" variant="default" size={26}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <MenuAct id="task.closeAndNext" runs={runs} words="Close and next" />
        <MenuAct id="task.due" runs={runs} words="Due date …" />
        <MenuAct id="task.tags" runs={runs} words="Tags …" />
        <MenuAct id="task.edit" runs={runs} words="Name and details …" />
        <Menu.Label>Priority</Menu.Label>
        {priorities.map((priority, index) => (
          <Menu.Item
            key={priority}
            role="menuitemradio"
            aria-checked={task.priority === priority}
            leftSection={task.priority === priority ? <Icon name="check" size={15} /> : <i />}
            rightSection={<kbd>{index + 1}</kbd>}
            onClick={() => runs[`task.priority${index + 1}`]?.()}
          >
            {priorityWord(priority)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <MenuAct id="task.delete" runs={runs} words="Delete …" />
      </Menu.Dropdown>
    </Menu>
  );
}

function MenuAct({
  id,
  runs,
  words,
}: {
  readonly id: CommandId & `task.${string}`;
  readonly runs: TaskRuns;
  readonly words: string;
}) {
  const run = runs[id];
  const { keys } = commandOf(id);
  return run ? (
    <Menu.Item onClick={run} rightSection={keys && <kbd>{keys}</kbd>}>
      {words}
    </Menu.Item>
  ) : null;
}
