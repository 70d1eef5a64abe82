import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import { Link } from '@tanstack/react-router';
import { Moment } from '../kit/momentShown.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { resultOf } from '../webhooks/state.ts';

/** The attempts to deliver events of an order to webhooks, newest first. */
export function OrderDeliveries({
  deliveries,
}: {
  readonly deliveries: readonly WebhookDelivery[];
}) {
  if (deliveries.length === 0)
    return <p className="soft">No recent delivery to a webhook was about this order.</p>;
  return (
    <SmallTable
      what="Deliveries of the order"
      columns={[{ label: 'When' }, { label: 'Webhook' }, { label: 'Result' }, { label: 'Events' }]}
      rows={deliveries.map((each) => ({
        key: `${each.webhook_oid} ${each.request_id}`,
        cells: [
          <Moment at={each.delivery_dts} isReal />,
          <Webhook oid={each.webhook_oid} />,
          <Result delivery={each} />,
          <code>{[...new Set(each.event_names)].join(', ')}</code>,
        ],
      }))}
    />
  );
}

function Webhook({ oid }: { readonly oid: number | undefined }) {
  const canOpen = useCan(['configuration_read']);
  if (!canOpen) return oid;
  return (
    <Link to={paths.webhook} params={{ oid: String(oid) }}>
      {oid}
    </Link>
  );
}

function Result({ delivery }: { readonly delivery: WebhookDelivery }) {
  const { tone, words, why } = resultOf(delivery);
  const { attempt = 1, next_try_dts: next } = delivery;
  return (
    <>
      <Status tone={tone}>{words}</Status>
      {why && <div className="soft">{why}</div>}
      {attempt > 1 && <div className="soft">try {attempt}</div>}
      {next !== undefined && (
        <div className="soft">
          next try <Moment at={next} isReal />
        </div>
      )}
    </>
  );
}
