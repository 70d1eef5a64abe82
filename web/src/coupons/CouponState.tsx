import type { Coupon } from '@perennial/contract/coupon.ts';
import { useNow } from '../kit/now.ts';
import { Status } from '../kit/status.tsx';
import { stateOfCoupon } from './forms.ts';

/** Whether a coupon is valid at the merchant's current time. */
export function CouponState({ coupon }: { readonly coupon: Coupon }) {
  const { tone, word } = stateOfCoupon(coupon, useNow());
  return <Status tone={tone}>{word}</Status>;
}
