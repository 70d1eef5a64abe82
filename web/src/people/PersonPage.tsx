import { Button } from '@mantine/core';
import type { User, UserLogin } from '@perennial/contract/user.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { BrowserName } from '../kit/browserName.tsx';
import { Facts } from '../kit/facts.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Sessions } from '../me/Sessions.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import classes from './people.module.css';
import { groupsOf, permissionRows, sourceWords } from './permissions.ts';
import { groupsQuery, loginsQuery, userQuery } from './queries.ts';

/** `/people/:id`: one user with the permissions, their sources and the latest log-ins. */
export function PersonPage() {
  const { id = '' } = useParams({ strict: false });
  const result = useQuery(userQuery(id));
  const { full_name: name, login = `User ${id}` } = result.data ?? {};
  return (
    <Page title={name || login} actions={result.data && <Actions id={id} />}>
      <Loaded result={result} what="the user" rows={10}>
        {(user) => (
          <Beside side={<Who id={id} user={user} />}>
            <Permissions id={id} user={user} />
            <Logins id={id} />
            <OpenSessions id={id} />
          </Beside>
        )}
      </Loaded>
      <Outlet />
    </Page>
  );
}

function Actions({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const open = (part: string) => () =>
    void navigate({ to: paths.personEdit, params: { id, part } });
  useCommands({
    'user.details': open('details'),
    'user.access': open('access'),
    'user.password': open('password'),
    'user.deactivate': open('deactivate'),
    'user.delete': open('delete'),
  });
  return (
    <>
      <EditButton id={id} part="password" label="Set a password …" />
      <EditButton id={id} part="deactivate" label="Deactivate …" />
      <EditButton id={id} part="delete" label="Delete …" />
    </>
  );
}

/** Opens a dialog of the user; only for people who may change users. */
function EditButton({
  id,
  part,
  label,
}: {
  readonly id: string;
  readonly part: string;
  readonly label: string;
}) {
  if (!useCan(['user_write'])) return null;
  return (
    <Button
      size="compact-md"
      variant="default"
      renderRoot={(props) => (
        <Link {...props} data-button to={paths.personEdit} params={{ id, part }} />
      )}
    >
      {label}
    </Button>
  );
}

interface UserProps {
  readonly id: string;
  readonly user: User;
}

function Who({ id, user }: UserProps) {
  const groups = groupsOf(user).map(({ name }) => name);
  return (
    <Panel title="Who this is" actions={<EditButton id={id} part="details" label="Edit …" />}>
      <Facts
        facts={[
          ['Login', user.login],
          ['Email', user.email],
          ['Phone', user.phone],
          ['Groups', groups.length === 0 ? 'None' : groups.join(', ')],
        ]}
      />
    </Panel>
  );
}

function Permissions({ id, user }: UserProps) {
  const groups = useQuery(groupsQuery);
  return (
    <Panel
      title="Permissions, and where they come from"
      actions={<EditButton id={id} part="access" label="Change …" />}
    >
      <Loaded result={groups} what="the groups' permissions" rows={8}>
        {(known) => (
          <SmallTable
            what="Permissions"
            columns={[{ label: 'Resource' }, { label: 'Read' }, { label: 'Write' }]}
            rows={permissionRows(user, known).map(({ resource, read, write }) => ({
              key: resource,
              cells: [resource.replaceAll('_', ' '), sourceWords(read), sourceWords(write)],
            }))}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Logins({ id }: { readonly id: string }) {
  const logins = useQuery(loginsQuery(id));
  return (
    <Panel title="Latest log-ins">
      <Loaded result={logins} what="the logins">
        {(rows) =>
          rows.length === 0 ? <p className="soft">No logins yet.</p> : <LoginTable rows={rows} />
        }
      </Loaded>
    </Panel>
  );
}

/** The sessions of the user; only for people who may see all sessions. */
function OpenSessions({ id }: { readonly id: string }) {
  if (!useCan(['configuration_read'])) return null;
  return (
    <Panel title="Open sessions">
      <Sessions userId={Number(id)} />
    </Panel>
  );
}

function LoginTable({ rows }: { readonly rows: readonly UserLogin[] }) {
  return (
    <SmallTable
      what="Logins"
      columns={[{ label: 'When' }, { label: 'Address' }, { label: 'Browser' }]}
      rows={rows.map((login, index) => ({
        key: String(index),
        cells: [
          <Moment at={login.login_dts} />,
          <span className={classes['address']}>{login.ip_address}</span>,
          <BrowserName agent={login.user_agent} />,
        ],
      }))}
    />
  );
}
