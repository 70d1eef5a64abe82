import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Icon } from '../kit/icons.tsx';
import { Page } from '../kit/page.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { useUrlState } from '../kit/useUrlState.ts';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { ConflictDialog } from './ConflictDialog.tsx';
import { listedOf } from './list.ts';
import { NewTaskDialog } from './NewTaskDialog.tsx';
import { OpenTask } from './OpenTask.tsx';
import { nameOf, noPeople } from './people.ts';
import { addTask, attempt, peopleQuery, tasksQuery } from './queries.ts';
import { Rows } from './Rows.tsx';
import classes from './tasks.module.css';
import { Views } from './Views.tsx';

/** `/tasks`: the inbox. Views, rows, and the open task. */
export function TasksPage() {
  const state = useSearch({ from: '/inside/tasks' });
  const setState = useUrlState(paths.tasks);
  const { user } = useSession();
  const mayWrite = useCan(['workflow_write']);
  const listed = listedOf(state);
  const result = useInfiniteQuery(tasksQuery(listed, user.id));
  const { data: people = noPeople } = useQuery(peopleQuery);
  const openNew = () => setState({ new: '1' }, false);
  useCommands({ 'task.new': mayWrite ? openNew : undefined });
  return (
    <Page
      title="Tasks"
      actions={
        mayWrite && (
          <Button variant="default" leftSection={<Icon name="plus" size={16} />} onClick={openNew}>
            New task
          </Button>
        )
      }
    >
      <div className={classes['panes']} data-open={state.open !== undefined || undefined}>
        <Views state={listed} />
        <Rows
          state={listed}
          people={people}
          result={result}
          readPage={tasksQuery(wholeList(listed), user.id).readPage}
        />
        {state.open !== undefined && <OpenTask id={state.open} result={result} />}
      </div>
      {state.new && <NewTask about={state.about} />}
      <ConflictDialog nameOf={(field, id) => nameOf(people, field, id)} />
    </Page>
  );
}

/** The dialog that adds a task and then opens it. */
function NewTask({ about }: { readonly about: string | undefined }) {
  const setState = useUrlState(paths.tasks);
  const { data: people = noPeople } = useQuery(peopleQuery);
  const closed = { new: undefined, about: undefined };
  return (
    <NewTaskDialog
      about={about}
      people={people}
      onClose={() => setState(closed, false)}
      onAdd={async (task, key) => {
        const result = await attempt(() => addTask(task, key));
        if ('refused' in result) return result.refused;
        const number = String(result.done.global_task_number);
        setState({ ...closed, open: number }, false);
        toast({ text: `#${number} was added.` });
        return undefined;
      }}
    />
  );
}
