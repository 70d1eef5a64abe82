import { Navigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { logInReason } from '../api/refused.ts';
import { NotShown, Waiting } from '../kit/states.tsx';
import { FirstSteps } from '../me/FirstSteps.tsx';
import { ownPath, paths } from '../paths.ts';
import { Frame } from './frame.tsx';
import { SessionProvider, useSession, useSessionQuery } from './session.tsx';

/** The console for a person with a session; without one, the log-in page. */
export function Inside() {
  const { data, error, refetch } = useSessionQuery();
  if (data)
    return (
      <SessionProvider session={data}>
        <FrameOrSteps />
      </SessionProvider>
    );
  if (error && logInReason(error)) return <ToLogIn />;
  return (
    <main>
      <h1 className="visually-hidden">Perennial</h1>
      {error ? (
        <NotShown refused={error} onRetry={() => void refetch()} />
      ) : (
        <Waiting what="the console" />
      )}
    </main>
  );
}

/** The console, once the person has done what comes first. */
function FrameOrSteps() {
  const { steps } = useSession();
  const [isHeld, setHeld] = useState(false);
  return steps.length > 0 || isHeld ? <FirstSteps steps={steps} onHold={setHeld} /> : <Frame />;
}

/** Remembers where the person wanted to go, as it was before the address changes. */
function ToLogIn() {
  const { state } = useRouter();
  const [to] = useState(() => ownPath(state.location.href));
  return <Navigate to={paths.logIn} search={to === paths.today ? {} : { to }} replace />;
}
