import { Navigate, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { logInReason } from '../api/refused.ts';
import { NotShown, Waiting } from '../kit/states.tsx';
import { ownPath, paths } from '../paths.ts';
import { Frame } from './frame.tsx';
import { asFilesMissing } from './lazyPage.ts';
import { SessionProvider, useSession, useSessionQuery } from './session.tsx';

/** Few people ever have a first step, so its files are loaded only when needed. */
const FirstSteps = lazy(async () => {
  const loaded = await import('../me/FirstSteps.tsx').catch(asFilesMissing);
  return { default: loaded.FirstSteps };
});

/** The console for a person with a session; otherwise the log-in page. */
export function Inside() {
  const { data, error, refetch } = useSessionQuery();
  if (data)
    return (
      <SessionProvider session={data}>
        <FrameOrSteps />
      </SessionProvider>
    );
  if (error && logInReason(error)) return <ToLogIn />;
  if (!error) return <Opening />;
  return (
    <main>
      <h1 className="visually-hidden">Perennial</h1>
      <NotShown refused={error} onRetry={() => void refetch()} />
    </main>
  );
}

const Opening = () => (
  <main>
    <h1 className="visually-hidden">Perennial</h1>
    <Waiting what="the console" />
  </main>
);

/** The console, after the person has finished the first steps. */
function FrameOrSteps() {
  const { steps } = useSession();
  const [isHeld, setHeld] = useState(false);
  if (steps.length === 0 && !isHeld) return <Frame />;
  return (
    <Suspense fallback={<Opening />}>
      <FirstSteps steps={steps} onHold={setHeld} />
    </Suspense>
  );
}

/** Stores the requested address before it changes. */
function ToLogIn() {
  const { state } = useRouter();
  const [to] = useState(() => ownPath(state.location.href));
  return <Navigate to={paths.logIn} search={to === paths.today ? {} : { to }} replace />;
}
