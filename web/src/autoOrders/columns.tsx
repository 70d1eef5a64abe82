import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { Column } from '../kit/columns.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Status } from '../kit/status.tsx';
import {
  expiryWords,
  frequencyWords,
  itemsWords,
  nameOf,
  nextShipmentOf,
  stateWords,
  toneOf,
} from './words.ts';

/** The columns of the list of auto orders. */
export const autoOrderColumns: readonly Column<AutoOrderRow>[] = [
  {
    id: 'code',
    label: 'Code',
    width: '90px',
    sort: 'auto_order_code',
    isUsual: true,
    cell: (row) => <code>{row.auto_order_code}</code>,
  },
  {
    id: 'customer',
    label: 'Customer',
    width: 'minmax(120px, 1.4fr)',
    sort: 'last_name',
    narrow: 'first',
    isUsual: true,
    cell: (row) => <span title={row.customer?.email}>{nameOf(row.customer)}</span>,
  },
  {
    id: 'state',
    label: 'State',
    width: '92px',
    narrow: 'first end',
    isUsual: true,
    cell: (row) => (
      <Status tone={toneOf(row.state)} title={row.failure_reason}>
        {stateWords(row)}
      </Status>
    ),
  },
  {
    id: 'next',
    label: 'Next shipment',
    width: '132px',
    sort: 'next_shipment_dts',
    narrow: 'second end',
    isUsual: true,
    cell: (row) => <Moment at={nextShipmentOf(row)} style="day" />,
  },
  {
    id: 'items',
    label: 'Next items',
    width: 'minmax(132px, 1.8fr)',
    narrow: 'second',
    isUsual: true,
    cell: (row) => itemsWords(row.items),
  },
  {
    id: 'total',
    label: 'Next total',
    width: '80px',
    isNumber: true,
    isUsual: true,
    cell: (row) => <NextTotal row={row} />,
  },
  {
    id: 'frequency',
    label: 'Frequency',
    width: '112px',
    isUsual: true,
    cell: frequencyWords,
  },
  {
    id: 'card',
    label: 'Card',
    width: '142px',
    sort: 'card_expires',
    isUsual: true,
    cell: ({ card }) => (card?.last_four ? `${card.card_type ?? ''} ••${card.last_four}` : '–'),
  },
  {
    id: 'expires',
    label: 'Expires',
    width: '80px',
    sort: 'card_expires',
    cell: expiryWords,
  },
  {
    id: 'rebills',
    label: 'Rebills',
    width: '70px',
    isNumber: true,
    cell: (row) => row.rebill_count ?? 0,
  },
  {
    id: 'value',
    label: 'Lifetime value',
    width: '116px',
    isNumber: true,
    cell: (row) => <Money amount={row.life_time_value} currency={row.currency_code} />,
  },
  {
    id: 'signed_up',
    label: 'Signed up',
    width: '132px',
    sort: 'signed_up_dts',
    cell: (row) => <Moment at={row.signed_up_dts} style="day" />,
  },
  {
    id: 'email',
    label: 'Email',
    width: 'minmax(150px, 1.2fr)',
    sort: 'email',
    cell: (row) => row.customer?.email ?? '–',
  },
];

/** The next total. If a shipment is near, a missing amount is explained. */
function NextTotal({ row }: { readonly row: AutoOrderRow }) {
  if (row.next_total !== undefined || row.state !== 'active')
    return <Money amount={row.next_total} currency={row.currency_code} />;
  return <span title="No rebill is planned. Open the auto order to see why.">–</span>;
}
