import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { Icon } from '../kit/icons.tsx';
import classes from './logIn.module.css';

/** What a log-in came to: undefined when it went through. */
export interface LogInFault {
  readonly message: string;
  readonly waitSeconds?: number | undefined;
}

interface LogInFormProps {
  readonly merchantId?: string | undefined;
  /** Fixed where a session is renewed: a person does not type it twice. */
  readonly login?: string;
  readonly asksForMerchant: boolean;
  /** Resolves to what went wrong. */
  onEnter(entry: {
    merchant_id?: string;
    login: string;
    password: string;
  }): Promise<LogInFault | undefined>;
}

/** The form of a log-in. It knows no network. */
export function LogInForm(props: LogInFormProps) {
  const { merchantId, login = '', onEnter } = props;
  const [fault, setFault] = useState<LogInFault>();
  const [isBusy, setBusy] = useState(false);
  const waitSeconds = useCountdown(fault?.waitSeconds);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const merchant = text('merchant') || merchantId;
    setBusy(true);
    setFault(
      await onEnter({
        ...(merchant && { merchant_id: merchant }),
        login: text('login') || login,
        password: String(form.get('password') ?? ''),
      }),
    );
    setBusy(false);
  }

  return (
    <form className={classes['form']} onSubmit={(event) => void submit(event)}>
      <LogInFields {...props} />
      <div role="alert">
        {fault && (
          <p className={classes['fault']}>
            <Icon name="alert" /> {fault.message}
          </p>
        )}
      </div>
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

/** Counts down to 0, one a second. */
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
