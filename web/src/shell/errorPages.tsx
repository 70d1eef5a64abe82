import { Button } from '@mantine/core';
import { type ErrorComponentProps, Link, useMatches } from '@tanstack/react-router';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { reachable } from '../api/call.ts';
import { Refused } from '../api/refused.ts';
import { messageOf } from '../kit/boundary.tsx';
import { Page, useIsInPage } from '../kit/page.tsx';
import { RoutedDialog } from '../kit/routedDialog.tsx';
import { Empty, NotShown, Waiting } from '../kit/states.tsx';
import { useStore } from '../kit/store.ts';
import { paths } from '../paths.ts';
import { FilesMissing, loadAgain } from './lazyPage.ts';

/** A page or a dialog that could not be shown. The rest of the console still works. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const isDialog = useIsInPage();
  const words = <Failed error={error} onRetry={reset} />;
  if (isDialog) return <FailedDialog>{words}</FailedDialog>;
  return <Page title="This page cannot be shown">{words}</Page>;
}

function FailedDialog({ children }: { readonly children: ReactNode }) {
  const parent = useMatches({ select: (matches) => matches.at(-2)?.pathname });
  return (
    <RoutedDialog title="This dialog cannot be shown" parent={parent ?? paths.today}>
      {children}
    </RoutedDialog>
  );
}

/** The problem and its solution. */
export function Failed({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  if (error instanceof FilesMissing) return <NoFiles />;
  if (error instanceof Refused) return <NotShown refused={error} onRetry={onRetry} />;
  return <Fault message={messageOf(error)} />;
}

const Fault = ({ message }: { readonly message: string }) => (
  <Empty
    icon="alert"
    title="The console failed here"
    action={<Button onClick={() => location.reload()}>Reload the page</Button>}
  >
    {message}
  </Empty>
);

/**
 * The page for missing files. After an upgrade, it loads the console again; while the server is
 * down, it waits.
 */
function NoFiles() {
  const { isReached } = useStore(reachable);
  const [why, setWhy] = useState<Refused | 'still missing'>();
  const look = useCallback(() => {
    setWhy(undefined);
    void loadAgain().then((gone) => setWhy(gone ?? 'still missing'));
  }, []);
  // The live socket notices when the server is back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of it
  useEffect(look, [isReached, look]);
  if (why === undefined) return <Waiting what="the page" />;
  if (why === 'still missing') return <Fault message="A file of this page is missing." />;
  return <NotShown refused={why} onRetry={look} />;
}

/** The page for an unknown address, without the frame of the console. */
export const NowherePage = () => (
  <main style={{ padding: '2rem 1.25rem' }}>
    <NotFoundPage />
  </main>
);

/** The page for an unknown address inside the console. */
export function NotFoundPage() {
  return (
    <Page title="Nothing at this address">
      <Empty icon="search" title="Check the address">
        Or begin at the <Link to={paths.today}>start page</Link>.
      </Empty>
    </Page>
  );
}
