import { useQuery } from '@tanstack/react-query';
import { useShown } from '../autoOrder/useShown.ts';
import { NotShown, Waiting } from '../kit/states.tsx';
import classes from './edits.module.css';
import { type Base, nextRebillQuery } from './queries.ts';

/** The next charge: the amount, the day, and the card that it uses now. */
export function ChargePanel({ code, base }: { readonly code: string; readonly base: Base }) {
  const next = useQuery(nextRebillQuery(code, base.oid));
  const shown = useShown();
  if (next.error) return <NotShown refused={next.error} onRetry={() => void next.refetch()} />;
  if (next.data === undefined) return <Waiting rows={2} what="the next charge" />;
  const card = base.order.original_order?.payment?.credit_card;
  const cardWords = card?.card_number
    ? `${card.card_type ?? 'Card'} ${lastFour(card.card_number)}`
    : 'no card';
  return (
    <div className={classes['preview']} style={{ minHeight: 0 }}>
      {next.data === null ? (
        <p>Nothing is left to charge.</p>
      ) : (
        <p>
          The next charge is{' '}
          <strong>{shown.money(next.data.total, next.data.currency_code)}</strong>, planned for{' '}
          {shown.day(next.data.shipment_dts)}. The card now: {cardWords}.
        </p>
      )}
    </div>
  );
}

const lastFour = (masked: string): string => `••${masked.slice(-4)}`;
