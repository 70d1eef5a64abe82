import type { MerchantWebhook } from '@perennial/contract/perennial.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Empty } from '../kit/states.tsx';
import { ViewTabs } from '../kit/viewTabs.tsx';
import { paths } from '../paths.ts';
import { followDeliveries, webhooksQuery } from './queries.ts';
import { byNeed, chosenWebhooks, percent, type WebhookListState, webhookViews } from './state.ts';
import { WebhookStatus } from './WebhookStatus.tsx';
import classes from './webhooks.module.css';

/**
 * `/webhooks`: the webhooks of all keys and applications, sorted so that those that need attention
 * come first.
 */
export function WebhooksPage() {
  const state = useSearch({ from: '/inside/webhooks' });
  const webhooks = useQuery(webhooksQuery);
  useEffect(followDeliveries, []);
  return (
    <Page title="Webhooks" actions={<a href="/docs/webhook#insertWebhook">How to add a webhook</a>}>
      <ViewTabs views={webhookViews} path={paths.webhooks} state={{ ...state }} />
      <Panel title="Of all keys and applications">
        <Loaded result={webhooks} what="the webhooks" rows={6}>
          {(rows) => <Chosen all={rows} state={state} />}
        </Loaded>
      </Panel>
    </Page>
  );
}

function Chosen({
  all,
  state,
}: {
  readonly all: readonly MerchantWebhook[];
  readonly state: WebhookListState;
}) {
  const chosen = chosenWebhooks(all, state);
  if (all.length === 0) return <NoWebhooks />;
  if (chosen.length === 0) return <p className="soft">No webhook is failing.</p>;
  return (
    <div data-count={chosen.length}>
      <WebhookTable webhooks={chosen} />
    </div>
  );
}

function NoWebhooks() {
  return (
    <Empty title="No webhooks yet" icon="link">
      A program creates one with its API key; it is then shown here, with every delivery.
    </Empty>
  );
}

function WebhookTable({ webhooks }: { readonly webhooks: readonly MerchantWebhook[] }) {
  return (
    <SmallTable
      what="Webhooks"
      columns={[
        { label: 'URL' },
        { label: 'Owner' },
        { label: 'State' },
        { label: 'Waiting', isNumber: true },
        { label: 'Success', isNumber: true },
        { label: 'Last failure' },
      ]}
      rows={byNeed(webhooks).map((webhook) => ({
        key: String(webhook.webhook_oid),
        cells: [
          <Link
            className={classes['url']}
            to={paths.webhook}
            params={{ oid: String(webhook.webhook_oid) }}
          >
            {webhook.webhook_url}
          </Link>,
          webhook.owner?.name ?? webhook.owner?.application_id,
          <WebhookStatus webhook={webhook} />,
          formatCount(webhook.pending ?? 0),
          percent(webhook.success_24h),
          webhook.last_failure_dts === undefined ? (
            'None'
          ) : (
            <Moment at={webhook.last_failure_dts} isReal />
          ),
        ],
      }))}
    />
  );
}
