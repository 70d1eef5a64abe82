import type { Customer } from '@perennial/contract/customer.ts';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { nameOf } from '../autoOrders/words.ts';
import { Facts } from '../kit/facts.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { emailTasksQuery } from '../objectTasks/queries.ts';
import { NewTaskLink } from '../objectTasks/TaskLink.tsx';
import { TaskList } from '../objectTasks/TaskList.tsx';
import { addressLines } from '../orders/order.ts';
import { useCan } from '../shell/session.tsx';
import { CustomerAutoOrders, CustomerOrders } from './CustomerTables.tsx';
import { CustomerTimeline } from './CustomerTimeline.tsx';
import { MergeMenu } from './MergeMenu.tsx';
import { OwnPage } from './OwnPage.tsx';
import { PersonActions } from './PersonActions.tsx';
import { customerAutoOrdersQuery, customerOrdersQuery, customerQuery } from './queries.ts';

/** `/customers/:oid`: one customer profile with all its records. */
export function CustomerPage() {
  const { oid } = useParams({ from: '/inside/customers/$oid' });
  const result = useQuery(customerQuery(oid));
  const billing = result.data?.billing?.[0];
  const name = result.data
    ? nameOf({ ...billing, ...(result.data.email !== undefined && { email: result.data.email }) })
    : `Customer ${oid}`;
  return (
    <Page title={name} actions={result.data && <PersonActions oid={oid} />}>
      <Loaded result={result} what="the customer" rows={10}>
        {(customer) => <Known oid={Number(oid)} customer={customer} />}
      </Loaded>
      <Outlet />
    </Page>
  );
}

function Known({ oid, customer }: { readonly oid: number; readonly customer: Customer }) {
  const canSeeAutoOrders = useCan(['auto_order_read']);
  const canSeeOrders = useCan(['order_read']);
  const autoOrders = useQuery({ ...customerAutoOrdersQuery(oid), enabled: canSeeAutoOrders });
  const orders = useQuery({ ...customerOrdersQuery(oid), enabled: canSeeOrders });
  const value = autoOrders.data?.reduce((sum, row) => sum + (row.life_time_value ?? 0), 0);
  return (
    <Beside side={<Side oid={oid} customer={customer} value={value} />}>
      {canSeeAutoOrders && (
        <Panel title="Auto orders" actions={<MergeMenu rows={autoOrders.data ?? []} />}>
          <Loaded result={autoOrders} what="the auto orders">
            {(rows) => <CustomerAutoOrders rows={rows} />}
          </Loaded>
        </Panel>
      )}
      {canSeeOrders && (
        <Panel title="Orders">
          <Loaded result={orders} what="the orders">
            {(found) => <CustomerOrders oid={oid} found={found} />}
          </Loaded>
        </Panel>
      )}
      {canSeeAutoOrders && (
        <Panel title="What happened">
          <CustomerTimeline oid={oid} autoOrders={autoOrders.data ?? []} />
        </Panel>
      )}
    </Beside>
  );
}

function Side({
  oid,
  customer,
  value,
}: {
  readonly oid: number;
  readonly customer: Customer;
  readonly value: number | undefined;
}) {
  const { email = '', billing = [], shipping = [], cards = [] } = customer;
  const canSeeTasks = useCan(['workflow_read']);
  const tasks = useQuery({ ...emailTasksQuery(email), enabled: canSeeTasks && email !== '' });
  return (
    <>
      <Panel title="Profile">
        <Facts
          facts={[
            ['Email', email],
            ['Company', billing[0]?.company],
            ['Phone', billing[0]?.day_phone],
            ['Lifetime value', value !== undefined && <Money amount={value} />],
            ['Signed up', <Moment at={customer.signup_dts} />],
            ['Changed', <Moment at={customer.last_modified_dts} />],
            ['Tax exempt', customer.tax_exempt ? 'Yes' : undefined],
            ['Tags', customer.tags?.map(({ tag_value }) => tag_value).join(', ')],
            ['Notes', customer.business_notes],
            ['Profile', oid],
          ].filter((fact): fact is [string, string] => fact[1] !== false)}
        />
        <OwnPage oid={oid} />
      </Panel>
      <Panel title="Cards">
        {cards.length === 0 ? (
          <p className="soft">
            No card is stored with the profile. Each auto order shows its card.
          </p>
        ) : (
          <Facts facts={cards.map((card) => [card.card_type ?? 'Card', cardWords(card)])} />
        )}
      </Panel>
      <Panel title="Addresses">
        <Facts
          facts={[
            ...billing.map((each) => ['Billing', addressLines(each).join(', ')] as const),
            ...shipping.map((each) => ['Shipping', addressLines(each).join(', ')] as const),
          ]}
        />
      </Panel>
      {canSeeTasks && email !== '' && (
        <Panel title="Tasks" actions={<NewTaskLink type="customer profile" id={String(oid)} />}>
          <Loaded result={tasks} what="the tasks" rows={2}>
            {(found) => <TaskList tasks={found} />}
          </Loaded>
        </Panel>
      )}
    </>
  );
}

const cardWords = (card: NonNullable<Customer['cards']>[number]): string =>
  `••${card.card_number?.slice(-4) ?? ''}, expires ` +
  `${card.card_expiration_month ?? '?'}/${card.card_expiration_year ?? '?'}`;
