import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import form from './form.module.css';
import { Refusal } from './refusal.tsx';
import { useDecision } from './useDecision.ts';
import { useFocusedFirst } from './useFocusedFirst.ts';

/** A question with one button. `deed` throws the server's refusal; `wish` is the entered text. */
export function DeedForm({
  button,
  isDangerous = true,
  isPossible = true,
  wish,
  deed,
  children,
}: {
  readonly button: string;
  readonly isDangerous?: boolean;
  readonly isPossible?: boolean;
  readonly wish?: unknown;
  deed(idempotencyKey: string): Promise<void>;
  readonly children: ReactNode;
}) {
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const decision = useDecision();
  const first = useFocusedFirst<HTMLFormElement>();
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await deed(decision.key(wish));
      decision.end();
    } catch (failed) {
      decision.end(failed);
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
