import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Status } from '../kit/status.tsx';
import { expiryWords, itemsWords, nameOf, nextShipmentOf, stateWords, toneOf } from './words.ts';

/** The facts of one auto order from its row of the list, in the side panel. */
export function Peek({ row }: { readonly row: AutoOrderRow }) {
  return (
    <Facts
      facts={[
        ['State', <Status tone={toneOf(row.state)}>{stateWords(row)}</Status>],
        ['Why', row.failure_reason ?? row.cancel_reason],
        ['Customer', nameOf(row.customer)],
        ['Email', row.customer?.email],
        ['Next shipment', <Moment at={nextShipmentOf(row)} />],
        ['Next items', itemsWords(row.items)],
        ['Next total', <Money amount={row.next_total} currency={row.currency_code} />],
        ['Next attempt', row.next_attempt_dts && <Moment at={row.next_attempt_dts} />],
        ['Frequency', row.frequency],
        ['Card', row.card?.last_four && `${row.card.card_type ?? ''} ••${row.card.last_four}`],
        ['Card expires', row.card?.last_four && expiryWords(row)],
        ['Rebills', row.rebill_count],
        ['Lifetime value', <Money amount={row.life_time_value} currency={row.currency_code} />],
        ['Signed up', <Moment at={row.signed_up_dts} />],
        ['Original order', row.original_order_id],
      ]}
    />
  );
}
