import { Button } from '@mantine/core';
import type { Order } from '@perennial/contract/order.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { CopyButton } from '../kit/copyButton.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { Status } from '../kit/status.tsx';
import { objectTasksQuery } from '../objectTasks/queries.ts';
import { NewTaskLink } from '../objectTasks/TaskLink.tsx';
import { TaskList } from '../objectTasks/TaskList.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { Attempts } from './Attempts.tsx';
import { toneOfStage } from './list.ts';
import { OrderSide } from './OrderSide.tsx';
import { OrderLines, StageHistory, Transactions } from './OrderTables.tsx';
import { explanationQuery, orderQuery, refundableQuery } from './queries.ts';
import { Why } from './Why.tsx';

/** `/orders/:id`: one order, why it cost what it did, and what can still be changed. */
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
      actions={<Actions id={id} />}
    >
      <Loaded result={result} what="the order" rows={10}>
        {(order) => <Known id={id} order={order} />}
      </Loaded>
      <Outlet />
    </Page>
  );
}

/** What can be done with the whole order. A refund is offered while there is something to refund. */
function Actions({ id }: { readonly id: string }) {
  const canWrite = useCan(['order_write']);
  const { data } = useQuery({ ...refundableQuery(id), enabled: canWrite });
  const canRefund = data?.refundable === true || data?.manual_because_multiple_charges === true;
  if (!canWrite || !canRefund) return null;
  return (
    <Button
      variant="default"
      renderRoot={(props) => <Link {...props} to={paths.orderRefund} params={{ id }} />}
    >
      Refund …
    </Button>
  );
}

function Known({ id, order }: { readonly id: string; readonly order: Order }) {
  const explanation = useQuery(explanationQuery(id));
  const canSeeTasks = useCan(['workflow_read']);
  const tasks = useQuery({ ...objectTasksQuery('order', id), enabled: canSeeTasks });
  const { current_stage_histories: histories = [], payment } = order;
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
      <Panel title="Lines">
        <OrderLines order={order} />
      </Panel>
      <Panel title="Why this price">
        <Loaded result={explanation} what="the reasons">
          {(found) => <Why explanation={found} />}
        </Loaded>
      </Panel>
      <Panel title="Payment">
        {explanation.data && <Attempts attempts={explanation.data.attempts ?? []} />}
        <h3>What the gateways said</h3>
        <Transactions transactions={payment?.transactions ?? []} />
      </Panel>
      {histories.length > 0 && (
        <Panel title="Stages">
          <StageHistory histories={histories} />
        </Panel>
      )}
    </Beside>
  );
}
