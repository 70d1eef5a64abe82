import { Button } from '@mantine/core';
import type { MerchantWebhook } from '@perennial/contract/perennial.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Facts } from '../kit/facts.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import { Page } from '../kit/page.tsx';
import { Beside, Panel } from '../kit/panel.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { Empty } from '../kit/states.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { useCan } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { Deliveries } from './Deliveries.tsx';
import { followDeliveries, setDisabled, webhooksQuery } from './queries.ts';
import { percent } from './state.ts';
import { WebhookStatus } from './WebhookStatus.tsx';
import classes from './webhooks.module.css';

/** `/webhooks/:oid`: one webhook with its health and its deliveries. */
export function WebhookPage() {
  const { oid } = useParams({ from: '/inside/webhooks/$oid' });
  const webhooks = useQuery(webhooksQuery);
  useEffect(followDeliveries, []);
  const webhook = webhooks.data?.find(({ webhook_oid: each }) => String(each) === oid);
  return (
    <Page
      title={`Webhook ${oid}`}
      heading={webhook && <span className={classes['url']}>{webhook.webhook_url}</span>}
    >
      <Loaded result={webhooks} what="the webhook" rows={8}>
        {() =>
          webhook ? (
            <Beside side={<About webhook={webhook} />}>
              <Deliveries oid={Number(oid)} />
            </Beside>
          ) : (
            <Empty title="Not found" icon="link">
              There is no webhook {oid}; it may have been deleted.
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function About({ webhook }: { readonly webhook: MerchantWebhook }) {
  const { event_names: events = [], pending = 0 } = webhook;
  return (
    <>
      <Panel title="How it is doing">
        <Facts
          facts={[
            ['State', <WebhookStatus webhook={webhook} />],
            ['Waiting events', formatCount(pending)],
            [
              'Oldest since',
              pending > 0 && webhook.pending_oldest_dts !== undefined ? (
                <Moment at={webhook.pending_oldest_dts} isReal />
              ) : undefined,
            ],
            [
              'Next try',
              webhook.next_retry_dts !== undefined ? (
                <Moment at={webhook.next_retry_dts} isReal />
              ) : undefined,
            ],
            [
              'Success, 24 h',
              webhook.tries_24h
                ? `${percent(webhook.success_24h)} of ${formatCount(webhook.tries_24h)} tries`
                : 'No tries',
            ],
            ['Failures in a row', String(webhook.consecutive_failures ?? 0)],
            ['Owner', webhook.owner?.name ?? webhook.owner?.application_id],
          ]}
        />
        <Switch webhook={webhook} />
      </Panel>
      <Panel title={`Events, ${events.length}`}>
        {events.length === 0 ? (
          <p className="soft">It subscribes to no events.</p>
        ) : (
          <ul className={classes['events']}>
            {events.map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}

/** Enables the webhook again, or disables it. */
function Switch({ webhook }: { readonly webhook: MerchantWebhook }) {
  const { webhook_oid: oid = 0, disabled = false, pending = 0 } = webhook;
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const decision = useDecision();
  const canWrite = useCan(['configuration_write']);
  useCommands({ 'webhook.switch': canWrite ? () => void turn() : undefined });
  if (!canWrite) return null;
  async function turn() {
    setBusy(true);
    setError(undefined);
    try {
      const undo = await setDisabled(oid, !disabled, decision.key(!disabled));
      decision.end();
      toast({
        text: disabled ? 'The webhook is enabled again.' : 'The webhook is disabled.',
        undo,
      });
    } catch (failed) {
      decision.end(failed);
      setError(failed as Error);
    }
    setBusy(false);
  }
  return (
    <div className={classes['switch']}>
      <p className="soft">
        {disabled
          ? `Enabling sends the ${formatCount(pending)} waiting events at once. Sending cannot be undone.`
          : 'While it is disabled, events wait and nothing is lost.'}
      </p>
      <Refusal error={error} />
      <Button
        variant={disabled ? 'filled' : 'default'}
        size="compact-md"
        loading={isBusy}
        onClick={() => void turn()}
      >
        {disabled ? 'Enable again' : 'Disable'}
      </Button>
    </div>
  );
}
