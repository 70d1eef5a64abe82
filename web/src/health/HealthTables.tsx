import type { ChargeInFlight, ParkedAutoOrder } from '@perennial/contract/perennial.ts';
import { AutoOrderLink } from '../autoOrders/AutoOrderLink.tsx';
import { RetryParked } from '../autoOrders/RetryParked.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { useCan } from '../shell/session.tsx';

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
  if (rows.length === 0) return <p className="soft">Every charge has an answer.</p>;
  return (
    <SmallTable
      what="Charges without an answer"
      columns={[
        { label: 'Auto order' },
        { label: 'State' },
        { label: 'Amount', isNumber: true },
        { label: 'Gateway' },
        { label: 'Requested' },
        { label: 'Asked' },
        { label: 'Next' },
        { label: 'Key' },
      ]}
      rows={rows.map((row) => ({
        key: row.key ?? '',
        cells: [
          <AutoOrderLink code={row.auto_order_code} />,
          <Status tone={row.state === 'unknown' ? 'warn' : 'note'}>
            {row.state === 'unknown' ? 'No answer' : 'Under way'}
          </Status>,
          <Money amount={row.amount} currency={row.currency_code} />,
          row.gateway,
          <Moment at={row.requested_dts} />,
          `${row.checks ?? 0} times`,
          <Moment at={row.next_check_dts} isReal />,
          <code>{row.key}</code>,
        ],
      }))}
    />
  );
}
