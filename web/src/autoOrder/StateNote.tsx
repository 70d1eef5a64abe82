import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { ChargeInFlight } from '@perennial/contract/perennial.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { RetryParked } from '../autoOrders/RetryParked.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { Sentence } from '../kit/sentence.tsx';
import { NotShown, Waiting } from '../kit/states.tsx';
import { paths } from '../paths.ts';
import classes from './autoOrder.module.css';
import { chargesQuery, codeQuery, parkedQuery } from './queries.ts';

interface Noted {
  readonly order: AutoOrder;
  readonly row: AutoOrderRow;
}

/**
 * The most important note: a fault to fix, a charge without an answer, or the target of a merge.
 */
export function StateNote({ order, row }: Noted) {
  switch (row.state) {
    case 'parked':
      return <Parked order={order} />;
    case 'in_doubt':
      return <InDoubt order={order} />;
    case 'merged':
      return <Merged oid={order.merged_into_auto_order_oid} />;
    default:
      return null;
  }
}

const Note = ({ children }: { readonly children: ReactNode }) => (
  <div className={classes['note']}>{children}</div>
);

/** The fault, the item to fix, and a button that checks the auto order at once. */
function Parked({ order }: { readonly order: AutoOrder }) {
  const { auto_order_code: code = '', auto_order_oid: oid = 0 } = order;
  const { data, error, refetch } = useQuery(parkedQuery(code, oid));
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="what is wrong" rows={1} />;
  return (
    <Note>
      <p>
        <Sentence text={data.reason ?? 'It cannot be billed.'} />
        {data.merchant_item_id !== undefined && (
          <>
            {' '}
            Fix the item{' '}
            <Link to={paths.catalogue} search={routeSearch({ q: data.merchant_item_id })}>
              {data.merchant_item_id}
            </Link>
            .
          </>
        )}
        {data.since_dts !== undefined && (
          <>
            {' '}
            Parked since <Moment at={data.since_dts} />.
          </>
        )}
        {data.next_look_dts !== undefined && (
          <>
            {' '}
            It is checked again <Moment at={data.next_look_dts} />.
          </>
        )}
      </p>
      <RetryParked oid={oid} code={code} />
    </Note>
  );
}

/**
 * Charges that the gateway has not answered. The gateway is queried about them, and they are never
 * repeated.
 */
function InDoubt({ order }: { readonly order: AutoOrder }) {
  const { auto_order_code: code = '', auto_order_oid: oid } = order;
  const { data, error, refetch } = useQuery(chargesQuery(code, oid));
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="the charge" rows={1} />;
  return (
    <Note>
      {data.map((charge) =>
        charge.confirm_until_dts === undefined ? (
          <Unanswered key={charge.key} charge={charge} />
        ) : (
          <p key={charge.key}>
            Rebill {charge.rebill_number}: the bank requires the customer to confirm{' '}
            <Money amount={charge.amount} currency={charge.currency_code} />. The customer has a
            mail with the link, and the payment waits until <Moment at={charge.confirm_until_dts} />
            . It then counts as declined.
          </p>
        ),
      )}
    </Note>
  );
}

function Unanswered({ charge }: { readonly charge: ChargeInFlight }) {
  return (
    <p>
      Rebill {charge.rebill_number}:{' '}
      <Money amount={charge.amount} currency={charge.currency_code} /> has no answer from{' '}
      {charge.gateway}. The gateway was asked {charge.checks ?? 0} times
      {charge.next_check_dts !== undefined && (
        <>
          {' '}
          and is asked again <Moment at={charge.next_check_dts} isReal />
        </>
      )}
      . Nothing is charged twice.
    </p>
  );
}

function Merged({ oid }: { readonly oid: number | undefined }) {
  const { data: code } = useQuery(codeQuery(oid));
  if (!code) return null;
  return (
    <Note>
      <p>
        Its items ship with{' '}
        <Link to={paths.autoOrder} params={{ code }} search={{}}>
          {code}
        </Link>
        .
      </p>
    </Note>
  );
}
