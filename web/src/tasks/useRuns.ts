import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { useNavigate } from '@tanstack/react-router';
import { useNow } from '../kit/now.ts';
import { useSession } from '../shell/session.tsx';
import { useTyped } from '../shell/typed.ts';
import { useCommands } from '../shell/useCommands.ts';
import { isClosed } from './change.ts';
import type { TaskDialog } from './dialogs.tsx';
import { priorities, priorityWord } from './list.ts';
import type { TaskWrites } from './useTaskWrites.ts';
import { localTime, localWords, parseWhen } from './when.ts';
import { objectPath } from './words.ts';

/** The function that each command of a task runs now; undefined if it cannot run. */
export type TaskRuns = Readonly<Partial<Record<`task.${string}`, (() => void) | undefined>>>;

/** Provides the functions of a task's commands, and returns them for its buttons. */
export function useRuns(
  task: WorkflowTask,
  writes: TaskWrites,
  parts: {
    setDialog(dialog: TaskDialog | 'delete'): void;
    finish(opensNext: boolean): Promise<void>;
    /** True: the task is open next to a list, so that another one can follow it. */
    hasNext: boolean;
    note(): void;
  },
): TaskRuns {
  const navigate = useNavigate();
  const path = objectPath(task);
  const isDone = isClosed(task);
  const when = (isPossible: boolean, run: () => void) =>
    isPossible && writes.mayWrite ? run : undefined;
  const open = (dialog: TaskDialog | 'delete') => () => parts.setDialog(dialog);
  const priorityRuns = priorities.map((priority, index) => [
    `task.priority${index + 1}`,
    when(true, () => void writes.change({ priority }, `${priorityWord(priority)} priority`)),
  ]);
  const runs: TaskRuns = {
    'task.take': when(!isDone && task.assigned_to_user_id !== writes.me, writes.take),
    'task.handOver': when(!isDone, open('hand over')),
    'task.snooze': when(!isDone, open('snooze')),
    'task.due': when(!isDone, open('due')),
    'task.tags': when(true, open('tags')),
    'task.note': when(true, parts.note),
    'task.edit': when(true, open('text')),
    'task.close': when(!isDone, () => void parts.finish(false)),
    'task.closeAndNext': when(!isDone && parts.hasNext, () => void parts.finish(true)),
    'task.reopen': when(
      isDone || task.status === 'delayed',
      () => void writes.change({ status: 'open', delay_until_dts: null }, 'open again'),
    ),
    'task.delete': when(true, open('delete')),
    'task.object': path === undefined ? undefined : () => void navigate({ href: path }),
    ...Object.fromEntries(priorityRuns),
  };
  useCommands(runs);
  useTypedSnooze(task, runs['task.snooze'] === undefined ? undefined : writes);
  return runs;
}

/** `snooze tomorrow 9`, when typed into the palette. */
function useTypedSnooze(task: WorkflowTask, writes: TaskWrites | undefined): void {
  const { merchant } = useSession();
  const now = localTime(useNow(), merchant.zone);
  useTyped('snooze', (typed) => {
    const [, words] = /^snooze (.+)$/i.exec(typed.trim()) ?? [];
    const at = words === undefined ? undefined : parseWhen(words, now);
    if (at === undefined || writes === undefined) return undefined;
    const until = `until ${localWords(at)}`;
    const change = { status: 'delayed', delay_until_dts: at } as const;
    return {
      words: `Snooze #${task.global_task_number} ${until}`,
      run: () => void writes.change(change, `snoozed ${until}`),
    };
  });
}
