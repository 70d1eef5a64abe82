import type { Order } from '@perennial/contract/order.ts';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { CopyButton } from '../kit/copyButton.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { Status } from '../kit/status.tsx';
import { objectTasksQuery } from '../objectTasks/queries.ts';
import { NewTaskLink } from '../objectTasks/TaskLink.tsx';
import { TaskList } from '../objectTasks/TaskList.tsx';
import { useCan } from '../shell/session.tsx';
import { Attempts } from './Attempts.tsx';
import { Disputes, isRefunded, Refunds } from './GivenBack.tsx';
import { toneOfStage } from './list.ts';
import { OrderActions } from './OrderActions.tsx';
import { OrderDeliveries } from './OrderDeliveries.tsx';
import { OrderSide } from './OrderSide.tsx';
import { OrderLines, Transactions } from './OrderTables.tsx';
import {
  explanationQuery,
  orderDeliveriesQuery,
  orderDisputesQuery,
  orderQuery,
  orderStagesQuery,
} from './queries.ts';
import { Shipments, Where } from './Where.tsx';
import { Why } from './Why.tsx';

/** `/orders/:id`: one order with the explanation of its amount and the possible changes. */
export function OrderPage() {
  const { id = '' } = useParams({ strict: false });
  const result = useQuery(orderQuery(id));
  const stage = result.data?.current_stage;
  return (
    <Page
      title={`Order ${id}`}
      heading={
        <>
          Order <code>{id}</code> <CopyButton text={id} what="the order id" />{' '}
          {stage && (
            <small>
              <Status tone={toneOfStage(stage)}>{stage}</Status>
            </small>
          )}
        </>
      }
      actions={result.data && <OrderActions id={id} order={result.data} />}
    >
      <Loaded result={result} what="the order" rows={10}>
        {(order) => <Known id={id} order={order} />}
      </Loaded>
      <Outlet />
    </Page>
  );
}

function Known({ id, order }: { readonly id: string; readonly order: Order }) {
  const explanation = useQuery(explanationQuery(id));
  const canSeeTasks = useCan(['workflow_read']);
  const tasks = useQuery({ ...objectTasksQuery('order', id), enabled: canSeeTasks });
  const stages = useQuery(orderStagesQuery(id));
  const canSeeDeliveries = useCan(['webhook_read']);
  const deliveries = useQuery({ ...orderDeliveriesQuery(id), enabled: canSeeDeliveries });
  return (
    <Beside
      side={
        <>
          <OrderSide id={id} order={order} />
          {canSeeTasks && (
            <Panel title="Tasks" actions={<NewTaskLink type="order" id={id} />}>
              <Loaded result={tasks} what="the tasks" rows={2}>
                {(found) => <TaskList tasks={found} />}
              </Loaded>
            </Panel>
          )}
        </>
      }
    >
      <Panel title="Where it is">
        <Loaded result={stages} what="where the order is">
          {(known) => <Where order={order} stages={known} />}
        </Loaded>
      </Panel>
      <Panel title="Lines">
        <OrderLines order={order} />
      </Panel>
      {(stages.data?.parcels ?? []).length > 0 && (
        <Panel title="Shipments">
          <Shipments order={order} stages={stages.data ?? {}} />
        </Panel>
      )}
      <Panel title="Why this price">
        <Loaded result={explanation} what="the reasons">
          {(found) => <Why explanation={found} />}
        </Loaded>
      </Panel>
      <Panel title="Payment">
        {explanation.data && <Attempts attempts={explanation.data.attempts ?? []} />}
        <h3>What the gateways said</h3>
        <Transactions transactions={order.payment?.transactions ?? []} />
      </Panel>
      <GivenBackPanels id={id} order={order} />
      {canSeeDeliveries && (
        <Panel title="Webhooks">
          <Loaded result={deliveries} what="the deliveries" rows={2}>
            {(found) => <OrderDeliveries deliveries={found} />}
          </Loaded>
        </Panel>
      )}
    </Beside>
  );
}

/** Refunds and disputes; hidden if there are none. */
function GivenBackPanels({ id, order }: { readonly id: string; readonly order: Order }) {
  const disputes = useQuery(orderDisputesQuery(id));
  return (
    <>
      {isRefunded(order) && (
        <Panel title="Refunds">
          <Refunds order={order} />
        </Panel>
      )}
      {(disputes.error || (disputes.data ?? []).length > 0) && (
        <Panel title="Disputes">
          <Loaded result={disputes} what="the disputes">
            {(found) => <Disputes disputes={found} />}
          </Loaded>
        </Panel>
      )}
    </>
  );
}
