import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { newDecisionKey } from '../shell/draftWrites.ts';
import form from './form.module.css';
import { Refusal } from './refusal.tsx';
import { useFocusedFirst } from './useFocusedFirst.ts';

/** A question with one button. `deed` throws what the server refuses. */
export function Deed({
  button,
  isDangerous = true,
  isPossible = true,
  deed,
  children,
}: {
  readonly button: string;
  readonly isDangerous?: boolean;
  readonly isPossible?: boolean;
  deed(idempotencyKey: string): Promise<void>;
  readonly children: ReactNode;
}) {
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const key = useRef(newDecisionKey());
  const first = useFocusedFirst<HTMLFormElement>();
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await deed(key.current);
    } catch (failed) {
      key.current = newDecisionKey();
      setError(failed as Error);
    }
    setBusy(false);
  }
  return (
    <form ref={first} className={form['form']} onSubmit={(event) => void submit(event)}>
      {children}
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button
          type="submit"
          loading={isBusy}
          disabled={!isPossible}
          {...(isDangerous && { color: 'clay' })}
        >
          {button}
        </Button>
      </div>
    </form>
  );
}
