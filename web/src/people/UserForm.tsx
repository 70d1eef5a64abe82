import { PasswordInput, TextInput } from '@mantine/core';
import type { Group } from '@perennial/contract/user.ts';
import type { Draft } from '../kit/draft.ts';
import form from '../kit/form.module.css';
import { useSession } from '../shell/session.tsx';
import { Checks, type Choice } from './Checks.tsx';
import { groupKey, notMine, permissionsOf, userFields } from './forms.ts';
import { PermissionMatrix } from './PermissionMatrix.tsx';

interface FormProps {
  readonly draft: Draft;
  onChange(draft: Draft): void;
}

/** Login, name, email and phone. */
export function DetailFields({ draft, onChange }: FormProps) {
  return (
    <div className={form['fields']}>
      {userFields.map(({ key, label, max }) => (
        <TextInput
          key={key}
          label={label}
          value={draft[key] ?? ''}
          maxLength={max}
          required={key === 'login'}
          withAsterisk={false}
          autoComplete="off"
          onChange={(event) => onChange({ ...draft, [key]: event.currentTarget.value })}
        />
      ))}
    </div>
  );
}

/** The groups of a user and the user's own permissions. */
export function AccessFields({
  draft,
  onChange,
  groups,
}: FormProps & { readonly groups: readonly Group[] }) {
  const { permissions: own } = useSession();
  return (
    <>
      <Checks
        legend="Groups"
        choices={groups.map((group) => groupChoice(group, own))}
        draft={draft}
        onChange={onChange}
      />
      <PermissionMatrix draft={draft} own={own} onChange={onChange} />
    </>
  );
}

function groupChoice(group: Group, own: ReadonlySet<string>): Choice {
  const lacking = notMine(permissionsOf(group), own);
  return {
    key: groupKey(group.group_oid),
    label: group.name ?? '',
    locked: lacking.length === 0 ? undefined : `It gives ${lacking.join(', ')}, which you lack`,
  };
}

/** A password for another person. */
export function NewPassword({
  value,
  isRequired,
  onChange,
}: {
  readonly value: string;
  readonly isRequired: boolean;
  onChange(value: string): void;
}) {
  return (
    <PasswordInput
      label="Password"
      description={`12 characters or more.${isRequired ? '' : ' Without one, the user cannot log in.'}`}
      value={value}
      minLength={12}
      required={isRequired}
      withAsterisk={false}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
