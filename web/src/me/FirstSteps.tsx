import { Button } from '@mantine/core';
import { useState } from 'react';
import form from '../kit/form.module.css';
import { EntryPage } from '../shell/entryPage.tsx';
import { useSession } from '../shell/session.tsx';
import classes from './firstSteps.module.css';
import { Password } from './Password.tsx';
import { logOut, readSessionAgain } from './queries.ts';
import { SecondFactor } from './SecondFactor.tsx';

interface FirstStepsProps {
  readonly steps: readonly string[];
  /** Keeps the page open after its last step, because its recovery codes are shown only once. */
  onHold(isHeld: boolean): void;
}

/** The steps that a person must finish first: until then, the server refuses everything else. */
export function FirstSteps({ steps, onHold }: FirstStepsProps) {
  // Finished steps stay in the count.
  const [all] = useState(steps);
  const place = Math.max(all.length - steps.length, 0) + 1;
  return (
    <EntryPage title="Before you begin" isWide below={<Who />}>
      {all.length > 1 && (
        <p className={`soft ${classes['count']}`}>
          Step {Math.min(place, all.length)} of {all.length}
        </p>
      )}
      {steps.includes('password') ? <FirstPassword /> : <FirstFactor onHold={onHold} />}
    </EntryPage>
  );
}

function Who() {
  const { user, merchant } = useSession();
  return (
    <p className={classes['who']}>
      You are logged in as {user.name} at {merchant.name}.
      <Button variant="subtle" size="compact-sm" px={0} onClick={() => void logOut()}>
        Log out
      </Button>
    </p>
  );
}

function FirstPassword() {
  return (
    <section className={classes['step']} aria-labelledby="password">
      <h2 id="password">Choose your own password</h2>
      <p>Someone else knows the password that you logged in with. It stops working now.</p>
      <Password isFirst onChanged={readSessionAgain} />
    </section>
  );
}

function FirstFactor({ onHold }: Pick<FirstStepsProps, 'onHold'>) {
  const [isActive, setActive] = useState(false);
  return (
    <section className={classes['step']} aria-labelledby="second-factor">
      <h2 id="second-factor">{isActive ? 'Keep these codes' : 'Set up a second factor'}</h2>
      {!isActive && (
        <p>
          This merchant requires a code from an authenticator app at each log-in. You need such an
          app on your phone.
        </p>
      )}
      <SecondFactor
        isFirst
        onActive={() => {
          onHold(true);
          setActive(true);
        }}
      />
      {isActive && (
        <div className={form['buttons']}>
          <Button onClick={() => void readSessionAgain().then(() => onHold(false))}>
            I have stored them, continue
          </Button>
        </div>
      )}
    </section>
  );
}
