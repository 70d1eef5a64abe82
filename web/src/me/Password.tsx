import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { Refusal } from '../kit/refusal.tsx';
import { toast } from '../shell/toasts.tsx';
import { changePassword } from './queries.ts';

interface PasswordProps {
  /** True if another person knows the current password. */
  readonly isFirst?: boolean;
  readonly onChanged?: () => Promise<void>;
}

/** Changes the person's password, and calls `onChanged`. */
export function Password({ isFirst = false, onChanged }: PasswordProps) {
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const target = event.currentTarget;
    const given = new FormData(target);
    setBusy(true);
    setError(undefined);
    try {
      await changePassword(String(given.get('old')), String(given.get('new')));
      target.reset();
      toast({ text: 'Password changed. Your other sessions have ended.' });
      await onChanged?.();
    } catch (failed) {
      setError(failed as Error);
    }
    setBusy(false);
  }
  return (
    <form className={form['form']} onSubmit={(event) => void submit(event)}>
      <PasswordInput
        label={isFirst ? 'Password that you logged in with' : 'Current password'}
        name="old"
        autoComplete="current-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }}
      />
      <PasswordInput
        label="New password"
        description={`12 characters or more.${isFirst ? '' : ' Your other sessions end.'}`}
        name="new"
        autoComplete="new-password"
        minLength={12}
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
      />
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button type="submit" loading={isBusy}>
          {isFirst ? 'Set the password' : 'Change the password'}
        </Button>
      </div>
    </form>
  );
}
