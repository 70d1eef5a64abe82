import { Button } from '@mantine/core';
import type { Order } from '@perennial/contract/order.ts';
import { useState } from 'react';
import form from '../kit/form.module.css';
import { Money } from '../kit/moneyShown.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { useCloseDialog } from '../kit/routedDialog.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { toast } from '../shell/toasts.tsx';
import { paymentWords } from './order.ts';
import { type RefundWishes, refundOrder } from './queries.ts';
import { refundParts } from './refund.ts';

/** The confirmation, with the amount. */
export function RefundQuestion({
  id,
  order,
  parent,
  body,
  sum,
  currency,
  wishes,
  onBack,
}: {
  readonly id: string;
  readonly order: Order;
  /** The address of the page below. */
  readonly parent: string;
  readonly body: Order;
  readonly sum: number;
  /** The currency in which the order was charged. */
  readonly currency: string;
  readonly wishes: RefundWishes;
  onBack(): void;
}) {
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const decision = useDecision();
  const close = useCloseDialog(parent);
  const { money, credit } = refundParts(order, sum, currency);
  const amount = <Money amount={sum} currency={currency} />;
  async function refund() {
    setBusy(true);
    setError(undefined);
    try {
      const warning = await refundOrder(id, body, wishes, decision.key([body, wishes]));
      toast({ text: `Refund of order ${id} made. It cannot be undone. ${warning ?? ''}`.trim() });
      close();
    } catch (failed) {
      decision.end(failed);
      setError(failed as Error);
      setBusy(false);
    }
  }
  return (
    <div className={form['form']}>
      <p className={form['ask']}>
        {wishes.isManual ? (
          <>Records that {amount} was given back in another way.</>
        ) : (
          <>
            Gives{' '}
            <strong>
              <Money amount={money} currency={currency} />
            </strong>{' '}
            back to {paymentWords(order)}
            {credit > 0 && (
              <>
                {' '}
                and <Money amount={credit} currency={currency} /> as store credit
              </>
            )}
            .
          </>
        )}{' '}
        {wishes.restocks && 'Puts the lines that are refunded in full back into stock. '}
        {wishes.cancelsAutoOrder && 'Cancels the auto order. '}
        This cannot be undone.
      </p>
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button variant="default" onClick={onBack} disabled={isBusy}>
          Back
        </Button>
        <Button loading={isBusy} onClick={() => void refund()} data-autofocus>
          Refund {amount}
        </Button>
      </div>
    </div>
  );
}
