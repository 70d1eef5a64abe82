import type { ChargebackDispute } from '@perennial/contract/chargeback.ts';
import type { Order } from '@perennial/contract/order.ts';
import { sentenceCase } from '../kit/filters.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Status } from '../kit/status.tsx';
import type { Tone } from '../kit/tone.ts';
import { useSession } from '../shell/session.tsx';
import { amountOf, chargedIn } from './order.ts';
import { refundPlaces } from './refund.ts';

/** Returns whether any part of an order was refunded. */
export const isRefunded = ({ refund_dts: at, summary }: Order): boolean =>
  at !== undefined || Boolean(amountOf(summary?.total_refunded));

/** The refunds of an order, by the part that was refunded. */
export function Refunds({ order }: { readonly order: Order }) {
  const { refund_dts: at, refund_reason: reason } = order;
  const { merchant } = useSession();
  const currency = chargedIn(order) ?? merchant.currency;
  const places = refundPlaces(order, currency).filter(({ refunded }) => refunded > 0);
  return (
    <>
      <SmallTable
        what="Refunds of the order"
        columns={[{ label: 'Of' }, { label: 'Refunded', isNumber: true }]}
        rows={places.map(({ key, words, refunded }) => ({
          key,
          cells: [words, <Money amount={refunded} currency={currency} />],
        }))}
        foot={[
          ['Total', <Money amount={order.summary?.total_refunded?.value} currency={currency} />],
        ]}
      />
      {at !== undefined && (
        <p className="soft">
          Last <Moment at={at} />
          {reason ? `: ${reason}` : ''}
        </p>
      )}
    </>
  );
}

/** The disputes of an order's charges. */
export function Disputes({ disputes }: { readonly disputes: readonly ChargebackDispute[] }) {
  return (
    <SmallTable
      what="Disputes of the order"
      columns={[
        { label: 'Opened' },
        { label: 'State' },
        { label: 'Reason' },
        { label: 'Amount', isNumber: true },
      ]}
      rows={disputes.map((dispute) => ({
        key: String(dispute.chargeback_dispute_oid),
        cells: [
          <Moment at={dispute.chargeback_dts} />,
          <Status tone={tones[dispute.status ?? 'open']}>
            {sentenceCase(dispute.status ?? 'open')}
          </Status>,
          dispute.reason_code ?? '–',
          <Money amount={dispute.amount} currency={dispute.currency} />,
        ],
      }))}
    />
  );
}

const tones: Record<NonNullable<ChargebackDispute['status']>, Tone> = {
  open: 'warn',
  won: 'good',
  lost: 'bad',
  closed: 'quiet',
};
