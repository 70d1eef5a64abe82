import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AutoOrderListState } from '../autoOrders/list.ts';
import { Loaded } from '../kit/loaded.tsx';
import { formatCount } from '../kit/money.ts';
import { Panel } from '../kit/panel.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { type ItemUse, itemUseQuery } from './queries.ts';
import { madeWith, shippingNext } from './use.ts';

/** The active auto orders that a change of the item affects. Each number is a link to them. */
export function Affected({ itemId }: { readonly itemId: string }) {
  const isAllowed = useCan(['auto_order_read']);
  const result = useQuery(itemUseQuery(itemId, isAllowed));
  if (!isAllowed) return null;
  return (
    <Panel title="Who is affected by a change">
      <Loaded result={result} what="the auto orders" rows={2}>
        {(use) => <Use itemId={itemId} use={use} />}
      </Loaded>
    </Panel>
  );
}

function Use({ itemId, use: { next, made } }: { readonly itemId: string; readonly use: ItemUse }) {
  if (next.count + made.count === 0)
    return <p className="soft">No running auto order has this item.</p>;
  return (
    <>
      <p>
        <Running state={shippingNext(itemId)} counted={next} /> ship it next. A new price applies to
        them from the next rebill on, unless their price was set by hand or is kept for earlier
        sign-ups.
      </p>
      <p>
        <Running state={madeWith(itemId)} counted={made} /> began with it. Changed steps apply to
        them from the next rebill on.
      </p>
    </>
  );
}

function Running({
  state,
  counted: { count, isMore },
}: {
  readonly state: AutoOrderListState;
  readonly counted: ItemUse['next'];
}) {
  return (
    <Link to={paths.autoOrders} search={routeSearch(state)}>
      {formatCount(count, isMore)} running auto {count === 1 ? 'order' : 'orders'}
    </Link>
  );
}
