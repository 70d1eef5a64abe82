import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { Link } from '@tanstack/react-router';
import { AutoOrderLink } from '../autoOrders/AutoOrderLink.tsx';
import { itemsWords, nextShipmentOf, stateWords, toneOf } from '../autoOrders/words.ts';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { Money } from '../kit/moneyShown.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { kindWords, linesWords, toneOfStage } from '../orders/list.ts';
import { OrderLink } from '../orders/OrderLink.tsx';
import type { FoundOrders } from './queries.ts';

/** The auto orders of a customer with their next shipments. */
export function CustomerAutoOrders({ rows }: { readonly rows: readonly AutoOrderRow[] }) {
  if (rows.length === 0) return <p className="soft">No auto orders.</p>;
  return (
    <SmallTable
      what="Auto orders"
      columns={[
        { label: 'Code' },
        { label: 'State' },
        { label: 'Next shipment' },
        { label: 'Next items' },
        { label: 'Next total', isNumber: true },
      ]}
      rows={rows.map((row) => ({
        key: String(row.auto_order_oid),
        cells: [
          <AutoOrderLink code={row.auto_order_code} />,
          <Status tone={toneOf(row.state)} title={row.failure_reason}>
            {stateWords(row)}
          </Status>,
          <Moment at={nextShipmentOf(row)} style="day" />,
          itemsWords(row.items),
          <Money amount={row.next_total} currency={row.currency_code} />,
        ],
      }))}
    />
  );
}

/** The latest orders of a customer, and the number of all. */
export function CustomerOrders({
  oid,
  found: { orders, total, isMore },
}: {
  readonly oid: number;
  readonly found: FoundOrders;
}) {
  if (orders.length === 0) return <p className="soft">No orders.</p>;
  return (
    <>
      <SmallTable
        what="Orders"
        columns={[
          { label: 'Order' },
          { label: 'Kind' },
          { label: 'Created' },
          { label: 'Stage' },
          { label: 'Items' },
          { label: 'Total', isNumber: true },
        ]}
        rows={orders.map((row) => ({
          key: row.order_id ?? '',
          cells: [
            <OrderLink id={row.order_id} />,
            kindWords(row.kind, row.rebill_number),
            <Moment at={row.creation_dts} style="day" />,
            <Status tone={toneOfStage(row.current_stage)}>{row.current_stage ?? ''}</Status>,
            linesWords(row.items),
            <Money amount={row.total} currency={row.currency_code} />,
          ],
        }))}
      />
      {total > orders.length && (
        <p>
          <Link to="/orders" search={routeSearch({ customer: String(oid) })}>
            All {formatCount(total, isMore)} orders
          </Link>
        </p>
      )}
    </>
  );
}
