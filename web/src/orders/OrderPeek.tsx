import type { OrderRow } from '@perennial/contract/screens.ts';
import { Link } from '@tanstack/react-router';
import { nameOf } from '../autoOrders/words.ts';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { kindWords, linesWords, toneOfStage } from './list.ts';

/** The facts of one order from its row of the list, in the side panel. */
export function OrderPeek({ row }: { readonly row: OrderRow }) {
  return (
    <>
      <Facts
        facts={[
          [
            'Stage',
            <Status tone={toneOfStage(row.current_stage)}>{row.current_stage ?? ''}</Status>,
          ],
          ['Kind', kindWords(row.kind, row.rebill_number)],
          ['Customer', nameOf(row.customer)],
          ['Email', row.customer?.email],
          ['Items', linesWords(row.items)],
          ['Total', <Money amount={row.total} currency={row.currency_code} />],
          ['Created', <Moment at={row.creation_dts} />],
          ['Paid', row.payment_dts && <Moment at={row.payment_dts} />],
          ['Auto order', row.auto_order_code],
        ]}
      />
      <p>
        <Link to={paths.order} params={{ id: row.order_id ?? '' }}>
          Open the order
        </Link>
      </p>
    </>
  );
}
