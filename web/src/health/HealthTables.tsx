import { Button } from '@mantine/core';
import type { ChargeInFlight, ParkedAutoOrder } from '@perennial/contract/perennial.ts';
import { Link } from '@tanstack/react-router';
import { AutoOrderLink } from '../autoOrders/AutoOrderLink.tsx';
import { RetryParked } from '../autoOrders/RetryParked.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { Sentence } from '../kit/sentence.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { OrderLink } from '../orders/OrderLink.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCanSettle } from './useCanSettle.ts';

interface TableProps<Row> {
  readonly rows: readonly Row[];
  /** There may be more rows than these. */
  readonly isCut: boolean;
}

/** The auto orders that are not billed until a fault is fixed. */
export function Parked({ rows, isCut }: TableProps<ParkedAutoOrder>) {
  const canWrite = useCan(['auto_order_write']);
  if (rows.length === 0) return <p className="soft">Every auto order can be billed.</p>;
  return (
    <>
      {isCut && <First count={rows.length} state="parked" />}
      <SmallTable
        what="Parked auto orders"
        columns={[
          { label: 'Auto order' },
          { label: 'Fault' },
          { label: 'Item' },
          { label: 'Since' },
          { label: 'Checked again' },
          ...(canWrite ? [{ label: 'Action' }] : []),
        ]}
        rows={rows.map((row) => ({
          key: String(row.auto_order_oid),
          cells: [
            <AutoOrderLink code={row.auto_order_code} />,
            <Sentence text={row.fault ?? row.reason} />,
            <ItemLink id={row.merchant_item_id} />,
            <Moment at={row.since_dts} />,
            <Moment at={row.next_look_dts} />,
            <RetryParked oid={row.auto_order_oid ?? 0} code={row.auto_order_code ?? ''} />,
          ],
        }))}
      />
    </>
  );
}

/** The charges that the gateway has not answered. Nothing is charged twice. */
export function InDoubt({ rows, isCut }: TableProps<ChargeInFlight>) {
  const canSettle = useCanSettle();
  const isStranded = rows.some(({ gone_gateway: gone }) => gone !== undefined);
  if (rows.length === 0) return <p className="soft">Every charge has an answer.</p>;
  return (
    <>
      {isCut && <First count={rows.length} state="in_doubt" />}
      <SmallTable
        what="Charges without an answer"
        columns={[
          { label: 'Charged for' },
          { label: 'State' },
          { label: 'Amount', isNumber: true },
          { label: 'Gateway' },
          { label: 'Requested' },
          { label: 'Asked' },
          { label: 'Next' },
          { label: 'Key' },
          ...(canSettle && isStranded ? [{ label: 'Action' }] : []),
        ]}
        rows={rows.map((row) => ({
          key: row.key ?? '',
          cells: [
            <ChargedFor charge={row} />,
            <DoubtState charge={row} />,
            <Money amount={row.amount} currency={row.currency_code} />,
            row.gone_gateway ?? row.gateway,
            <Moment at={row.requested_dts} />,
            row.checks === undefined ? '–' : `${row.checks} times`,
            <Moment at={row.next_check_dts} isReal />,
            <code>{row.key}</code>,
            ...(canSettle && isStranded ? [<SettleLink charge={row} />] : []),
          ],
        }))}
      />
    </>
  );
}

/** Says that a table shows only the first rows, and where all auto orders of the state are. */
function First({ count, state }: { readonly count: number; readonly state: string }) {
  return (
    <p className="soft">
      These are the first {count}.{' '}
      <Link to={paths.autoOrders} search={routeSearch({ state: [state] })}>
        The list of auto orders
      </Link>{' '}
      has every auto order in this state.
    </p>
  );
}

function ItemLink({ id }: { readonly id: string | undefined }) {
  if (id === undefined) return null;
  return (
    <Link to={paths.catalogue} search={routeSearch({ q: id })}>
      {id}
    </Link>
  );
}

const ChargedFor = ({ charge }: ChargeProps) =>
  charge.auto_order_oid === undefined ? (
    <OrderLink id={charge.order_id} />
  ) : (
    <AutoOrderLink code={charge.auto_order_code} />
  );

function DoubtState({ charge: { state, gone_gateway: gone } }: ChargeProps) {
  if (gone !== undefined) return <Status tone="bad">Its gateway is gone</Status>;
  return (
    <Status tone={state === 'unknown' ? 'warn' : 'note'}>
      {state === 'unknown' ? 'No answer' : 'Under way'}
    </Status>
  );
}

function SettleLink({ charge: { key = '', gone_gateway: gone, order_id: orderId } }: ChargeProps) {
  if (gone === undefined) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`Settle the charge of ${orderId}`}
      renderRoot={(props) => (
        <Link {...props} data-button to={paths.settleCharge} params={{ key }} />
      )}
    >
      Settle …
    </Button>
  );
}

interface ChargeProps {
  readonly charge: ChargeInFlight;
}
