import type { User, UserLogin } from '@perennial/contract/user.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { groupsOf, permissionRows, sourceWords } from './permissions.ts';
import { groupsQuery, loginsQuery, userQuery } from './queries.ts';

/** `/people/:id`: one user, what the user may do and why, and the latest logins. */
export function PersonPage() {
  const { id } = useParams({ from: '/inside/people/$id' });
  const result = useQuery(userQuery(id));
  const { full_name: name, login = `User ${id}` } = result.data ?? {};
  return (
    <Page title={name || login}>
      <Loaded result={result} what="the user" rows={10}>
        {(user) => (
          <Beside side={<Who user={user} />}>
            <Permissions user={user} />
            <Logins id={id} />
          </Beside>
        )}
      </Loaded>
    </Page>
  );
}

function Who({ user }: { readonly user: User }) {
  const groups = groupsOf(user).map(({ name }) => name);
  return (
    <Panel title="Who this is">
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

function Permissions({ user }: { readonly user: User }) {
  const groups = useQuery(groupsQuery);
  return (
    <Panel title="Permissions, and where they come from">
      <Loaded result={groups} what="the groups' permissions" rows={8}>
        {(known) => (
          <SmallTable
            what="Permissions"
            columns={[{ label: 'Resource' }, { label: 'Read' }, { label: 'Write' }]}
            rows={permissionRows(user, known).map(({ resource, read, write }) => ({
              key: resource,
              cells: [<code>{resource}</code>, sourceWords(read), sourceWords(write)],
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
    <Panel title="Latest logins">
      <Loaded result={logins} what="the logins">
        {(rows) =>
          rows.length === 0 ? <p className="soft">No logins yet.</p> : <LoginTable rows={rows} />
        }
      </Loaded>
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
        cells: [<Moment at={login.login_dts} />, login.ip_address, login.user_agent],
      }))}
    />
  );
}
