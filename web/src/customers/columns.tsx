import type { CustomerRow } from '@perennial/contract/screens.ts';
import { nameOf } from '../autoOrders/words.ts';
import type { Column } from '../kit/columns.ts';
import { Moment } from '../kit/momentShown.tsx';

/** The columns of the list of customers. */
export const customerColumns: readonly Column<CustomerRow>[] = [
  {
    id: 'name',
    label: 'Name',
    width: 'minmax(110px, 1.2fr)',
    narrow: 'first',
    isUsual: true,
    cell: (row) => nameOf(row),
  },
  {
    id: 'email',
    label: 'Email',
    width: 'minmax(160px, 1.6fr)',
    sort: 'email',
    narrow: 'second',
    isUsual: true,
    cell: (row) => row.email ?? '–',
  },
  {
    id: 'auto_orders',
    label: 'Auto orders',
    width: '100px',
    narrow: 'first end',
    isUsual: true,
    cell: ({ auto_order_count: all = 0, active_auto_order_count: active = 0 }) =>
      all === 0 ? '–' : `${active} of ${all} active`,
  },
  {
    id: 'next',
    label: 'Next shipment',
    width: '132px',
    narrow: 'second end',
    isUsual: true,
    cell: (row) => <Moment at={row.next_shipment_dts} style="day" />,
  },
  {
    id: 'city',
    label: 'City',
    width: 'minmax(96px, 1fr)',
    isUsual: true,
    cell: ({ city, country_code }) => [city, country_code].filter(Boolean).join(', ') || '–',
  },
  {
    id: 'phone',
    label: 'Phone',
    width: '116px',
    isUsual: true,
    cell: (row) => row.phone ?? '–',
  },
  {
    id: 'signed_up',
    label: 'Signed up',
    width: '132px',
    sort: 'signup_dts',
    isUsual: true,
    cell: (row) => <Moment at={row.signup_dts} style="day" />,
  },
  {
    id: 'changed',
    label: 'Changed',
    width: '182px',
    sort: 'last_modified_dts',
    cell: (row) => <Moment at={row.last_modified_dts} />,
  },
  {
    id: 'oid',
    label: 'Profile',
    width: '90px',
    sort: 'customer_profile_oid',
    cell: (row) => row.customer_profile_oid,
  },
];
