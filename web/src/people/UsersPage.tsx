import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { groupsOf } from './permissions.ts';
import { usersQuery } from './queries.ts';

/** `/people/users`: the users of the merchant. */
export function UsersPage() {
  const users = useQuery(usersQuery);
  const canWrite = useCan(['user_write']);
  const navigate = useNavigate();
  useCommands({ 'user.new': () => void navigate({ to: paths.userNew }) });
  return (
    <Page
      title="Users"
      actions={
        <>
          <Link to={paths.groups}>Groups</Link>
          {canWrite && (
            <Button renderRoot={(props) => <Link {...props} data-button to={paths.userNew} />}>
              New user
            </Button>
          )}
        </>
      }
    >
      <Panel title="All users">
        <Loaded result={users} what="the users" rows={6}>
          {(rows) =>
            rows.length === 0 ? (
              <p className="soft">No users yet.</p>
            ) : (
              <SmallTable
                what="Users"
                columns={[
                  { label: 'Login' },
                  { label: 'Name' },
                  { label: 'Email' },
                  { label: 'Groups' },
                ]}
                rows={rows.map((user) => ({
                  key: String(user.user_id),
                  cells: [
                    <Link to={paths.person} params={{ id: String(user.user_id) }}>
                      {user.login}
                    </Link>,
                    user.full_name,
                    user.email,
                    groupsOf(user)
                      .map(({ name }) => name)
                      .join(', '),
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
