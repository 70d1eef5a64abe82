import type { OrderStages } from '@perennial/contract/fulfillment.ts';
import type { Order } from '@perennial/contract/order.ts';
import { Moment } from '../kit/momentShown.tsx';
import { formatMoney } from '../kit/money.ts';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { useSession } from '../shell/session.tsx';
import { nextWords } from './actions.ts';
import classes from './where.module.css';

interface WhereProps {
  readonly order: Order;
  readonly stages: OrderStages;
}

/** The stage of an order, its next step, and its earlier stages. */
export function Where({ order, stages }: WhereProps) {
  const { merchant } = useSession();
  const { owed = 0, owed_currency_code: currency = merchant.currency, moves = [] } = stages;
  return (
    <>
      <p className={classes['next']}>
        {nextWords({ order, stages }, formatMoney(owed, currency, merchant.currency))}
      </p>
      {moves.length > 0 && (
        <SmallTable
          what="Stages of the order"
          columns={[{ label: 'At' }, { label: 'From' }, { label: 'To' }, { label: 'By' }]}
          rows={moves.map((move, index) => ({
            key: String(index),
            cells: [
              <Moment at={move.transition_dts} />,
              move.before_stage ?? 'Made',
              move.after_stage,
              move.by ?? '–',
            ],
          }))}
        />
      )}
    </>
  );
}

/** The parcels of an order: the center that ships each one, and whether it has left. */
export function Shipments({ order, stages }: WhereProps) {
  const { parcels = [] } = stages;
  const { tracking_numbers: numbers = [] } = order.shipping ?? {};
  return (
    <>
      <SmallTable
        what="Shipments of the order"
        columns={[{ label: 'Center' }, { label: 'Lines' }, { label: 'State' }]}
        rows={parcels.map((parcel) => ({
          key: parcel.distribution_center_code ?? '',
          cells: [
            <code>{parcel.distribution_center_code}</code>,
            (parcel.item_indexes ?? []).map((index) => (
              <div key={index}>{lineWords(order, index)}</div>
            )),
            <ParcelState parcel={parcel} isComplete={order.current_stage === 'Completed Order'} />,
          ],
        }))}
      />
      {numbers.length > 0 && (
        <p>
          Tracking:{' '}
          {numbers.map((number) => (
            <span key={number}>
              <code>{number}</code>{' '}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function lineWords({ items = [] }: Order, index: number): string {
  const line = items.find((each) => each.item_index === index);
  const left = line?.shipped_dts === undefined ? '' : ' (shipped)';
  return `${line?.quantity ?? 1} × ${line?.merchant_item_id ?? index}${left}`;
}

function ParcelState({
  parcel: { shipped_dts: shipped, waiting_indexes: waiting = [], acknowledged },
  isComplete,
}: {
  readonly isComplete: boolean;
  readonly parcel: NonNullable<OrderStages['parcels']>[number];
}) {
  if (shipped !== undefined)
    return (
      <>
        <Status tone="good">Shipped</Status>
        <div className="soft">
          <Moment at={shipped} />
        </div>
      </>
    );
  if (waiting.length === 0)
    return (
      <Status tone="quiet">{isComplete ? 'Nothing left to ship' : 'Does not ship now'}</Status>
    );
  return <Status tone="note">{acknowledged ? 'The center has it' : 'Waits to be shipped'}</Status>;
}
