import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { Loaded } from '../kit/loaded.tsx';
import { formatMoney } from '../kit/money.ts';
import { Refusal } from '../kit/refusal.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { useFocusedFirst } from '../kit/useFocusedFirst.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { type OrderActionId, type OrderFacts, orderActions } from './actions.ts';
import { type Ask, type AskField, askOf } from './ask.ts';
import { orderQuery, orderStagesQuery, refundableQuery } from './queries.ts';
import { runAction } from './runAction.ts';

/** `/orders/:id/do/:action`: describes an action, asks for confirmation, and runs it. */
export function ActionDialog() {
  const { id, action: wanted } = useParams({ from: '/inside/order/orders/$id/do/$action' });
  const action = orderActions.find((each) => each.id === wanted && each.id !== 'refund');
  const parent = `/orders/${encodeURIComponent(id)}`;
  const canWrite = useCan(['order_write']);
  if (action === undefined)
    return (
      <RoutedDialog title="Nothing at this address" parent={parent}>
        <Empty title="There is no such action" />
      </RoutedDialog>
    );
  return (
    <RoutedDialog title={`${action.label.replace(' …', '')}: order ${id}`} parent={parent}>
      {canWrite ? (
        <Asked id={id} action={action.id} parent={parent} />
      ) : (
        <Empty icon="lock" title="You may not do this">
          It needs the permission <code>order_write</code>. Someone with the permission{' '}
          <code>user_write</code> can give it.
        </Empty>
      )}
    </RoutedDialog>
  );
}

interface AskedProps {
  readonly id: string;
  readonly action: OrderActionId;
  readonly parent: string;
}

function Asked(props: AskedProps) {
  const { id } = props;
  const order = useQuery(orderQuery(id));
  const stages = useQuery(orderStagesQuery(id));
  const refundable = useQuery(refundableQuery(id));
  return (
    <Loaded result={order} what="the order">
      {(known) => (
        <Loaded result={stages} what="its stages">
          {(where) => (
            <Loaded result={refundable} what="whether it can be refunded">
              {(can) => (
                <Question {...props} facts={{ order: known, stages: where, refundable: can }} />
              )}
            </Loaded>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function Question({ facts: latest, ...props }: AskedProps & { readonly facts: OrderFacts }) {
  // The action applies to what the person has read, even if the order changes while the dialog is
  // open.
  const [facts] = useState(latest);
  const { merchant } = useSession();
  const isPossible = orderActions.find(({ id }) => id === props.action)?.isPossible(facts);
  const ask = askOf(props.action, facts, (amount, currency) =>
    formatMoney(amount, currency ?? merchant.currency, merchant.currency),
  );
  if (!isPossible)
    return (
      <Empty title="Not possible now">
        The order is in the stage {facts.order.current_stage ?? 'Unknown'}. Its page shows what can
        be done.
      </Empty>
    );
  return <AskForm {...props} facts={facts} ask={ask} />;
}

function AskForm({
  ask,
  ...props
}: AskedProps & { readonly facts: OrderFacts; readonly ask: Ask }) {
  const { texts, error, isBusy, submit, set } = useAsk(ask, props);
  const first = useFocusedFirst<HTMLFormElement>();
  return (
    <form ref={first} className={form['form']} onSubmit={(event) => void submit(event)}>
      <div className={ask.isFinal ? form['ask'] : undefined}>
        {ask.words.map((words) => (
          <p key={words}>{words}</p>
        ))}
      </div>
      {ask.fields.map((field) => (
        <Field
          key={field.key}
          field={field}
          value={texts[field.key] ?? ''}
          onChange={(value) => set(field.key, value)}
        />
      ))}
      <Refusal error={error} />
      <div className={form['buttons']}>
        <Button
          type="submit"
          loading={isBusy}
          {...(endsOrder.has(props.action) && { color: 'clay' })}
        >
          {ask.button}
        </Button>
      </div>
    </form>
  );
}

/** The actions at the customer's expense, which have the colour of danger. */
const endsOrder: ReadonlySet<string> = new Set(['cancel', 'reject', 'delete']);

function useAsk(ask: Ask, { id, action, parent, facts }: AskedProps & { facts: OrderFacts }) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(ask.fields.map(({ key, value }) => [key, value])),
  );
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const decision = useDecision();
  // A deleted order has no page to go back to.
  const close = useCloseDialog(action === 'delete' ? '/orders' : parent);
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { text, undo } = await runAction({
        id,
        action,
        facts,
        texts,
        key: decision.key(texts),
      });
      toast({ text, undo });
      close();
    } catch (failed) {
      decision.end(failed);
      setError(failed as Error);
      setBusy(false);
    }
  }
  const set = (name: string, value: string) => setTexts((before) => ({ ...before, [name]: value }));
  return { texts, error, isBusy, submit, set };
}

function Field({
  field: { label, hint, choices, isNumber },
  value,
  onChange,
}: {
  readonly field: AskField;
  readonly value: string;
  onChange(value: string): void;
}) {
  if (choices)
    return (
      <NativeSelect
        label={label}
        value={value}
        data={choices.map((choice) => ({ ...choice }))}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      label={label}
      value={value}
      {...(hint && { description: hint })}
      {...(isNumber && { inputMode: 'numeric' })}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
