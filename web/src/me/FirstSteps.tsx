import { Button } from '@mantine/core';
import { useEffect } from 'react';
import form from '../kit/form.module.css';
import classes from './me.module.css';
import { Password } from './Password.tsx';
import { logOut, readSessionAgain } from './queries.ts';
import { SecondFactor } from './SecondFactor.tsx';

/** What a person has to do before the console shows anything: the rest is refused until then. */
export function FirstSteps({ steps }: { readonly steps: readonly string[] }) {
  useEffect(() => {
    document.title = 'Before you begin · Perennial';
  }, []);
  return (
    <main className={classes['steps']}>
      <h1>Before you begin</h1>
      {steps.includes('password') ? (
        <section className={`panel ${classes['section']}`} aria-labelledby="password">
          <h2 id="password">Choose a password</h2>
          <p>Another person knows the one that you logged in with.</p>
          <Password onChanged={readSessionAgain} />
        </section>
      ) : (
        <section className={`panel ${classes['section']}`} aria-labelledby="second-factor">
          <h2 id="second-factor">Set up a second factor</h2>
          <p>This merchant requires one of all users.</p>
          <SecondFactor />
          <div className={form['buttons']}>
            <Button variant="default" onClick={() => void readSessionAgain()}>
              Continue
            </Button>
          </div>
        </section>
      )}
      <Button variant="subtle" onClick={() => void logOut()}>
        Log out
      </Button>
    </main>
  );
}
