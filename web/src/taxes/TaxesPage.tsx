import { Button } from '@mantine/core';
import type { TaxRate } from '@perennial/contract/tax.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { EstimatePanel } from '../estimate/EstimatePanel.tsx';
import { sentenceCase } from '../kit/filters.ts';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Panel, Stacked } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Empty } from '../kit/states.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { placeWords, ruleWords } from './forms.ts';
import { taxRatesQuery } from './queries.ts';

/** `/taxes`: the tax rates by place. */
export function TaxesPage() {
  const rates = useQuery(taxRatesQuery);
  const canWrite = useCan(['configuration_write']);
  const navigate = useNavigate();
  useCommands({ 'tax.new': () => void navigate({ to: paths.taxNew }) });
  return (
    <Page title="Taxes" actions={canWrite && <NewRate />}>
      <Stacked>
        <Panel title="Rates by place">
          <Loaded result={rates} what="the tax rates" rows={6}>
            {(rows) =>
              rows.length === 0 ? (
                <NoRates canWrite={canWrite} />
              ) : (
                <Rates rates={rows} canWrite={canWrite} />
              )
            }
          </Loaded>
        </Panel>
        <EstimatePanel />
      </Stacked>
      <Outlet />
    </Page>
  );
}

function NewRate() {
  return (
    <Button renderRoot={(props) => <Link {...props} data-button to={paths.taxNew} />}>
      New tax rate
    </Button>
  );
}

function NoRates({ canWrite }: { readonly canWrite: boolean }) {
  return (
    <Empty icon="percent" title="No tax rates yet" action={canWrite && <NewRate />}>
      Without tax rates, rebills are taxed at the rate of their original order. With them, each
      order and rebill is taxed at the sum of the rates at its address.
    </Empty>
  );
}

function Rates({
  rates,
  canWrite,
}: {
  readonly rates: readonly TaxRate[];
  readonly canWrite: boolean;
}) {
  return (
    <>
      <p className="soft">The rates of all levels at an address add up.</p>
      <SmallTable
        what="Tax rates"
        columns={[
          { label: 'Place' },
          { label: 'Level' },
          { label: 'Besides the items' },
          { label: 'Rate', isNumber: true },
        ]}
        rows={rates.map((rate) => ({
          key: String(rate.tax_rate_oid),
          cells: [
            canWrite ? <EditLink rate={rate} /> : placeWords(rate),
            sentenceCase(rate.level ?? ''),
            ruleWords(rate),
            `${rate.tax_rate ?? 0} %`,
          ],
        }))}
      />
    </>
  );
}

function EditLink({ rate }: { readonly rate: TaxRate }) {
  return (
    <Link to={paths.taxEdit} params={{ oid: String(rate.tax_rate_oid), part: 'edit' }}>
      {placeWords(rate)}
    </Link>
  );
}
