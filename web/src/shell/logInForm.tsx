import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { Refusal } from '../kit/refusal.tsx';
import classes from './logIn.module.css';

/** The result of a log-in; undefined when it succeeded. */
export interface LogInFault {
  /** The fault and the next step. */
  readonly error: Error;
  readonly waitSeconds?: number | undefined;
  /** True if the user has a second factor. */
  readonly asksForCode?: boolean;
}

interface LogInFormProps {
  readonly merchantId?: string | undefined;
  /** Fixed when a session is renewed, so that the person need not type it again. */
  readonly login?: string;
  readonly asksForMerchant: boolean;
  /** Resolves to the fault, if there is one. */
  onEnter(entry: {
    merchant_id?: string;
    login: string;
    password: string;
    code?: string;
  }): Promise<LogInFault | undefined>;
}

/** The log-in form. It makes no requests itself. */
export function LogInForm(props: LogInFormProps) {
  const { merchantId, login = '', onEnter } = props;
  const [fault, setFault] = useState<LogInFault>();
  const [isBusy, setBusy] = useState(false);
  const [asksForCode, setAsksForCode] = useState(false);
  const waitSeconds = useCountdown(fault?.waitSeconds);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const merchant = text('merchant') || merchantId;
    setBusy(true);
    const code = text('code');
    const failed = await onEnter({
      ...(merchant && { merchant_id: merchant }),
      login: text('login') || login,
      password: String(form.get('password') ?? ''),
      ...(code && { code }),
    });
    setFault(failed);
    if (failed?.asksForCode) setAsksForCode(true);
    setBusy(false);
  }

  return (
    <form className={classes['form']} onSubmit={(event) => void submit(event)}>
      <LogInFields {...props} />
      {asksForCode && (
        <TextInput
          label="Code"
          description="Six digits from your authenticator app, or a recovery code."
          name="code"
          autoComplete="one-time-code"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
        />
      )}
      <Refusal error={fault?.error} />
      <Button type="submit" loading={isBusy} disabled={waitSeconds > 0} fullWidth>
        {waitSeconds > 0 ? `Wait ${waitSeconds} s` : 'Log in'}
      </Button>
    </form>
  );
}

function LogInFields({ merchantId = '', login = '', asksForMerchant }: LogInFormProps) {
  return (
    <>
      {asksForMerchant && (
        <TextInput
          label="Merchant"
          name="merchant"
          defaultValue={merchantId}
          autoComplete="organization"
          autoCapitalize="characters"
          required
          withAsterisk={false}
        />
      )}
      <TextInput
        label="Login"
        name="login"
        defaultValue={login}
        readOnly={login !== ''}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus={login === '' || undefined}
        required
        withAsterisk={false}
      />
      <PasswordInput
        label="Password"
        name="password"
        autoComplete="current-password"
        data-autofocus={login !== '' || undefined}
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
      />
    </>
  );
}

/** Counts down to 0, one per second. */
function useCountdown(seconds: number | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    setLeft(seconds ?? 0);
    if (!seconds) return;
    const timer = setInterval(() => setLeft((value) => Math.max(value - 1, 0)), 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
}
