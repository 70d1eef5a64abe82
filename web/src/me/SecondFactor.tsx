import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { Loaded } from '../kit/loaded.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { toast } from '../shell/toasts.tsx';
import {
  beginSecondFactor,
  confirmSecondFactor,
  removeSecondFactor,
  secondFactorQuery,
} from './queries.ts';

/** Sets up and removes the authenticator app whose code a log-in needs. */
export function SecondFactor() {
  const result = useQuery(secondFactorQuery);
  const [codes, setCodes] = useState<readonly string[]>([]);
  return (
    <>
      {codes.length > 0 && <RecoveryCodes codes={codes} />}
      <Loaded result={result} what="the second factor">
        {({ active, recovery_codes_left: left = 0 }) =>
          active ? (
            <Remove left={left} onRemoved={() => setCodes([])} />
          ) : (
            <Begin onActive={setCodes} />
          )
        }
      </Loaded>
    </>
  );
}

function Begin({ onActive }: { readonly onActive: (codes: readonly string[]) => void }) {
  const [secret, setSecret] = useState<{ secret?: string; uri?: string }>();
  const [error, setError] = useState<Error>();
  const begin = () => {
    setError(undefined);
    beginSecondFactor().then(setSecret, setError);
  };
  if (!secret)
    return (
      <>
        <p>
          A log-in asks for your password alone. An authenticator app on your phone protects it.
        </p>
        <Refusal error={error} />
        <div className={form['buttons']}>
          <Button onClick={begin}>Set up an app</Button>
        </div>
      </>
    );
  return (
    <>
      <p>
        Enter this key in the app, or <a href={secret.uri}>open the app</a> on this device:{' '}
        <strong className="tabular">{secret.secret?.match(/.{1,4}/g)?.join(' ')}</strong>
      </p>
      <CodeForm
        label="Code that the app shows"
        button="Activate"
        onCode={async (code) => {
          onActive(await confirmSecondFactor(code));
          toast({ text: 'Log-ins ask for a code now. Your other sessions have ended.' });
        }}
      />
    </>
  );
}

function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  return (
    <div role="status">
      <p>
        Keep these recovery codes in a safe place. Each logs you in once without the app. They are
        not shown again.
      </p>
      <ul>
        {codes.map((code) => (
          <li key={code} className="tabular">
            {code}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Remove({ left, onRemoved }: { readonly left: number; readonly onRemoved: () => void }) {
  return (
    <>
      <p>A log-in asks for a code of your app. {left} recovery codes are left.</p>
      <CodeForm
        label="Code, to remove the second factor"
        button="Remove"
        onCode={async (code) => {
          await removeSecondFactor(code);
          onRemoved();
          toast({ text: 'Log-ins ask for your password alone.' });
        }}
      />
    </>
  );
}

interface CodeFormProps {
  readonly label: string;
  readonly button: string;
  readonly onCode: (code: string) => Promise<void>;
}

function CodeForm({ label, button, onCode }: CodeFormProps) {
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code'));
    setBusy(true);
    setError(undefined);
    await onCode(code).catch(setError);
    setBusy(false);
  }
  return (
    <form className={form['form']} onSubmit={(event) => void submit(event)}>
      <TextInput
        label={label}
        name="code"
        autoComplete="one-time-code"
        spellCheck={false}
        required
        withAsterisk={false}
      />
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button type="submit" loading={isBusy}>
          {button}
        </Button>
      </div>
    </form>
  );
}
