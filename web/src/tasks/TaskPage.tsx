import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Page } from '../kit/page.tsx';
import { paths } from '../paths.ts';
import { ConflictDialog } from './ConflictDialog.tsx';
import { nameOf, noPeople } from './people.ts';
import { followTasks, peopleQuery, taskQuery, taskUuidQuery } from './queries.ts';
import { TaskHeading } from './TaskHeading.tsx';
import { TaskPane } from './TaskPane.tsx';
import classes from './tasks.module.css';

/** `/tasks/:number`: one task on its own page. The uuid works as well. */
export function TaskPage() {
  const { number } = useParams({ from: '/inside/tasks/$number' });
  const navigate = useNavigate();
  const { data: uuid } = useQuery(taskUuidQuery(number));
  const { data: read } = useQuery({ ...taskQuery(uuid ?? ''), enabled: uuid !== undefined });
  const { data: people = noPeople } = useQuery(peopleQuery);
  useEffect(() => followTasks(() => {}), []);
  return (
    <Page title={read?.task.task_name ?? 'Task'} actions={<Link to={paths.tasks}>All tasks</Link>}>
      <div className={`panel ${classes['alone']}`}>
        <TaskPane
          id={number}
          heading={(task) => <TaskHeading task={task} level={undefined} />}
          onClose={() => void navigate({ to: paths.tasks })}
        />
      </div>
      <ConflictDialog nameOf={(field, id) => nameOf(people, field, id)} />
    </Page>
  );
}
