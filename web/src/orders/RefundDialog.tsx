import { Button, Checkbox, TextInput } from '@mantine/core';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderRefundableResponse } from '@perennial/contract/orderRefund.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import form from '../kit/form.module.css';
import { Loaded } from '../kit/loaded.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { RoutedDialog } from '../kit/routedDialog.tsx';
import { SmallTable } from '../kit/smallTable.tsx';
import { Empty } from '../kit/states.tsx';
import { useFocusedFirst } from '../kit/useFocusedFirst.ts';
import { useSession } from '../shell/session.tsx';
import { canRefund } from './actions.ts';
import { chargedIn } from './order.ts';
import { orderQuery, type RefundWishes, refundableQuery } from './queries.ts';
import { RefundQuestion } from './RefundQuestion.tsx';
import {
  everythingLeft,
  givesWholeLine,
  manualOnlyWords,
  type RefundPlace,
  type RefundTexts,
  readRefund,
  refundBody,
  refundPlaces,
} from './refund.ts';

/** `/orders/:id/refund`: refunds an order by line, after one confirmation with the amount. */
export function RefundDialog() {
  const { id } = useParams({ from: '/inside/order/orders/$id/refund' });
  const order = useQuery(orderQuery(id));
  const refundable = useQuery(refundableQuery(id));
  const parent = `/orders/${encodeURIComponent(id)}`;
  return (
    <RoutedDialog title={`Refund order ${id}`} parent={parent}>
      <Loaded result={order} what="the order">
        {(known) => (
          <Loaded result={refundable} what="whether it can be refunded">
            {(found) =>
              canRefund(found) ? (
                <RefundForm id={id} order={known} manualOnly={found.manual_only} parent={parent} />
              ) : (
                <Empty title="This order cannot be refunded">
                  It is not paid, all of it was refunded, a refund is under way, or a colleague
                  blocked refunds of it.
                </Empty>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </RoutedDialog>
  );
}

interface RefundFormProps {
  readonly id: string;
  readonly order: Order;
  /** The reason why a refund can only be recorded. Absent: a gateway can make it. */
  readonly manualOnly: OrderRefundableResponse['manual_only'];
  readonly parent: string;
}

function RefundForm(props: RefundFormProps) {
  const { order, manualOnly } = props;
  const first = useFocusedFirst<HTMLFormElement>();
  const { merchant } = useSession();
  const currency = chargedIn(order) ?? merchant.currency;
  const places = refundPlaces(order, currency);
  const [texts, setTexts] = useState<RefundTexts>({});
  const [reason, setReason] = useState('');
  const [wishes, setWishes] = useState(() => firstWishes(manualOnly !== undefined));
  const [isAsking, setAsking] = useState(false);
  const read = readRefund(places, texts, currency);
  const takesLine = 'amounts' in read && givesWholeLine(places, read.amounts);
  if (isAsking && 'amounts' in read) {
    const body = refundBody(order, places, read.amounts, { reason: reason.trim(), currency });
    return (
      <RefundQuestion
        {...props}
        body={body}
        sum={read.sum}
        currency={currency}
        wishes={{ ...wishes, restocks: wishes.restocks && takesLine }}
        onBack={() => setAsking(false)}
      />
    );
  }
  return (
    <form
      ref={first}
      className={form['form']}
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      <Amounts
        places={places}
        texts={texts}
        currency={currency}
        onChange={(key, value) => setTexts({ ...texts, [key]: value })}
      />
      <AllLeft onClick={() => setTexts(everythingLeft(places, currency))} />
      <TextInput
        label="Reason"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Wishes
        order={order}
        wishes={wishes}
        manualOnly={manualOnly}
        takesLine={takesLine}
        onChange={(change) => setWishes({ ...wishes, ...change })}
      />
      <Next
        fault={'fault' in read ? read.fault : undefined}
        isShown={Object.values(texts).some(Boolean)}
      />
    </form>
  );
}

const firstWishes = (isManual: boolean): RefundWishes => ({
  isManual,
  isSilent: false,
  cancelsAutoOrder: false,
  restocks: false,
});

/** Opens the confirmation, or shows the fault of the input. */
function Next({
  fault,
  isShown,
}: {
  readonly fault: string | undefined;
  readonly isShown: boolean;
}) {
  return (
    <>
      {fault !== undefined && isShown && <p role="alert">{fault}</p>}
      <div className={form['buttons']}>
        <Button type="submit" disabled={fault !== undefined}>
          Next
        </Button>
      </div>
    </>
  );
}

function AllLeft({ onClick }: { onClick(): void }) {
  return (
    <div>
      <Button size="compact-sm" variant="default" onClick={onClick}>
        All that is left
      </Button>
    </div>
  );
}

function Amounts({
  places,
  texts,
  currency,
  onChange,
}: {
  readonly places: readonly RefundPlace[];
  readonly texts: RefundTexts;
  readonly currency: string;
  onChange(key: string, value: string): void;
}) {
  return (
    <SmallTable
      what="What to give back"
      columns={[
        { label: 'Of' },
        { label: 'Charged', isNumber: true },
        { label: 'Refunded before', isNumber: true },
        { label: 'Give back', isNumber: true },
      ]}
      rows={places.map(({ key, words, charged, refunded, left }) => ({
        key,
        cells: [
          words,
          <Money amount={charged} currency={currency} />,
          <Money amount={refunded} currency={currency} />,
          <TextInput
            aria-label={`Give back of ${words}`}
            inputMode="decimal"
            size="xs"
            placeholder="0"
            disabled={left === 0}
            value={texts[key] ?? ''}
            onChange={(event) => onChange(key, event.currentTarget.value)}
          />,
        ],
      }))}
    />
  );
}

function Wishes({
  order,
  wishes,
  manualOnly,
  takesLine,
  onChange,
}: {
  readonly order: Order;
  readonly wishes: RefundWishes;
  readonly manualOnly: RefundFormProps['manualOnly'];
  /** Returns whether a line is refunded completely. */
  readonly takesLine: boolean;
  onChange(change: Partial<RefundWishes>): void;
}) {
  const isActive = order.auto_order?.status === 'active';
  return (
    <>
      <Checkbox
        label="Only record it: the money was given back in another way"
        checked={wishes.isManual}
        disabled={manualOnly !== undefined}
        description={manualOnly && manualOnlyWords[manualOnly]}
        onChange={(event) => onChange({ isManual: event.currentTarget.checked })}
      />
      <Checkbox
        label="Send the customer no mail about it"
        checked={wishes.isSilent}
        onChange={(event) => onChange({ isSilent: event.currentTarget.checked })}
      />
      <Checkbox
        label="The goods are back: put the lines that are refunded in full back into stock"
        checked={wishes.restocks && takesLine}
        disabled={!takesLine}
        onChange={(event) => onChange({ restocks: event.currentTarget.checked })}
      />
      {isActive && (
        <Checkbox
          label={`Cancel auto order ${order.auto_order?.auto_order_code ?? ''} as well`}
          checked={wishes.cancelsAutoOrder}
          onChange={(event) => onChange({ cancelsAutoOrder: event.currentTarget.checked })}
        />
      )}
    </>
  );
}
