import type { Order } from '@perennial/contract/order.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { amountOf, sumsOf } from './order.ts';

/** The lines of an order with their totals. */
export function OrderLines({ order }: { readonly order: Order }) {
  const { items = [], currency_code: currency } = order;
  const money = (amount: number | undefined) => <Money amount={amount} currency={currency} />;
  const hasRefunds = items.some(({ quantity_refunded, total_refunded }) =>
    Boolean(quantity_refunded || amountOf(total_refunded)),
  );
  return (
    <SmallTable
      what="Lines of the order"
      columns={[
        { label: 'Item' },
        { label: 'Quantity', isNumber: true },
        { label: 'Unit cost', isNumber: true },
        ...(hasRefunds ? [{ label: 'Refunded', isNumber: true }] : []),
        { label: 'Cost', isNumber: true },
      ]}
      rows={items.map((item, index) => ({
        key: String(item.item_index ?? index),
        cells: [
          <>
            <code>{item.merchant_item_id}</code>
            {item.description && <div className="soft">{item.description}</div>}
          </>,
          item.quantity,
          money(amountOf(item.unit_cost_with_discount) ?? amountOf(item.cost)),
          ...(hasRefunds ? [money(amountOf(item.total_refunded))] : []),
          money(amountOf(item.total_cost_with_discount)),
        ],
      }))}
      foot={sumsOf(order).map(([name, amount]) => [name, money(amount)])}
    />
  );
}

/** The responses of gateways about the payment. */
export function Transactions({
  transactions,
}: {
  readonly transactions: NonNullable<NonNullable<Order['payment']>['transactions']>;
}) {
  if (transactions.length === 0) return <p className="soft">No gateway was asked.</p>;
  return (
    <SmallTable
      what="Transactions"
      columns={[{ label: 'At' }, { label: 'Gateway' }, { label: 'Outcome' }, { label: 'Details' }]}
      rows={transactions.map((transaction, index) => ({
        key: String(transaction.transaction_id ?? index),
        cells: [
          <Moment at={transaction.transaction_timestamp} />,
          transaction.transaction_gateway,
          <Status tone={transaction.successful ? 'good' : 'bad'}>
            {transaction.successful ? 'Accepted' : 'Refused'}
          </Status>,
          (transaction.details ?? []).map(({ name, value }) => (
            <div key={name}>
              <span className="soft">{name}</span> <code>{value}</code>
            </div>
          )),
        ],
      }))}
    />
  );
}
