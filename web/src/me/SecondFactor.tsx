import { Button, TextInput } from '@mantine/core';
import type { SecondFactor as SecondFactorMade } from '@perennial/contract/session.ts';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { CopyButton } from '../kit/copyButton.tsx';
import form from '../kit/form.module.css';
import { Loaded } from '../kit/loaded.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { toast } from '../shell/toasts.tsx';
import classes from './me.module.css';
import { QrCode } from './QrCode.tsx';
import {
  beginSecondFactor,
  confirmSecondFactor,
  removeSecondFactor,
  secondFactorQuery,
} from './queries.ts';

interface SecondFactorProps {
  /** True if the person must set one up before anything else, and so cannot remove it here. */
  readonly isFirst?: boolean;
  readonly onActive?: () => void;
}

/** Sets up and removes the authenticator app whose code is needed to log in. */
export function SecondFactor({ isFirst = false, onActive }: SecondFactorProps) {
  const result = useQuery(secondFactorQuery);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const activated = (made: readonly string[]) => {
    setCodes(made);
    onActive?.();
  };
  return (
    <>
      {codes.length > 0 && <RecoveryCodes codes={codes} />}
      <Loaded result={result} what="the second factor">
        {({ active, recovery_codes_left: left = 0 }) =>
          active ? (
            !isFirst && <Remove left={left} onRemoved={() => setCodes([])} />
          ) : (
            <Begin isFirst={isFirst} onActive={activated} />
          )
        }
      </Loaded>
    </>
  );
}

interface BeginProps {
  readonly isFirst: boolean;
  readonly onActive: (codes: readonly string[]) => void;
}

function Begin({ isFirst, onActive }: BeginProps) {
  const [made, setMade] = useState<SecondFactorMade>();
  const [error, setError] = useState<Error>();
  const begin = () => {
    setError(undefined);
    beginSecondFactor().then(setMade, setError);
  };
  if (made) return <Confirm {...made} onActive={onActive} />;
  return (
    <>
      {!isFirst && (
        <p>A log-in needs only your password. An authenticator app on your phone protects it.</p>
      )}
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button onClick={begin}>Set up an app</Button>
      </div>
    </>
  );
}

/** Shows the secret for an app, and asks for the code that the app calculates from it. */
function Confirm({
  secret = '',
  uri = '',
  onActive,
}: SecondFactorMade & Pick<BeginProps, 'onActive'>) {
  return (
    <ol className={classes['instructions']}>
      <li>
        <p>
          Scan this with the app, or <a href={uri}>open the app</a> if it is on this device.
        </p>
        <QrCode text={uri} label="QR code of the account, for the app" />
        <p>Without a camera, add an account in the app with this key:</p>
        <p className={classes['secret']}>
          <strong className="tabular">{secret.match(/.{1,4}/g)?.join(' ')}</strong>
          <CopyButton text={secret} what="the key" />
        </p>
      </li>
      <li>
        <CodeForm
          label="Code that it shows"
          button="Activate"
          onCode={async (code) => {
            onActive(await confirmSecondFactor(code));
            toast({ text: 'Log-ins ask for a code now. Your other sessions have ended.' });
          }}
        />
      </li>
    </ol>
  );
}

function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  return (
    <div role="status">
      <p>
        Each of these recovery codes logs you in once without the app, for example when the phone is
        lost. They are not shown again.
      </p>
      <ul className={classes['codes']}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <p>
        <CopyButton text={codes.join('\n')} what="all codes" /> Copy all of them into a password
        manager, or print this page.
      </p>
    </div>
  );
}

function Remove({ left, onRemoved }: { readonly left: number; readonly onRemoved: () => void }) {
  return (
    <>
      <p>A log-in asks for a code from your app. {left} recovery codes are left.</p>
      <CodeForm
        label="Code, to remove the second factor"
        button="Remove"
        onCode={async (code) => {
          await removeSecondFactor(code);
          onRemoved();
          toast({ text: 'Log-ins need only your password.' });
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
