import { Button } from '@mantine/core';
import type { Order } from '@perennial/contract/order.ts';
import { Link } from '@tanstack/react-router';
import { AutoOrderLink } from '../autoOrders/AutoOrderLink.tsx';
import { nameOf } from '../autoOrders/words.ts';
import { Facts } from '../kit/facts.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Panel } from '../kit/panel.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { addressLines, paymentWords } from './order.ts';
import type { OrderPart } from './parts.ts';

/** The side column of an order: customer, payment, address and notes. */
export function OrderSide({ id, order }: { readonly id: string; readonly order: Order }) {
  const { billing, shipping, internal } = order;
  return (
    <>
      <Panel title="Order" actions={<Edit id={id} part="stage" words="Move" />}>
        <OrderFacts id={id} order={order} />
      </Panel>
      <Panel title="Billed to" actions={<Edit id={id} part="billing" words="Edit" />}>
        <Lines lines={[...addressLines(billing), billing?.email ?? '']} />
      </Panel>
      <Panel title="Shipped to" actions={<Edit id={id} part="shipping" words="Edit" />}>
        <Lines lines={[...addressLines(shipping), shipping?.shipping_method ?? '']} />
      </Panel>
      <Panel title="Notes" actions={<Edit id={id} part="notes" words="Edit" />}>
        <Lines lines={(internal?.merchant_notes ?? '').split('\n')} none="No notes." />
        <Lines lines={(shipping?.special_instructions ?? '').split('\n')} none="" />
      </Panel>
    </>
  );
}

function OrderFacts({ id, order }: { readonly id: string; readonly order: Order }) {
  const { payment } = order;
  return (
    <Facts
      facts={[
        ['Customer', <CustomerOf order={order} />],
        ['Auto order', order.auto_order && <AutoOrderOf id={id} autoOrder={order.auto_order} />],
        ['Created', <Moment at={order.creation_dts} />],
        ['Paid', payment?.payment_dts ? <Moment at={payment.payment_dts} /> : 'Not paid'],
        ['Paid by', paymentWords(order)],
        ['Payment', payment?.payment_status],
        ['Refunded', order.refund_dts && <Moment at={order.refund_dts} />],
        ['Reason', order.refund_reason || order.reject_reason],
        ['Currency', order.currency_code],
      ]}
    />
  );
}

function CustomerOf({ order: { billing = {}, customer_profile: profile } }: { order: Order }) {
  const name = nameOf(billing);
  const oid = profile?.customer_profile_oid;
  if (oid === undefined) return name;
  return (
    <Link to={paths.customer} params={{ oid: String(oid) }}>
      {name}
    </Link>
  );
}

function AutoOrderOf({
  id,
  autoOrder: { auto_order_code: code, original_order_id: original },
}: {
  readonly id: string;
  readonly autoOrder: NonNullable<Order['auto_order']>;
}) {
  return (
    <>
      <AutoOrderLink code={code} />{' '}
      {original === id ? '(this order started it)' : '(this is a rebill of it)'}
    </>
  );
}

function Edit({
  id,
  part,
  words,
}: {
  readonly id: string;
  readonly part: OrderPart;
  readonly words: string;
}) {
  if (!useCan(['order_write'])) return null;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      aria-label={`${words}: ${partWords[part]}`}
      renderRoot={(props) => <Link {...props} to={paths.orderEdit} params={{ id, part }} />}
    >
      {words}
    </Button>
  );
}

const partWords: Record<OrderPart, string> = {
  stage: 'stage',
  billing: 'billing address',
  shipping: 'shipping address',
  notes: 'notes',
};

function Lines({
  lines,
  none = 'Nothing.',
}: {
  readonly lines: readonly string[];
  readonly none?: string;
}) {
  const shown = lines.filter(Boolean);
  if (shown.length === 0) return none === '' ? null : <p className="soft">{none}</p>;
  return (
    <address style={{ fontStyle: 'normal', overflowWrap: 'anywhere' }}>
      {shown.map((line, index) => (
        <div key={index}>{line}</div>
      ))}
    </address>
  );
}
