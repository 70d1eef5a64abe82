import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import { Link } from '@tanstack/react-router';
import type { Column } from '../kit/columns.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { resultOf } from './state.ts';

const joined = (texts: readonly string[] = []): string => [...new Set(texts)].join(', ');

function Result({ row }: { readonly row: WebhookDelivery }) {
  const { tone, words } = resultOf(row);
  return <Status tone={tone}>{words}</Status>;
}

/** The columns of the list of deliveries. The page names the clock of their times. */
export const deliveryColumns: readonly Column<WebhookDelivery>[] = [
  {
    id: 'at',
    label: 'When',
    width: '150px',
    sort: 'delivery_dts',
    narrow: 'second end',
    isUsual: true,
    cell: (row) => <Moment at={row.delivery_dts} />,
  },
  {
    id: 'result',
    label: 'Result',
    width: '120px',
    narrow: 'first end',
    isUsual: true,
    cell: (row) => <Result row={row} />,
  },
  {
    id: 'webhook',
    label: 'Webhook',
    width: '80px',
    isUsual: true,
    cell: ({ webhook_oid: oid }) => (
      <Link to={paths.webhook} params={{ oid: String(oid) }}>
        {oid}
      </Link>
    ),
  },
  {
    id: 'events',
    label: 'Events',
    width: 'minmax(130px, 1.3fr)',
    narrow: 'first',
    isUsual: true,
    cell: (row) => joined(row.event_names),
  },
  {
    id: 'objects',
    label: 'About',
    width: 'minmax(130px, 1.3fr)',
    narrow: 'second',
    isUsual: true,
    cell: (row) => joined(row.objects),
  },
  {
    id: 'attempt',
    label: 'Try',
    width: '50px',
    isNumber: true,
    isUsual: true,
    cell: (row) => row.attempt,
  },
  {
    id: 'next',
    label: 'Next try',
    width: '150px',
    isUsual: true,
    cell: ({ next_try_dts: at }) => (at === undefined ? '–' : <Moment at={at} />),
  },
  {
    id: 'duration',
    label: 'Took, ms',
    width: '100px',
    isNumber: true,
    cell: (row) => row.duration_ms,
  },
];
