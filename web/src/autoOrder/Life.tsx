import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { Contained } from '../kit/states.tsx';
import { Future } from './Future.tsx';
import classes from './life.module.css';
import { NowLine } from './NowLine.tsx';
import { Past } from './Past.tsx';

/** The timeline of an auto order on one axis: the future above, now, the past below. */
export function Life({ order, row }: { readonly order: AutoOrder; readonly row: AutoOrderRow }) {
  const next = row.next_attempt_dts ?? row.next_shipment_dts;
  return (
    <section className={classes['life']} aria-label="Life of the auto order">
      <Contained>
        <Future order={order} />
      </Contained>
      <NowLine next={row.state === 'active' || row.state === 'retrying' ? next : undefined} />
      <Contained>
        <Past order={order} />
      </Contained>
    </section>
  );
}
