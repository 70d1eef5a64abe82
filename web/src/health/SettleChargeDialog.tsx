import { NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type {
  ChargeInFlight,
  ChargeSettleRequest,
  SettledCharge,
} from '@perennial/contract/perennial.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { DeedForm } from '../kit/deed.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Money } from '../kit/moneyShown.tsx';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { Empty } from '../kit/states.tsx';
import { paths } from '../paths.ts';
import { toast } from '../shell/toasts.tsx';
import { chargesQuery, settleCharge, settlementQuery } from './queries.ts';
import { useCanSettle } from './useCanSettle.ts';

/** `/health/charges/:key`: a person states the outcome of a charge whose gateway is gone. */
export function SettleChargeDialog() {
  const { key } = useParams({ from: '/inside/health/charges/$key' });
  const canSettle = useCanSettle();
  const charges = useQuery(chargesQuery);
  return (
    <RoutedDialog title="Settle a charge by hand" parent={paths.health}>
      {canSettle ? (
        <Loaded result={charges} what="the charge">
          {(rows) => <Asked charge={rows.find((row) => row.key === key)} />}
        </Loaded>
      ) : (
        <Empty icon="lock" title="You may not do this">
          It needs the permissions <code>auto_order_write</code> and <code>order_write</code>.
          Someone with the permission <code>user_write</code> can give them.
        </Empty>
      )}
    </RoutedDialog>
  );
}

/** The question about the charge that was opened, even if it leaves the list meanwhile. */
function Asked({ charge: latest }: { readonly charge: ChargeInFlight | undefined }) {
  const [charge] = useState(latest);
  if (charge === undefined)
    return <Empty title="This charge is settled">It is not in the list any more.</Empty>;
  if (charge.gone_gateway === undefined)
    return (
      <Empty title="The gateway is asked">
        Only a charge whose gateway the settings no longer name is settled by hand.
      </Empty>
    );
  return <SettleForm charge={charge} gateway={charge.gone_gateway} />;
}

type ChargeEnd = NonNullable<ChargeSettleRequest['outcome']>;

const choices: readonly { readonly value: ChargeEnd | ''; readonly label: string }[] = [
  { value: '', label: 'Choose …' },
  { value: 'captured', label: 'The gateway took the money' },
  { value: 'not_charged', label: 'The gateway did not take the money' },
];

const buttonWords: Readonly<Record<ChargeEnd | '', string>> = {
  '': 'Record',
  captured: 'Record as captured',
  not_charged: 'Record as not charged',
};

// A preview is read when a person stops typing.
const typingMs = 300;

function SettleForm({
  charge,
  gateway,
}: {
  readonly charge: ChargeInFlight;
  readonly gateway: string;
}) {
  const close = useCloseDialog(paths.health);
  const [outcome, setOutcome] = useState<ChargeEnd | ''>('');
  const [id, setId] = useState('');
  const [typedId] = useDebouncedValue(id.trim(), typingMs);
  const asked = bodyOf(charge, outcome, typedId);
  const preview = useQuery(settlementQuery(asked ?? {}, asked !== undefined));
  const isShown = typedId === id.trim() && preview.data !== undefined;
  return (
    <DeedForm
      button={buttonWords[outcome]}
      isPossible={isShown}
      wish={asked}
      deed={async (decision) => {
        if (asked === undefined) return;
        await settleCharge(asked, decision);
        toast({ text: `The charge of order ${charge.order_id} is settled. It cannot be undone.` });
        close();
      }}
    >
      <p>
        A charge of <Money amount={charge.amount} currency={charge.currency_code} /> for order{' '}
        {charge.order_id} was sent to {gateway}, which the settings no longer name. If the gateway
        still exists, name it again in the settings, and it is asked.
      </p>
      <p>
        Otherwise look for <code>{charge.key}</code> in the pages of {gateway}.{' '}
        {charge.confirm_until_dts !== undefined &&
          'The payment waits for its customer: give it up there before you say that it did not take the money. '}
        What you say here counts as its answer and <strong>cannot be undone</strong>.
      </p>
      <NativeSelect
        label="What the gateway shows"
        data={[...choices]}
        value={outcome}
        onChange={(event) => setOutcome(event.currentTarget.value as ChargeEnd | '')}
      />
      {outcome === 'captured' && (
        <TextInput
          label="Transaction id"
          description="The gateway's own id of the charge. Refunds name it."
          value={id}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setId(event.currentTarget.value)}
        />
      )}
      {asked !== undefined && (
        <Loaded result={preview} what="what it changes" rows={1}>
          {(after) => <Changes after={after} />}
        </Loaded>
      )}
    </DeedForm>
  );
}

/** The request; undefined while something is missing. */
function bodyOf(
  { key = '' }: ChargeInFlight,
  outcome: ChargeEnd | '',
  id: string,
): ChargeSettleRequest | undefined {
  if (outcome === '' || (outcome === 'captured' && id === '')) return undefined;
  return { key, outcome, ...(outcome === 'captured' && { transaction_id: id }) };
}

/** What the settlement changes, as the server plans it. */
function Changes({ after }: { readonly after: SettledCharge }) {
  const { order_id: id, order_stage: stage, auto_order_status: status } = after;
  return (
    <p>
      {stage === undefined ? `Order ${id} is not made. ` : `Order ${id} is in ${stage} then. `}
      {status !== undefined && `The auto order is ${status}. `}
      {after.next_attempt_dts !== undefined && (
        <>
          It is charged again <Moment at={after.next_attempt_dts} />.
        </>
      )}
    </p>
  );
}
