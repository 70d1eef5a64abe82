import type { Coupon } from '@perennial/contract/coupon.ts';
import { Link } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { paths } from '../paths.ts';
import { CouponState } from './CouponState.tsx';
import { rebillWords, usersWords } from './forms.ts';

/** When a coupon counts, and for whom. */
export function CouponFacts({ coupon }: { readonly coupon: Coupon }) {
  return (
    <Facts
      facts={[
        ['State', <CouponState coupon={coupon} />],
        ['Description', coupon.description],
        ['Starts', coupon.start_dts && <Moment at={coupon.start_dts} />],
        ['Ends', coupon.expiration_dts ? <Moment at={coupon.expiration_dts} /> : 'Never'],
        ['Who may use it', usersWords(coupon.usable_by)],
        ['Rebills', rebillWords(coupon)],
        ['With other coupons', coupon.can_be_used_with_other_coupons ? 'Yes' : 'No'],
        ['Postal codes', coupon.restrict_by_postal_codes?.join(', ')],
        ['Notes', coupon.merchant_notes],
        ['Coupon', coupon.coupon_oid],
      ]}
    />
  );
}

/** One coupon from its row of the list, in the side panel. */
export function CouponPeek({ coupon }: { readonly coupon: Coupon }) {
  return (
    <>
      <p>{coupon.calculated_description ?? coupon.coupon_type}</p>
      <CouponFacts coupon={coupon} />
      <p>
        <Link to={paths.coupon} params={{ oid: String(coupon.coupon_oid) }}>
          Open the coupon
        </Link>
      </p>
    </>
  );
}
