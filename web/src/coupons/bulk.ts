import type { Coupon } from '@perennial/contract/coupon.ts';
import type { BulkAction, BulkLine } from '../kit/bulk.ts';
import { wallOf } from '../kit/moment.ts';
import { merchantNow } from '../kit/now.ts';
import { stateOfCoupon } from './forms.ts';
import { type CouponRead, readCoupon, writeCoupon } from './queries.ts';

/** Returns the change of a coupon's end, or the reason why it does not change. */
type Ending = (coupon: Coupon, now: string) => { readonly end: string } | { readonly why: string };

const endNow =
  (zone: string): Ending =>
  (coupon, now) =>
    stateOfCoupon(coupon, now).word === 'Ended'
      ? { why: 'It has ended already.' }
      : { end: wallOf(now, zone).slice(0, 16) };

const noEnd: Ending = (coupon) =>
  coupon.expiration_dts === undefined ? { why: 'It has no end.' } : { end: '' };

function lineOf(oid: string, { coupon, base }: CouponRead, ending: Ending, zone: string): BulkLine {
  const name = coupon.merchant_code ?? oid;
  const change = ending(coupon, merchantNow.get());
  if ('why' in change) return { name, unchanged: change.why };
  const endWords = (end: string) => (end === '' ? 'Never ends' : `Ends ${end.replace('T', ', ')}`);
  const write = async (key: string) => {
    const draft = { ...base.draft, expiration_dts: change.end };
    const result = await writeCoupon(oid, zone)(base, draft, key);
    if (result.kind === 'conflict') throw new Error('A colleague changed it at the same time.');
    return result.undo;
  };
  const before = endWords(base.draft['expiration_dts'] ?? '');
  return { name, before, after: endWords(change.end), write };
}

const readWith =
  (zone: string, ending: Ending): BulkAction<Coupon>['read'] =>
  async ({ coupon_oid: oid }) => {
    const line = lineOf(String(oid), await readCoupon(String(oid), zone), ending, zone);
    return () => line;
  };

/** The actions on selected coupons; times are in the merchant's zone. */
export const couponActions = (zone: string): readonly BulkAction<Coupon>[] => [
  {
    id: 'end',
    button: 'End now …',
    title: 'End coupons',
    consequence:
      'New orders and coming rebills no longer get the discount. Orders that were placed keep theirs.',
    verb: 'End',
    done: 'ended',
    read: readWith(zone, endNow(zone)),
  },
  {
    id: 'noEnd',
    button: 'Remove the end …',
    title: 'Remove the end of coupons',
    consequence:
      'They apply again to new orders and coming rebills that name them, without an end.',
    verb: 'Remove the end of',
    done: 'no longer end',
    read: readWith(zone, noEnd),
  },
];
