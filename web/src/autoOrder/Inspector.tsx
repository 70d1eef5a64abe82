import { SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { CopyButton } from '../kit/copyButton.tsx';
import { Json } from '../kit/json.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { RoutedDialog } from '../kit/routedDialog.tsx';
import { Empty, NotShown, Waiting } from '../kit/states.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { type InspectorTab, requestsOf } from './inspect.ts';
import classes from './inspector.module.css';
import { autoOrderQuery, expanded, pastQuery } from './queries.ts';

/** `/auto-orders/:code/json`: the API's data about the auto order, for integrators. */
export function Inspector() {
  const { code } = useParams({ from: '/inside/auto-orders/$code/json' });
  const { tab = 'json' } = useSearch({ from: '/inside/auto-orders/$code/json' });
  const navigate = useNavigate({ from: paths.autoOrderJson });
  const { data: order, error, refetch } = useQuery(autoOrderQuery(code));
  const choose = (next: string) =>
    void navigate({ search: { tab: next as InspectorTab }, replace: true });
  return (
    <RoutedDialog title={`Inspect ${code}`} parent={`/auto-orders/${code}`} size={860}>
      <SegmentedControl
        aria-label="What to show"
        value={tab}
        onChange={choose}
        data={[
          { value: 'json', label: 'JSON' },
          { value: 'curl', label: 'curl' },
          { value: 'events', label: 'Events' },
        ]}
      />
      <div className={classes['tab']}>
        {error && !order && <NotShown refused={error} onRetry={() => void refetch()} />}
        {!error && !order && <Waiting what="the auto order" />}
        {order && tab === 'json' && <Json value={order} what="the auto order as JSON" />}
        {order && tab === 'curl' && <Curl code={code} oid={order.auto_order_oid ?? 0} />}
        {order && tab === 'events' && <Events code={code} oid={order.auto_order_oid} />}
      </div>
    </RoutedDialog>
  );
}

function Curl({ code, oid }: { readonly code: string; readonly oid: number }) {
  return (
    <>
      <p className="soft">
        Put an API key into <code>KEY</code>; your session is not part of these lines.
      </p>
      {requestsOf(code, oid, expanded, location.origin).map(({ what, curl }) => (
        <section key={what} className={classes['request']}>
          <h3>
            {what} <CopyButton text={curl} what={what.toLowerCase()} />
          </h3>
          <pre tabIndex={0} aria-label={what}>
            {curl}
          </pre>
        </section>
      ))}
    </>
  );
}

/** The events of the auto order in the form that webhooks received. */
function Events({ code, oid }: { readonly code: string; readonly oid: number | undefined }) {
  const { data, error, refetch } = useInfiniteQuery(pastQuery(code, oid, ['delivery'], undefined));
  if (error && !data) return <NotShown refused={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="the deliveries" rows={3} />;
  const entries = data.pages.flatMap((page) => page.entries);
  if (entries.length === 0)
    return (
      <Empty icon="pulse" title="No webhook received it recently">
        Its events are in the feed as well; the curl tab has the request.
      </Empty>
    );
  return (
    <ul className={classes['events']}>
      {entries.map(({ entry_id, delivery }) => (
        <li key={entry_id}>
          <Status tone={delivery?.success === true ? 'good' : 'warn'}>
            {delivery?.event_names?.join(', ')}
          </Status>
          <span className="soft">
            webhook {delivery?.webhook_oid}, status {delivery?.status_code ?? 'none'},{' '}
            <Moment at={delivery?.delivered_dts} isReal />
          </span>
        </li>
      ))}
    </ul>
  );
}
