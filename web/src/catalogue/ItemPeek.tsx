import type { ItemRow } from '@perennial/contract/screens.ts';
import { Link } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { recursWords } from './list.ts';

/** Whether an item is sold. */
export function ItemState({ isInactive }: { readonly isInactive: boolean | undefined }) {
  return isInactive ? (
    <Status tone="quiet">Not for sale</Status>
  ) : (
    <Status tone="good">For sale</Status>
  );
}

/** The facts of one item from its row of the list, in the side panel. */
export function ItemPeek({ row }: { readonly row: ItemRow }) {
  return (
    <>
      <Facts
        facts={[
          ['Description', row.description],
          ['Price', <Money amount={row.cost} />],
          ['Recurs', recursWords(row)],
          ['State', <ItemState isInactive={row.inactive} />],
          ['Added', <Moment at={row.creation_dts} style="day" />],
          ['Changed', <Moment at={row.last_modified_dts} />],
          ['Number', row.merchant_item_oid],
        ]}
      />
      <p>
        <Link to={paths.item} params={{ oid: String(row.merchant_item_oid) }}>
          Open the item
        </Link>
      </p>
    </>
  );
}
