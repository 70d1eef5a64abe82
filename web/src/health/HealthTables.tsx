import { Button } from '@mantine/core';
import type { ChargeInFlight, ParkedAutoOrder } from '@perennial/contract/perennial.ts';
import { Link } from '@tanstack/react-router';
import { AutoOrderLink } from '../autoOrders/AutoOrderLink.tsx';
import { RetryParked } from '../autoOrders/RetryParked.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { OrderLink } from '../orders/OrderLink.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCanSettle } from './useCanSettle.ts';

/** The auto orders that are not billed until a fault is fixed. */
export function Parked({ rows }: { readonly rows: readonly ParkedAutoOrder[] }) {
  const canWrite = useCan(['auto_order_write']);
  if (rows.length === 0) return <p className="soft">Every auto order can be billed.</p>;
  return (
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
          row.merchant_item_id && <code>{row.merchant_item_id}</code>,
          <Moment at={row.since_dts} />,
          <Moment at={row.next_look_dts} />,
          <RetryParked oid={row.auto_order_oid ?? 0} code={row.auto_order_code ?? ''} />,
        ],
      }))}
    />
  );
}

/** The charges that the gateway has not answered. Nothing is charged twice. */
export function InDoubt({ rows }: { readonly rows: readonly ChargeInFlight[] }) {
  const canSettle = useCanSettle();
  const isStranded = rows.some(({ gone_gateway: gone }) => gone !== undefined);
  if (rows.length === 0) return <p className="soft">Every charge has an answer.</p>;
  return (
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
