import type { ItemRow } from '@perennial/contract/screens.ts';
import type { Column } from '../kit/columns.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { ItemState } from './ItemPeek.tsx';
import { recursWords } from './list.ts';

/** The columns of the catalogue. */
export const itemColumns: readonly Column<ItemRow>[] = [
  {
    id: 'id',
    label: 'Item',
    width: 'minmax(130px, 1fr)',
    sort: 'merchant_item_id',
    narrow: 'first',
    isUsual: true,
    cell: (row) => row.merchant_item_id,
  },
  {
    id: 'description',
    label: 'Description',
    width: 'minmax(180px, 2fr)',
    sort: 'description',
    narrow: 'second',
    isUsual: true,
    cell: (row) => row.description ?? '–',
  },
  {
    id: 'price',
    label: 'Price',
    width: '96px',
    narrow: 'first end',
    isNumber: true,
    isUsual: true,
    cell: (row) => <Money amount={row.cost} />,
  },
  {
    id: 'recurs',
    label: 'Recurs',
    width: 'minmax(190px, 1fr)',
    narrow: 'second end',
    isUsual: true,
    cell: recursWords,
  },
  {
    id: 'state',
    label: 'State',
    width: '84px',
    isUsual: true,
    cell: ({ inactive }) => <ItemState isInactive={inactive} />,
  },
  {
    id: 'changed',
    label: 'Changed',
    width: '132px',
    sort: 'last_modified_dts',
    isUsual: true,
    cell: (row) => <Moment at={row.last_modified_dts} style="day" />,
  },
  {
    id: 'added',
    label: 'Added',
    width: '132px',
    cell: (row) => <Moment at={row.creation_dts} style="day" />,
  },
  {
    id: 'number',
    label: 'Number',
    width: '90px',
    sort: 'merchant_item_oid',
    isNumber: true,
    cell: (row) => row.merchant_item_oid,
  },
];
