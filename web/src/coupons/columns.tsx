import type { Coupon } from '@perennial/contract/coupon.ts';
import type { Column } from '../kit/columns.ts';
import { Moment } from '../kit/momentShown.tsx';
import { CouponState } from './CouponState.tsx';
import { rebillWords, usersWords } from './forms.ts';

/** The columns of the list of coupons. */
export const couponColumns: readonly Column<Coupon>[] = [
  {
    id: 'code',
    label: 'Code',
    width: 'minmax(110px, 0.8fr)',
    sort: 'merchant_code',
    narrow: 'first',
    isUsual: true,
    cell: (row) => row.merchant_code,
  },
  {
    id: 'does',
    label: 'What it does',
    width: 'minmax(180px, 2fr)',
    narrow: 'second',
    isUsual: true,
    cell: (row) => row.calculated_description ?? row.coupon_type,
  },
  {
    id: 'state',
    label: 'State',
    width: '120px',
    narrow: 'first end',
    isUsual: true,
    cell: (row) => <CouponState coupon={row} />,
  },
  {
    id: 'users',
    label: 'Who may use it',
    width: 'minmax(130px, 1fr)',
    isUsual: true,
    cell: (row) => usersWords(row.usable_by),
  },
  {
    id: 'rebills',
    label: 'Rebills',
    width: '130px',
    isUsual: true,
    cell: rebillWords,
  },
  {
    id: 'ends',
    label: 'Ends',
    width: '132px',
    sort: 'expiration_dts',
    narrow: 'second end',
    isUsual: true,
    cell: (row) => <Moment at={row.expiration_dts} style="day" />,
  },
  {
    id: 'starts',
    label: 'Starts',
    width: '132px',
    sort: 'start_dts',
    cell: (row) => <Moment at={row.start_dts} style="day" />,
  },
  {
    id: 'description',
    label: 'Description',
    width: 'minmax(150px, 1.2fr)',
    sort: 'description',
    cell: (row) => row.description ?? '–',
  },
  {
    id: 'notes',
    label: 'Notes',
    width: 'minmax(150px, 1.2fr)',
    cell: (row) => row.merchant_notes ?? '–',
  },
];
