import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { DraftFrame } from '../kit/draftFrame.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDraft } from '../kit/useDraft.ts';
import { paths } from '../paths.ts';
import { useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { groupKey, labelOf } from './forms.ts';
import classes from './people.module.css';
import { addUser, type UserFormData, userFormQuery, writeUser } from './queries.ts';
import { Deactivate, DeleteUser, SetPassword } from './UserDeeds.tsx';
import { AccessFields, DetailFields, NewPassword } from './UserForm.tsx';

/** `/people/users/new`: adds a user. */
export function NewUserDialog() {
  const result = useQuery(userFormQuery(undefined));
  return (
    <RoutedDialog title="New user" parent={paths.users}>
      <Loaded result={result} what="the groups">
        {(data) => <NewUser data={data} />}
      </Loaded>
    </RoutedDialog>
  );
}

function NewUser({ data: { groups, base } }: { readonly data: UserFormData }) {
  const [password, setPassword] = useState('');
  const navigate = useNavigate();
  const draft = useDraft(base, addUser(password), (undo) => {
    toast({ text: `User ${draft.mine['login'] ?? ''} added.`, undo });
    void navigate({ to: paths.users, replace: true });
  });
  return (
    <DraftFrame
      draft={draft}
      labelOf={(key) => labelOf(key, namesOf(groups))}
      submit="Add the user"
      isNew
    >
      <DetailFields draft={draft.mine} onChange={draft.change} />
      <NewPassword value={password} isRequired={false} onChange={setPassword} />
      <AccessFields draft={draft.mine} onChange={draft.change} groups={groups} />
    </DraftFrame>
  );
}

const titles: Readonly<Record<string, string>> = {
  details: 'Edit the details',
  access: 'Groups and permissions',
  password: 'Set a password',
  deactivate: 'Deactivate',
  delete: 'Delete',
};

/** `/people/:id/edit/:part`: changes a user, removes all permissions, or deletes the user. */
export function UserEditDialog() {
  const { id, part } = useParams({ from: '/inside/people/$id/edit/$part' });
  const result = useQuery(userFormQuery(id));
  const parent = `/people/${encodeURIComponent(id)}`;
  const { login = '' } = result.data?.user ?? {};
  return (
    <RoutedDialog title={`${titles[part] ?? 'Nothing at this address'}: ${login}`} parent={parent}>
      {part in titles ? (
        <Loaded result={result} what="the user">
          {(data) => <EditPart id={id} part={part} data={data} parent={parent} />}
        </Loaded>
      ) : (
        <Empty title="There is no such change" />
      )}
    </RoutedDialog>
  );
}

interface PartProps {
  readonly id: string;
  readonly part: string;
  readonly data: UserFormData;
  readonly parent: string;
}

function EditPart({ id, part, data, parent }: PartProps) {
  const { user } = useSession();
  const isSelf = String(user.id) === id;
  switch (part) {
    case 'password':
      return <SetPassword id={id} user={data.user} parent={parent} />;
    case 'deactivate':
      return <Deactivate id={id} data={data} parent={parent} isSelf={isSelf} />;
    case 'delete':
      return <DeleteUser id={id} data={data} isSelf={isSelf} />;
    default:
      return <EditFields id={id} part={part} data={data} parent={parent} isSelf={isSelf} />;
  }
}

function EditFields({
  id,
  part,
  data: { user, groups, base },
  parent,
  isSelf,
}: PartProps & { readonly isSelf: boolean }) {
  const close = useCloseDialog(parent);
  const draft = useDraft(base, writeUser(id), (undo) => {
    toast({ text: `User ${user.login ?? id} saved.`, undo });
    close();
  });
  return (
    <DraftFrame draft={draft} labelOf={(key) => labelOf(key, namesOf(groups))} submit="Save">
      {part === 'access' && isSelf && (
        <p className={classes['warn']}>
          This is you. Permissions that you remove from yourself end at once, and you cannot give
          yourself permissions that you no longer have.
        </p>
      )}
      {part === 'details' ? (
        <DetailFields draft={draft.mine} onChange={draft.change} />
      ) : (
        <AccessFields draft={draft.mine} onChange={draft.change} groups={groups} />
      )}
    </DraftFrame>
  );
}

const namesOf = (groups: UserFormData['groups']): ReadonlyMap<string, string> =>
  new Map(groups.map(({ group_oid: oid, name = '' }) => [groupKey(oid), name]));
