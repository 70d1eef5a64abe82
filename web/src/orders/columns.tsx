import type { OrderRow } from '@perennial/contract/screens.ts';
import { nameOf } from '../autoOrders/words.ts';
import type { Column } from '../kit/columns.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Status } from '../kit/status.tsx';
import { kindWords, linesWords, toneOfStage } from './list.ts';

/** The columns of the list of orders. */
export const orderColumns: readonly Column<OrderRow>[] = [
  {
    id: 'order',
    label: 'Order',
    width: '136px',
    sort: 'order_id',
    isUsual: true,
    cell: (row) => <code>{row.order_id}</code>,
  },
  {
    id: 'customer',
    label: 'Customer',
    width: 'minmax(100px, 1.3fr)',
    narrow: 'first',
    isUsual: true,
    cell: (row) => <span title={row.customer?.email}>{nameOf(row.customer)}</span>,
  },
  {
    id: 'kind',
    label: 'Kind',
    width: '78px',
    isUsual: true,
    cell: (row) => kindWords(row.kind, row.rebill_number),
  },
  {
    id: 'stage',
    label: 'Stage',
    width: '170px',
    narrow: 'second',
    isUsual: true,
    cell: (row) => <Status tone={toneOfStage(row.current_stage)}>{row.current_stage}</Status>,
  },
  {
    id: 'items',
    label: 'Items',
    width: 'minmax(100px, 1.6fr)',
    isUsual: true,
    cell: (row) => linesWords(row.items),
  },
  {
    id: 'total',
    label: 'Total',
    width: '80px',
    isNumber: true,
    narrow: 'first end',
    isUsual: true,
    cell: (row) => <Money amount={row.total} currency={row.currency_code} />,
  },
  {
    id: 'payment',
    label: 'Payment',
    width: '138px',
    cell: ({ card, payment_method: method }) =>
      card?.last_four ? `${card.card_type ?? ''} ••${card.last_four}` : (method ?? '–'),
  },
  {
    id: 'created',
    label: 'Created',
    width: '182px',
    sort: 'creation_dts',
    isUsual: true,
    cell: (row) => <Moment at={row.creation_dts} />,
  },
  {
    id: 'paid',
    label: 'Paid',
    width: '182px',
    cell: (row) => <Moment at={row.payment_dts} />,
  },
  {
    id: 'auto_order',
    label: 'Auto order',
    width: '104px',
    cell: (row) => (row.auto_order_code ? <code>{row.auto_order_code}</code> : '–'),
  },
  {
    id: 'email',
    label: 'Email',
    width: 'minmax(150px, 1.2fr)',
    cell: (row) => row.customer?.email ?? '–',
  },
];
