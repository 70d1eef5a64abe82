import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Facts } from '../kit/facts.tsx';
import { ListPage } from '../kit/listPage.tsx';
import { loadedRows } from '../kit/listQuery.ts';
import { Moment } from '../kit/momentShown.tsx';
import { ShortCode } from '../kit/shortCode.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { About, Again, Result } from './Deliveries.tsx';
import { deliveryColumns } from './deliveryColumns.tsx';
import { deliveryFilters, deliverySort, deliveryViews } from './deliveryList.ts';
import { deliveryListQuery } from './queries.ts';
import { useNewDeliveries } from './useNewDeliveries.ts';
import classes from './webhooks.module.css';

/** `/deliveries`: the attempts to deliver events to webhooks, the newest first. */
export function DeliveriesPage() {
  const state = useSearch({ from: '/inside/deliveries' });
  const read = useReadState(state);
  const result = useInfiniteQuery(deliveryListQuery(read));
  const changes = useNewDeliveries(read, result.isRefetching);
  const { isTest } = useSession().merchant;
  const navigate = useNavigate();
  const { rows } = loadedRows(result.data);
  return (
    <ListPage
      title="Deliveries"
      notes={
        isTest && <p className="soft">Times are on the machine’s clock, not on the test clock.</p>
      }
      what="deliveries"
      kind="deliveries"
      hint="id of an order, item or task"
      filters={deliveryFilters}
      views={deliveryViews}
      columns={deliveryColumns}
      usualSort={deliverySort}
      canJump
      changes={changes}
      state={state}
      result={result}
      readPage={deliveryListQuery(wholeList(read)).readPage}
      keyOf={tryOf}
      onOpen={(row) =>
        void navigate({ to: paths.deliveries, search: { ...state, open: tryOf(row) } })
      }
      peek={(row) => ({
        title: `Delivery, try ${row.attempt}`,
        body: <Delivery row={row} rows={rows} />,
      })}
      empty={
        <Empty icon="link" title="Nothing has been delivered yet">
          Each attempt to send events to a webhook is listed here, with the receiver’s response.
        </Empty>
      }
    />
  );
}

const tryOf = ({ request_id: id = '' }: WebhookDelivery): string => id;

function Delivery({
  row,
  rows,
}: {
  readonly row: WebhookDelivery;
  readonly rows: readonly WebhookDelivery[];
}) {
  const canReplay = useCan(['configuration_write']);
  const { webhook_oid: oid = 0 } = row;
  return (
    <>
      <Facts
        facts={[
          ['When', <Moment at={row.delivery_dts} style="exact" isReal />],
          ['Result', <Result row={row} />],
          [
            'Webhook',
            <Link to={paths.webhook} params={{ oid: String(oid) }}>
              {oid}
            </Link>,
          ],
          ['Events', [...new Set(row.event_names)].join(', ')],
          ['About', <About objects={row.objects ?? []} />],
          ['webhook-id', <ShortCode text={row.delivery_id ?? ''} what="the whole id" />],
        ]}
      />
      {canReplay && (
        <div className={classes['switch']}>
          <Again oid={oid} row={row} rows={rows} />
        </div>
      )}
    </>
  );
}
