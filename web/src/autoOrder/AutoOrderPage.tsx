import { Button } from '@mantine/core';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { nameOf, stateWords, toneOf } from '../autoOrders/words.ts';
import { CopyButton } from '../kit/copyButton.tsx';
import { Page } from '../kit/page.tsx';
import { Contained, NotShown, Waiting } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { useCommands } from '../shell/useCommands.ts';
import { ActionBar } from './ActionBar.tsx';
import classes from './autoOrder.module.css';
import { headlineOf } from './headline.ts';
import { Life } from './Life.tsx';
import { autoOrderQuery, autoOrderRowQuery, useLiveAutoOrder } from './queries.ts';
import { Side } from './Side.tsx';
import { StateNote } from './StateNote.tsx';
import { useShown } from './useShown.ts';

/** `/auto-orders/:code`: one auto order with its timeline and its actions. */
export function AutoOrderPage() {
  const { code } = useParams({ from: '/inside/auto-orders/$code' });
  const whole = useQuery(autoOrderQuery(code));
  const row = useQuery(autoOrderRowQuery(code));
  useLiveAutoOrder(code, whole.data?.auto_order_oid);
  const failed = [whole, row].find(({ data, error }) => error && !data);
  const isKnown = whole.data && row.data;
  return (
    <Page
      title={code}
      heading={<Heading code={code} row={row.data} />}
      actions={
        isKnown && (
          <>
            <ActionBar order={whole.data} row={row.data} />
            <InspectButton code={code} />
          </>
        )
      }
    >
      {isKnown ? (
        <Known key={code} order={whole.data} row={row.data} />
      ) : failed?.error ? (
        <NotShown refused={failed.error} onRetry={() => void failed.refetch()} />
      ) : (
        <Waiting what="the auto order" />
      )}
      <Outlet />
    </Page>
  );
}

function InspectButton({ code }: { readonly code: string }) {
  const navigate = useNavigate();
  const open = () =>
    void navigate({ to: paths.autoOrderJson, params: { code }, resetScroll: false });
  useCommands({ 'autoOrder.json': open });
  return (
    <Button variant="subtle" color="gray" onClick={open}>
      JSON
    </Button>
  );
}

function Heading({ code, row }: { readonly code: string; readonly row: AutoOrderRow | undefined }) {
  return (
    <span className={classes['heading']}>
      <code>{code}</code>
      <CopyButton text={code} what="the code" />
      {row?.state && <Status tone={toneOf(row.state)}>{stateWords(row)}</Status>}
    </span>
  );
}

function Known({ order, row }: { readonly order: AutoOrder; readonly row: AutoOrderRow }) {
  const shown = useShown();
  return (
    <>
      <p className={classes['headline']}>
        {headlineOf(row, order, shown)}
        {row.customer?.customer_profile_oid !== undefined && (
          <>
            {' '}
            <Link to={paths.customer} params={{ oid: String(row.customer.customer_profile_oid) }}>
              {nameOf(row.customer)}
            </Link>
          </>
        )}
      </p>
      <Contained>
        <StateNote order={order} row={row} />
      </Contained>
      <div className={classes['columns']}>
        <Life order={order} row={row} />
        <Contained>
          <Side order={order} row={row} />
        </Contained>
      </div>
    </>
  );
}
