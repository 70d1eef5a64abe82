import type { User } from '@perennial/contract/user.ts';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { DeedForm } from '../kit/deed.tsx';
import { changedKeys } from '../kit/draft.ts';
import { useCloseDialog } from '../kit/routedDialog.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { groupKey, takenWords, withoutAccess } from './forms.ts';
import classes from './people.module.css';
import {
  deleteUser,
  openTasksQuery,
  setPassword,
  type UserFormData,
  writeUser,
} from './queries.ts';
import { NewPassword } from './UserForm.tsx';

/** Gives the user another password. */
export function SetPassword({
  id,
  user,
  parent,
}: {
  readonly id: string;
  readonly user: User;
  readonly parent: string;
}) {
  const [password, setGiven] = useState('');
  const close = useCloseDialog(parent);
  return (
    <DeedForm
      button="Set the password"
      isDangerous={false}
      isPossible={password !== ''}
      wish={password}
      deed={async (key) => {
        await setPassword(id, password, key);
        toast({ text: `Password of ${user.login ?? id} set. Their sessions have ended.` });
        close();
      }}
    >
      <NewPassword value={password} isRequired onChange={setGiven} />
      <p className="soft">Their sessions end. This cannot be undone.</p>
    </DeedForm>
  );
}

/** Removes all permissions and groups. The user and the history of the user's actions stay. */
export function Deactivate({
  id,
  data: { user, groups, base },
  parent,
  isSelf,
}: {
  readonly id: string;
  readonly data: UserFormData;
  readonly parent: string;
  readonly isSelf: boolean;
}) {
  const close = useCloseDialog(parent);
  const to = withoutAccess(base.draft);
  const taken = changedKeys(base.draft, to);
  const names = new Map(groups.map(({ group_oid: oid, name = '' }) => [groupKey(oid), name]));
  return (
    <DeedForm
      button="Deactivate"
      isPossible={taken.length > 0}
      deed={async (key) => {
        const result = await writeUser(id)(base, to, key);
        if (result.kind === 'conflict')
          throw new Error(
            'A colleague changed this user meanwhile. Close this dialog and open it again.',
          );
        toast({ text: `User ${user.login ?? id} deactivated.`, undo: result.undo });
        close();
      }}
    >
      {isSelf && <SelfWarning />}
      {taken.length === 0 ? (
        <p>This user has no groups and no permissions: nothing is left to take away.</p>
      ) : (
        <>
          <p>These end within a second, in open pages as well:</p>
          <ul className={classes['remains']}>
            {takenWords(taken, names).map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </>
      )}
      <p className="soft">
        The user can still log in, and sees nothing. API keys that are bound to the user can do
        nothing either. Undo gives everything back.
      </p>
    </DeedForm>
  );
}

/** Deletes the user after showing what is deleted and what remains. */
export function DeleteUser({
  id,
  data: { user, base },
  isSelf,
}: {
  readonly id: string;
  readonly data: UserFormData;
  readonly isSelf: boolean;
}) {
  const navigate = useNavigate();
  const name = user.full_name || user.login || id;
  return (
    <DeedForm
      button={`Delete ${name}`}
      deed={async (key) => {
        await deleteUser(id, base.version, key);
        toast({ text: `User ${name} deleted.` });
        void navigate({ to: paths.users, replace: true });
      }}
    >
      {isSelf && <SelfWarning />}
      <p>
        The login, the password, the memberships and the permissions go. Sessions end, and API keys
        and applications of this user stop working. <strong>This cannot be undone.</strong> To
        remove access but keep the user, deactivate instead.
      </p>
      <div>
        What remains:
        <ul className={classes['remains']}>
          <li>the name in the history of auto orders, orders and tasks</li>
          <OpenTasks id={id} />
        </ul>
      </div>
    </DeedForm>
  );
}

function OpenTasks({ id }: { readonly id: string }) {
  const { data = 0 } = useQuery(openTasksQuery(id, useCan(['workflow_read'])));
  if (data === 0) return null;
  return (
    <li>
      {data} open {data === 1 ? 'task' : 'tasks'} of this user: hand {data === 1 ? 'it' : 'them'}{' '}
      over first
    </li>
  );
}

function SelfWarning() {
  return <p className={classes['warn']}>This is you. You end your own access.</p>;
}
