import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { Link } from '@tanstack/react-router';
import { OwnPage } from '../customers/OwnPage.tsx';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { paths } from '../paths.ts';
import { cardWords } from './headline.ts';
import { ItemCard } from './ItemCard.tsx';
import { SideTasks } from './SideTasks.tsx';
import classes from './side.module.css';
import { addressLines, cardExpiry, expiresBefore } from './sideWords.ts';

/** The parts of the auto order: items, card, addresses, original order, properties, tasks. */
export function Side({ order, row }: { readonly order: AutoOrder; readonly row: AutoOrderRow }) {
  const { add_ons: addOns = [], properties = [], original_order: original } = order;
  const customer = row.customer?.customer_profile_oid;
  return (
    <aside className={classes['side']} aria-label="About the auto order">
      <section>
        <h2>Items</h2>
        {(order.items ?? []).map((item) => (
          <ItemCard
            key={item.auto_order_item_oid}
            code={order.auto_order_code ?? ''}
            oid={order.auto_order_oid}
            item={item}
            currency={row.currency_code}
            isEnded={order.status !== 'active'}
          />
        ))}
        {addOns.map((addOn) => (
          <p key={addOn.item_id} className={classes['addOn']}>
            + {addOn.quantity ?? 1} × {addOn.item_id} with every item
            {addOn.next_x_orders !== undefined && `, ${addOn.next_x_orders} more times`}
          </p>
        ))}
      </section>
      <CardPart row={row} />
      <Addresses original={original} row={row} />
      <section>
        <h2>Account</h2>
        <Facts
          facts={[
            [
              'Original order',
              <Link to={paths.order} params={{ id: order.original_order_id ?? '' }}>
                {order.original_order_id}
              </Link>,
            ],
            ['Signed up', <Moment at={row.signed_up_dts} style="day" />],
            ['Rebills', row.rebill_count],
            ['Lifetime value', <Money amount={row.life_time_value} currency={row.currency_code} />],
            ['Gateway', order.rotating_transaction_gateway_code],
            ...properties.map(({ name = '', value }) => [name, value] as const),
          ]}
        />
        {customer !== undefined && <OwnPage oid={customer} />}
      </section>
      <SideTasks code={order.auto_order_code ?? ''} />
    </aside>
  );
}

/** The card, and the card that the next charge will use. */
function CardPart({ row }: { readonly row: AutoOrderRow }) {
  const { card, next_shipment_dts: next } = row;
  const words = cardWords(card);
  const isTooOld = expiresBefore(card, next);
  return (
    <section>
      <h2>Card</h2>
      {words === undefined ? (
        <p>No card is stored; the original order was paid in another way.</p>
      ) : (
        <p>
          <strong>{words}</strong>
          <span className="soft"> expires {cardExpiry(card)}</span>
        </p>
      )}
      {words !== undefined && next !== undefined && row.status === 'active' && (
        <p className={isTooOld ? classes['warn'] : 'soft'}>
          {isTooOld ? 'It expires before the next charge.' : 'The next charge uses this card.'}
        </p>
      )}
    </section>
  );
}

function Addresses({
  original,
  row,
}: {
  readonly original: AutoOrder['original_order'];
  readonly row: AutoOrderRow;
}) {
  const ships = addressLines(original?.shipping);
  const bills = addressLines(original?.billing);
  const isSame = ships.join('\n') === bills.join('\n');
  return (
    <section>
      <h2>{isSame ? 'Ships and bills to' : 'Ships to'}</h2>
      <Address lines={ships.length > 0 ? ships : bills} />
      {!isSame && ships.length > 0 && (
        <>
          <h2 className={classes['second']}>Bills to</h2>
          <Address lines={bills} />
        </>
      )}
      {row.customer?.email && <p>{row.customer.email}</p>}
      {original?.shipping?.shipping_method && (
        <p className="soft">{original.shipping.shipping_method}</p>
      )}
    </section>
  );
}

function Address({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return <p className="soft">No address is known.</p>;
  return <address className={classes['address']}>{lines.join('\n')}</address>;
}
