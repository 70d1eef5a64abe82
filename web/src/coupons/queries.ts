import type { Coupon, CouponCode } from '@perennial/contract/coupon.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, callVersioned } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import type { DraftBase } from '../kit/draft.ts';
import { pageOf } from '../kit/listQuery.ts';
import type { ListState } from '../kit/searchParts.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import { asOpened, type Write, written } from '../shell/draftWrites.ts';
import { couponBody, draftOfCoupon } from './forms.ts';
import { couponQueryOf, couponSort } from './list.ts';

/** The coupons that match the address of the list. */
export function couponsQuery({ sort = couponSort, from, end, open: _open, ...state }: ListState) {
  const body = couponQueryOf(state);
  return sortedListQuery<Coupon>(
    ['coupons', body],
    { sort, from, end, key: 'coupon_oid' },
    async (query, signal) => {
      const found = await call('searchCoupons', { body, query, signal });
      return pageOf(found.coupons, found);
    },
  );
}

/** The key of a coupon's row. */
export const oidOf = (row: Coupon): string => String(row.coupon_oid);

/** A coupon as the server sent it, and its form. */
export interface CouponRead {
  readonly coupon: Coupon;
  readonly base: DraftBase;
}

/** Reads one coupon and creates its form. */
export const readCoupon = async (oid: string, zone: string): Promise<CouponRead> => {
  const params = { coupon_oid: Number(oid) };
  const { body, version = 0 } = await callVersioned('getCoupon', { params });
  const coupon = body.coupon ?? {};
  return { coupon, base: { draft: draftOfCoupon(coupon, zone), version } };
};

/** One coupon, for its page. */
export const couponQuery = (oid: string, zone: string) =>
  queryOptions<CouponRead>({
    queryKey: ['coupon', oid, 'whole'],
    queryFn: () => readCoupon(oid, zone),
  });

/** One coupon, for a form. */
export const couponFormQuery = (oid: string, zone: string) =>
  queryOptions<CouponRead>({
    queryKey: ['coupon form', oid],
    ...asOpened,
    queryFn: () => readCoupon(oid, zone),
  });

/** The first one-time codes of a coupon, and whether there are more. */
export interface FoundCodes {
  readonly codes: readonly CouponCode[];
  readonly isMore: boolean;
}

/** The one-time codes of a coupon. */
export const couponCodesQuery = (oid: string) =>
  queryOptions<FoundCodes>({
    queryKey: ['coupon', oid, 'codes'],
    queryFn: async ({ signal }) => {
      const params = { coupon_oid: Number(oid) };
      const found = await call('getCouponCodes', { params, query: { _limit: 200 }, signal });
      return {
        codes: found.codes ?? [],
        isMore: found.metadata?.result_set?.more ?? false,
      };
    },
  });

/** Changes a coupon. */
export const writeCoupon =
  (oid: string, zone: string): Write =>
  (from, to, idempotencyKey) => {
    const params = { coupon_oid: Number(oid) };
    const body = couponBody(from.draft, to);
    return written(
      async () => {
        const input = { params, body, ifMatch: from.version, idempotencyKey };
        const saved = await callVersioned('updateCoupon', input);
        await forgetCoupons();
        return saved;
      },
      ({ version = 0 }) => ({
        operation: 'updateCoupon',
        params,
        body: couponBody(to, from.draft),
        ifMatch: version,
      }),
      async () => (await readCoupon(oid, zone)).base,
    );
  };

/** Adds a coupon and reports its oid. Undoing this deletes the coupon. */
export const addCoupon =
  (zone: string, onAdded: (oid: string) => void): Write =>
  (_from, to, idempotencyKey) =>
    written(
      async () => {
        const body = couponBody(emptyCoupon(zone), to);
        const added = await callVersioned('insertCoupon', { body, idempotencyKey });
        await forgetCoupons();
        onAdded(String(added.body.coupon?.coupon_oid));
        return added;
      },
      ({ body: { coupon }, version = 0 }) => ({
        operation: 'deleteCoupon',
        params: { coupon_oid: coupon?.coupon_oid },
        body: undefined,
        ifMatch: version,
      }),
    );

/** A new coupon always sends its discount, even if the form was not changed. */
const emptyCoupon = (zone: string) => ({ ...draftOfCoupon({}, zone), kind: '', usable_by: '' });

/** Deletes a coupon if it still has the version that was read. */
export async function deleteCoupon(oid: string, ifMatch: number, key: string): Promise<void> {
  await call('deleteCoupon', { params: { coupon_oid: Number(oid) }, ifMatch, idempotencyKey: key });
  await queryClient.invalidateQueries({ queryKey: ['coupons'] });
}

/** Creates one-time codes and returns them. */
export async function makeCodes(
  oid: string,
  body: { readonly quantity: number; readonly prefix?: string },
  idempotencyKey: string,
): Promise<readonly string[]> {
  const params = { coupon_oid: Number(oid) };
  const made = await call('generateCouponCodes', { params, body, idempotencyKey });
  await queryClient.invalidateQueries({ queryKey: ['coupon', oid, 'codes'] });
  return made.coupon_codes ?? [];
}

async function forgetCoupons(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['coupons'] }),
    queryClient.invalidateQueries({ queryKey: ['coupon'] }),
  ]);
}
