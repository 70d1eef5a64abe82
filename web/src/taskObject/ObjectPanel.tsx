import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { Link } from '@tanstack/react-router';
import { nameOf, stateWords, toneOf } from '../autoOrders/words.ts';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Status } from '../kit/status.tsx';
import { objectPath, objectWords } from '../tasks/words.ts';
import { Fixes } from './Fixes.tsx';
import type { TaskObject } from './queries.ts';
import classes from './taskObject.module.css';

type AutoOrder = NonNullable<TaskObject['autoOrder']>;

/**
 * The object of a task, inside its page: its facts, and the actions on it that are possible here.
 */
export function ObjectPanel({
  task,
  object,
}: {
  readonly task: WorkflowTask;
  readonly object: TaskObject;
}) {
  const path = objectPath(task);
  const { autoOrder, order, customer, item } = object;
  const isUnknown = !autoOrder && !order && !customer && !item;
  return (
    <section className={classes['object']} aria-label="What it is about">
      <h3>
        {path ? <Link to={path}>{objectWords(task)}</Link> : objectWords(task)}
        {autoOrder && <Status tone={toneOf(autoOrder.state)}>{stateWords(autoOrder)}</Status>}
      </h3>
      {isUnknown && (
        <p className="soft">{task.task_context ?? 'Nothing more is known about it.'}</p>
      )}
      {order && <OrderInPlace order={order} hasCard={autoOrder !== undefined} />}
      {customer && (
        <Facts
          facts={[
            ['Name', `${customer.first_name ?? ''} ${customer.last_name ?? ''}`.trim()],
            ['Email', customer.email],
            ['Active auto orders', customer.active_auto_order_count],
            ['Next shipment', <Moment at={customer.next_shipment_dts} style="day" />],
          ]}
        />
      )}
      {item && (
        <Facts
          facts={[
            ['Item', item.description],
            ['Price', <Money amount={item.cost} />],
            ['Changed', <Moment at={item.last_modified_dts} />],
          ]}
        />
      )}
      {autoOrder && <AutoOrderInPlace autoOrder={autoOrder} isAlone={!order} />}
    </section>
  );
}

function OrderInPlace({
  order,
  hasCard,
}: {
  readonly order: NonNullable<TaskObject['order']>;
  /** The auto order below names the card. */
  readonly hasCard: boolean;
}) {
  return (
    <Facts
      facts={[
        ['Customer', nameOf(order.customer)],
        ['Stage', order.current_stage],
        ['Total', <Money amount={order.total} currency={order.currency_code} />],
        ['Card', hasCard ? undefined : cardWords(order.card)],
        ['Placed', <Moment at={order.creation_dts} />],
      ]}
    />
  );
}

const cardWords = (card: AutoOrder['card']): string | undefined =>
  card?.last_four &&
  `${card.card_type ?? 'Card'} ••${card.last_four}, expires ${card.card_expiration_month}/${card.card_expiration_year}`;

function AutoOrderInPlace({
  autoOrder,
  isAlone,
}: {
  readonly autoOrder: AutoOrder;
  /** False: the order above already names the customer. */
  readonly isAlone: boolean;
}) {
  const { failure_reason: reason, credit_card_attempt: declines = 0 } = autoOrder;
  return (
    <>
      <Facts
        facts={[
          ['Customer', isAlone ? nameOf(autoOrder.customer) : undefined],
          ['Email', isAlone ? autoOrder.customer?.email : undefined],
          ['Auto order', isAlone ? undefined : autoOrder.auto_order_code],
          ['Card', cardWords(autoOrder.card) ?? 'none'],
          [
            'Last decline',
            reason &&
              `${reason.replace('\n', ': ')}${declines > 1 ? `, ${declines} declines in a row` : ''}`,
          ],
          ['Tried again', autoOrder.next_attempt_dts && <Moment at={autoOrder.next_attempt_dts} />],
          [
            'Next rebill',
            autoOrder.status === 'active' ? <NextRebill autoOrder={autoOrder} /> : undefined,
          ],
        ]}
      />
      <Fixes autoOrder={autoOrder} />
    </>
  );
}

function NextRebill({ autoOrder }: { readonly autoOrder: AutoOrder }) {
  const { next_shipment_dts: at, next_total: total, currency_code: currency } = autoOrder;
  if (at === undefined) return 'none';
  return (
    <>
      <Moment at={at} style="day" />
      {total !== undefined && (
        <>
          , <Money amount={total} currency={currency} />
        </>
      )}
    </>
  );
}
