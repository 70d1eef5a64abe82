import { Button } from '@mantine/core';
import type { ShippingMethod } from '@perennial/contract/shippingMethod.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { EstimatePanel } from '../estimate/EstimatePanel.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { formatMoney } from '../kit/money.ts';
import { Money } from '../kit/moneyShown.tsx';
import { Page } from '../kit/page.tsx';
import { Panel, Stacked } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Empty } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { conditionWords } from './forms.ts';
import { methodsQuery } from './queries.ts';

/** `/shipping`: the shipping methods, each with its rates. */
export function ShippingPage() {
  const result = useQuery(methodsQuery);
  const canWrite = useCan(['configuration_write']);
  const navigate = useNavigate();
  useCommands({ 'shipping.new': () => void navigate({ to: paths.shippingNew }) });
  return (
    <Page title="Shipping" actions={canWrite && <NewMethod />}>
      <Stacked>
        <Loaded result={result} what="the shipping methods" rows={8}>
          {({ methods }) =>
            methods.length === 0 ? (
              <NoMethods canWrite={canWrite} />
            ) : (
              <>
                {methods.map((method) => (
                  <Method key={method.name} method={method} canWrite={canWrite} />
                ))}
              </>
            )
          }
        </Loaded>
        <EstimatePanel />
      </Stacked>
      <Outlet />
    </Page>
  );
}

function NewMethod() {
  return (
    <Button renderRoot={(props) => <Link {...props} data-button to={paths.shippingNew} />}>
      New method
    </Button>
  );
}

function NoMethods({ canWrite }: { readonly canWrite: boolean }) {
  return (
    <Empty icon="box" title="No shipping methods yet" action={canWrite && <NewMethod />}>
      Without methods, a rebill costs as much shipping as its original order.
    </Empty>
  );
}

function Method({
  method,
  canWrite,
}: {
  readonly method: ShippingMethod;
  readonly canWrite: boolean;
}) {
  const { name = '', rates = [], weight_uom: uom = 'LB' } = method;
  const { currency } = useSession().merchant;
  return (
    <Panel title={name} actions={canWrite && <Actions name={name} />}>
      <Summary method={method} />
      <SmallTable
        what={`Rates of ${name}`}
        columns={[{ label: 'Applies to' }, { label: 'Costs', isNumber: true }]}
        rows={rates.map((rate, index) => ({
          key: String(index),
          cells: [
            conditionWords(rate, uom, (amount) => formatMoney(amount, currency)),
            <Money amount={rate.cost ?? 0} />,
          ],
        }))}
      />
    </Panel>
  );
}

function Summary({ method }: { readonly method: ShippingMethod }) {
  const { handling, free_from_subtotal: freeFrom } = method;
  return (
    <p className="soft">
      {method.inactive && <Status tone="quiet">Not in use</Status>} The first rate whose conditions
      are met applies.
      {handling !== undefined && (
        <>
          {' '}
          Handling adds <Money amount={handling} />.
        </>
      )}
      {freeFrom !== undefined && (
        <>
          {' '}
          Free from <Money amount={freeFrom} /> on.
        </>
      )}
    </p>
  );
}

function Actions({ name }: { readonly name: string }) {
  const link = (part: string, words: string) => (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${words} ${name}`}
      renderRoot={(props) => (
        <Link {...props} data-button to={paths.shippingEdit} params={{ name, part }} />
      )}
    >
      {words}
    </Button>
  );
  return (
    <>
      {link('delete', 'Delete …')}
      {link('edit', 'Change …')}
    </>
  );
}
