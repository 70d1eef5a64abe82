import type { Group } from '@perennial/contract/user.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { paths } from '../paths.ts';
import { groupsQuery } from './queries.ts';

/** `/people/groups`: the groups, who is in them, and what they may do. */
export function GroupsPage() {
  const groups = useQuery(groupsQuery);
  return (
    <Page title="Groups" actions={<Link to={paths.users}>Users</Link>}>
      <Panel title="All groups">
        <Loaded result={groups} what="the groups" rows={6}>
          {(rows) =>
            rows.length === 0 ? (
              <p className="soft">No groups yet.</p>
            ) : (
              <SmallTable
                what="Groups"
                columns={[{ label: 'Name' }, { label: 'Members' }, { label: 'Permissions' }]}
                rows={rows.map((group) => ({
                  key: String(group.group_oid),
                  cells: [group.name, <Members group={group} />, permissionsOf(group)],
                }))}
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

function Members({ group: { users = [] } }: { readonly group: Group }) {
  return users
    .filter(({ member }) => member)
    .map(({ user_id: id, login }) => (
      <span key={id}>
        <Link to={paths.person} params={{ id: String(id) }}>
          {login}
        </Link>{' '}
      </span>
    ));
}

const permissionsOf = ({ permissions = [] }: Group): string =>
  permissions
    .filter(({ selected }) => selected)
    .map(({ permission_Name: name }) => name)
    .join(', ');
