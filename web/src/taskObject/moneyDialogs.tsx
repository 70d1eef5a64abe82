import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import form from '../kit/form.module.css';
import { Money } from '../kit/moneyShown.tsx';
import { Refusal } from '../kit/refusal.tsx';
import { Waiting } from '../kit/states.tsx';
import { useDecision } from '../kit/useDecision.ts';
import { toast } from '../shell/toasts.tsx';
import { type CardEntry, cardFault, expiryOf } from './card.ts';
import { attempt, type ChargeOutcome, chargeNow, dueQuery, replaceCard } from './queries.ts';

interface MoneyDialogProps {
  readonly autoOrder: AutoOrderRow;
  onClose(): void;
}

/** Replaces the card by another token. Warns that this cannot be undone. */
export function CardDialog({ autoOrder, onClose }: MoneyDialogProps) {
  const [entry, setEntry] = useState<CardEntry>({ token: '', expires: '' });
  const [charges, setCharges] = useState(autoOrder.failure_reason !== undefined);
  const { refusal, isSending, send } = useMoney(onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { token, expires } = entry;
    void send([entry, charges], cardFault(entry), 'The card was replaced.', (key) =>
      replaceCard(autoOrder, { token: token.trim(), ...expiryOf(expires)! }, charges, key),
    );
  };
  const set = (change: Partial<CardEntry>) => setEntry({ ...entry, ...change });
  return (
    <Modal opened onClose={onClose} title="Replace the card">
      <form onSubmit={submit} className={form['form']}>
        <TextInput
          data-autofocus
          label="Card token"
          description="From the gateway’s own form. Never a card number."
          autoComplete="off"
          value={entry.token}
          onChange={(event) => set({ token: event.currentTarget.value })}
        />
        <TextInput
          label="Expires"
          description="Month and year, for example 09/2029"
          autoComplete="cc-exp"
          value={entry.expires}
          onChange={(event) => set({ expires: event.currentTarget.value })}
        />
        <Checkbox
          label={<DueWords autoOrder={autoOrder} />}
          checked={charges}
          onChange={(event) => setCharges(event.currentTarget.checked)}
        />
        <p className="soft">
          The card is used from now on. This cannot be undone{charges && ', nor can the charge'}.
        </p>
        <Refusal error={refusal} />
        <div className={form['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isSending}>
            {charges ? 'Save the card and charge' : 'Save the card'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** The amount to be charged, from the engine's preview. */
function DueWords({ autoOrder }: { readonly autoOrder: AutoOrderRow }) {
  const { data: due } = useQuery(dueQuery(autoOrder));
  if (due === null) return 'Charge what is due now: nothing is left to charge';
  return (
    <>
      Charge what is due now
      {due && (
        <>
          : <Money amount={due.total} currency={due.currency_code} />
        </>
      )}
    </>
  );
}

/** Asks for confirmation, with the amount, before a charge. */
export function ChargeDialog({ autoOrder, onClose }: MoneyDialogProps) {
  const { refusal, isSending, send } = useMoney(onClose);
  const { data: due, error } = useQuery(dueQuery(autoOrder));
  const charge = () => send(undefined, undefined, undefined, (key) => chargeNow(autoOrder, key));
  return (
    <Modal opened onClose={onClose} title="Charge now?">
      <div className={form['form']}>
        <ChargeWords autoOrder={autoOrder} due={due} />
        <Refusal error={refusal ?? error} />
        <div className={form['buttons']}>
          <Button data-autofocus variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={isSending} disabled={!due} onClick={() => void charge()}>
            Charge
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function ChargeWords({
  autoOrder: { card },
  due,
}: {
  readonly autoOrder: AutoOrderRow;
  readonly due: PreviewRebill | null | undefined;
}) {
  if (due === undefined) return <Waiting what="the amount" rows={1} />;
  if (due === null) return <p>Nothing is left to charge.</p>;
  return (
    <p>
      <strong>
        <Money amount={due.total} currency={due.currency_code} />
      </strong>{' '}
      will be charged to {card?.card_type ?? 'the card'}
      {card?.last_four && ` ••${card.last_four}`}. A charge cannot be undone.
    </p>
  );
}

/**
 * Sends a write that moves money once for each decision, closes the dialog and shows the result.
 */
function useMoney(onClose: () => void) {
  const [refusal, setRefusal] = useState<Error>();
  const [isSending, setSending] = useState(false);
  const decision = useDecision();
  const send = async (
    wish: unknown,
    fault: string | undefined,
    done: string | undefined,
    write: (key: string) => Promise<ChargeOutcome>,
  ) => {
    if (fault !== undefined) return setRefusal(new Error(fault));
    setSending(true);
    const result = await attempt(() => write(decision.key(wish)));
    setSending(false);
    decision.end('refused' in result ? result.refused : undefined);
    if ('refused' in result) return setRefusal(result.refused);
    onClose();
    return report(result.done, done);
  };
  return { refusal, isSending, send };
}

function report({ isCharged, reason }: ChargeOutcome, done: string | undefined): void {
  const charged = isCharged ? 'The charge was approved.' : done ? '' : 'Nothing was charged.';
  toast({
    text: [done, charged, reason].filter(Boolean).join(' '),
    tone: reason === undefined ? 'good' : 'bad',
  });
}
