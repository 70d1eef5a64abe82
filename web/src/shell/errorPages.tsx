import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import { Refused } from '../api/refused.ts';
import { Page } from '../kit/page.tsx';
import { Empty, NotShown } from '../kit/states.tsx';
import { paths } from '../paths.ts';

/** A page that could not be shown. The frame around it still works. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page cannot be shown">
      {error instanceof Refused ? (
        <NotShown refused={error} onRetry={reset} />
      ) : (
        <Empty
          icon="alert"
          title="The console failed here"
          action={<Button onClick={() => location.reload()}>Reload the page</Button>}
        >
          {error instanceof Error ? error.message : String(error)}
        </Empty>
      )}
    </Page>
  );
}

/** An address inside the console that leads nowhere. */
export function NotFoundPage() {
  return (
    <Page title="Nothing at this address">
      <Empty icon="search" title="Check the address">
        Or begin at the <Link to={paths.today}>start page</Link>.
      </Empty>
    </Page>
  );
}
