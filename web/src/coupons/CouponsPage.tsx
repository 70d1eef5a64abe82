import { Button } from '@mantine/core';
import type { Coupon } from '@perennial/contract/coupon.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ListPage } from '../kit/listPage.tsx';
import type { RowAction } from '../kit/rowActions.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { couponActions } from './bulk.ts';
import { CouponPeek } from './CouponFacts.tsx';
import { couponColumns } from './columns.tsx';
import { couponFilters, couponSort, couponViews } from './list.ts';
import { couponsQuery, oidOf } from './queries.ts';

/** `/coupons`: all coupons with their discounts and whether they are valid. */
export function CouponsPage() {
  const state = useSearch({ from: '/inside/coupons' });
  const read = useReadState(state);
  const result = useInfiniteQuery(couponsQuery(read));
  const canWrite = useCan(['coupon_write']);
  const { zone } = useSession().merchant;
  const actions = useMemo(() => couponActions(zone), [zone]);
  const navigate = useNavigate();
  useCommands({ 'coupon.new': () => void navigate({ to: paths.couponNew }) });
  return (
    <ListPage
      title="Coupons"
      buttons={canWrite && <NewCoupon />}
      what="coupons"
      kind="coupons"
      hint="code or description"
      filters={couponFilters}
      views={couponViews}
      columns={couponColumns}
      usualSort={couponSort}
      canJump
      state={state}
      result={result}
      readPage={couponsQuery(wholeList(read)).readPage}
      keyOf={oidOf}
      {...(canWrite && { actions })}
      {...(canWrite && { rowActions: couponRowActions })}
      onOpen={(row) => void navigate({ to: paths.coupon, params: { oid: oidOf(row) } })}
      peek={(row) => ({ title: row.merchant_code ?? '', body: <CouponPeek coupon={row} /> })}
      empty={
        <Empty icon="coupon" title="No coupons yet" action={canWrite && <NewCoupon />}>
          A coupon gives a discount on an order that names its code, and on its rebills.
        </Empty>
      }
    >
      <Outlet />
    </ListPage>
  );
}

function NewCoupon() {
  return (
    <Button renderRoot={(props) => <Link {...props} data-button to={paths.couponNew} />}>
      New coupon
    </Button>
  );
}

const couponRowActions: readonly RowAction<Coupon>[] = [
  {
    id: 'edit',
    label: 'Change the coupon',
    icon: 'gear',
    to: (row) => `/coupons/${oidOf(row)}/edit`,
  },
  {
    id: 'codes',
    label: 'Make one-time codes',
    icon: 'plus',
    to: (row) => `/coupons/${oidOf(row)}/codes`,
  },
];
