import type { CustomerRow } from '@perennial/contract/screens.ts';
import { Link } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { paths } from '../paths.ts';

/** The facts of one customer from its row of the list, in the side panel. */
export function CustomerPeek({ row }: { readonly row: CustomerRow }) {
  const { auto_order_count: all = 0, active_auto_order_count: active = 0 } = row;
  return (
    <>
      <Facts
        facts={[
          ['Email', row.email],
          ['Company', row.company],
          ['Phone', row.phone],
          ['City', [row.city, row.country_code].filter(Boolean).join(', ')],
          ['Auto orders', all === 0 ? 'None' : `${active} of ${all} active`],
          ['Next shipment', row.next_shipment_dts && <Moment at={row.next_shipment_dts} />],
          ['Signed up', <Moment at={row.signup_dts} />],
          ['Changed', <Moment at={row.last_modified_dts} />],
        ]}
      />
      <p>
        <Link to={paths.customer} params={{ oid: String(row.customer_profile_oid) }}>
          Open the customer
        </Link>
      </p>
    </>
  );
}
