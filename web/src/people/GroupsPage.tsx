import { Button } from '@mantine/core';
import type { Group } from '@perennial/contract/user.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Empty } from '../kit/states.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { permissionsOf } from './forms.ts';
import classes from './people.module.css';
import { groupsQuery } from './queries.ts';

/** `/people/groups`: the groups with their members and permissions. */
export function GroupsPage() {
  const groups = useQuery(groupsQuery);
  const canWrite = useCan(['user_write']);
  const navigate = useNavigate();
  useCommands({ 'group.new': () => void navigate({ to: paths.groupNew }) });
  return (
    <Page
      title="Groups"
      actions={
        <>
          <Link to={paths.users}>Users</Link>
          {canWrite && <NewGroup />}
        </>
      }
    >
      <Panel title="All groups">
        <Loaded result={groups} what="the groups" rows={6}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty icon="people" title="No groups yet" action={canWrite && <NewGroup />}>
                A group gives permissions to all of its members, and tasks can wait in its queue.
              </Empty>
            ) : (
              <SmallTable
                what="Groups"
                columns={[{ label: 'Name' }, { label: 'Members' }, { label: 'Permissions' }]}
                rows={rows.map((group) => ({
                  key: String(group.group_oid),
                  cells: [
                    canWrite ? <EditLink group={group} /> : group.name,
                    <Members group={group} />,
                    permissionsOf(group).join(', ') || 'None',
                  ],
                }))}
              />
            )
          }
        </Loaded>
      </Panel>
      <Outlet />
    </Page>
  );
}

function NewGroup() {
  return (
    <Button renderRoot={(props) => <Link {...props} data-button to={paths.groupNew} />}>
      New group
    </Button>
  );
}

function Members({ group: { users = [] } }: { readonly group: Group }) {
  const members = users.filter(({ member }) => member);
  if (members.length === 0) return 'None';
  return (
    <span className={classes['links']}>
      {members.map(({ user_id: id, login }) => (
        <Link key={id} to={paths.person} params={{ id: String(id) }}>
          {login}
        </Link>
      ))}
    </span>
  );
}

function EditLink({ group: { group_oid: oid, name } }: { readonly group: Group }) {
  return (
    <Link to={paths.groupEdit} params={{ oid: String(oid), part: 'edit' }}>
      {name}
    </Link>
  );
}
