import { TextInput } from '@mantine/core';
import type { Group } from '@perennial/contract/user.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { DeedForm } from '../kit/deed.tsx';
import { DraftFrame } from '../kit/draftFrame.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDraft } from '../kit/useDraft.ts';
import { paths } from '../paths.ts';
import { useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { Checks, type Choice } from './Checks.tsx';
import { labelOf, memberKey, notMine, permissionsOf } from './forms.ts';
import { PermissionMatrix } from './PermissionMatrix.tsx';
import {
  addGroup,
  deleteGroup,
  type GroupFormData,
  groupFormQuery,
  writeGroup,
} from './queries.ts';

/** `/people/groups/new`: adds a group. */
export function NewGroupDialog() {
  const result = useQuery(groupFormQuery(undefined));
  return (
    <RoutedDialog title="New group" parent={paths.groups}>
      <Loaded result={result} what="the users">
        {(data) => <GroupForm data={data} />}
      </Loaded>
    </RoutedDialog>
  );
}

/** `/people/groups/:oid/:part`: changes or deletes a group. */
export function GroupEditDialog() {
  const { oid, part } = useParams({ from: '/inside/people/groups/$oid/$part' });
  const result = useQuery(groupFormQuery(oid));
  const { name = '' } = result.data?.group ?? {};
  return (
    <RoutedDialog title={`Group ${name}`} parent={paths.groups}>
      {part === 'edit' || part === 'delete' ? (
        <Loaded result={result} what="the group">
          {(data) =>
            part === 'edit' ? (
              <GroupForm oid={oid} data={data} />
            ) : (
              <DeleteGroup oid={oid} data={data} />
            )
          }
        </Loaded>
      ) : (
        <Empty title="There is no such change" />
      )}
    </RoutedDialog>
  );
}

function GroupForm({ oid, data }: { readonly oid?: string; readonly data: GroupFormData }) {
  const { users, base, group } = data;
  const { permissions: own } = useSession();
  const navigate = useNavigate();
  const draft = useDraft(base, oid === undefined ? addGroup : writeGroup(oid), (undo) => {
    const name = draft.mine['name'] ?? '';
    toast({ text: oid === undefined ? `Group ${name} added.` : `Group ${name} saved.`, undo });
    void navigate({ to: paths.groups, replace: true });
  });
  const names = new Map(users.map(({ user_id: id, login = '' }) => [memberKey(id), login]));
  return (
    <DraftFrame
      draft={draft}
      labelOf={(key) => labelOf(key, names)}
      submit={oid === undefined ? 'Add the group' : 'Save'}
      isNew={oid === undefined}
    >
      <TextInput
        label="Name"
        value={draft.mine['name'] ?? ''}
        maxLength={100}
        required
        withAsterisk={false}
        autoComplete="off"
        onChange={(event) => draft.change({ ...draft.mine, name: event.currentTarget.value })}
      />
      <Checks
        legend="Members"
        choices={users.map((user) => memberChoice(user, group, own))}
        draft={draft.mine}
        onChange={draft.change}
      />
      <PermissionMatrix draft={draft.mine} own={own} onChange={draft.change} />
      {oid !== undefined && (
        <p className="soft">
          <Link to={paths.groupEdit} params={{ oid, part: 'delete' }} replace>
            Delete this group …
          </Link>
        </p>
      )}
    </DraftFrame>
  );
}

/** A new member gets all permissions of the group, so the person must have all of them. */
function memberChoice(
  { user_id: id, login = '', full_name: name }: GroupFormData['users'][number],
  group: Group,
  own: ReadonlySet<string>,
): Choice {
  const lacking = notMine(permissionsOf(group), own);
  return {
    key: memberKey(id),
    label: name || login,
    locked:
      lacking.length === 0 ? undefined : `The group gives ${lacking.join(', ')}, which you lack`,
  };
}

function DeleteGroup({
  oid,
  data: { group, base },
}: {
  readonly oid: string;
  readonly data: GroupFormData;
}) {
  const navigate = useNavigate();
  const members = (group.users ?? []).filter(({ member }) => member);
  const logins = members.map(({ login }) => login).join(', ');
  return (
    <DeedForm
      button={`Delete ${group.name ?? 'the group'}`}
      deed={async (key) => {
        await deleteGroup(oid, base.version, key);
        toast({ text: `Group ${group.name ?? oid} deleted.` });
        void navigate({ to: paths.groups, replace: true });
      }}
    >
      <p>
        {members.length === 0
          ? 'The group has no members.'
          : `These members lose what only this group gives them: ${logins}.`}{' '}
        <strong>This cannot be undone.</strong>
      </p>
      <p className="soft">
        The users remain. Tasks that are assigned to the group stay assigned to it.
      </p>
    </DeedForm>
  );
}
