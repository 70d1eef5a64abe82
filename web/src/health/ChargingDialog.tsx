import { TextInput } from '@mantine/core';
import type { Charging } from '@perennial/contract/charging.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DeedForm } from '../kit/deed.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { formatCount } from '../kit/money.ts';
import { RoutedDialog, useCloseDialog } from '../kit/routedDialog.tsx';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { ChargingState, StoppedBy, useCharging } from './Charges.tsx';
import { healthQuery, startCharging, stopCharging } from './queries.ts';

const reasonMax = 200;

/** `/health/charging`: stops or resumes the merchant's charges. */
export function ChargingDialog() {
  const { result } = useCharging();
  return (
    <RoutedDialog title="Charges" parent={paths.health}>
      <Loaded result={result} what="whether customers are charged">
        {(charging) => <Question charging={charging} />}
      </Loaded>
    </RoutedDialog>
  );
}

/**
 * The question for the state in which the dialog was opened. If another person has changed the
 * state since then, the dialog says so, because the same click would do the opposite.
 */
function Question({ charging }: { readonly charging: Charging }) {
  const [asked] = useState(charging);
  const isSame = charging.state === asked.state && charging.stopped_dts === asked.stopped_dts;
  if (!isSame)
    return (
      <>
        <p>This changed while the dialog was open.</p>
        {charging.state === 'on' && <p>The charges are on again.</p>}
        <ChargingState charging={charging} />
      </>
    );
  if (charging.state === 'on') return <Stop />;
  return charging.stopped_by_operator ? (
    <ChargingState charging={charging} />
  ) : (
    <Start charging={charging} />
  );
}

function Stop() {
  const [reason, setReason] = useState('');
  const { user } = useSession();
  const close = useCloseDialog(paths.health);
  return (
    <DeedForm
      button="Stop all charges"
      isPossible={reason.trim() !== ''}
      wish={reason}
      deed={async (decision) => {
        await stopCharging(reason.trim(), decision);
        toast({ text: 'The charges are stopped.' });
        close();
      }}
    >
      <p>
        <strong>Stops within three seconds:</strong> every charge of every customer of this
        merchant. Due charges wait, and new orders stay in Pending Clearance.
      </p>
      <p>
        <strong>Continues:</strong> mails, webhooks, refunds, tasks and the pages of customers.
        Charges that were sent before are settled when the gateway answers.
      </p>
      <TextInput
        label="Reason"
        description="Colleagues read it here and where a charge was refused."
        value={reason}
        maxLength={reasonMax}
        autoComplete="off"
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <p className="soft">
        It is recorded as stopped by {user.name} at this moment. You can start the charges again
        here.
      </p>
    </DeedForm>
  );
}

function Start({ charging }: { readonly charging: Charging }) {
  const { user } = useSession();
  const close = useCloseDialog(paths.health);
  const seesCount = useCan(['configuration_read']);
  const { data: health } = useQuery(healthQuery(seesCount));
  const { overdue_auto_orders: overdue } = health ?? {};
  return (
    <DeedForm
      button="Charge again"
      deed={async (decision) => {
        await startCharging(charging.stopped_dts, decision);
        toast({ text: 'The charges are on again.' });
        close();
      }}
    >
      <p>
        The charges are stopped <StoppedBy charging={charging} />
      </p>
      <p>
        <strong>Waiting charges are sent within seconds</strong>, one for each auto order
        {overdue !== undefined && overdue > 0 && (
          <>
            : {formatCount(overdue)} {overdue === 1 ? 'auto order is' : 'auto orders are'} due
          </>
        )}
        . A charge cannot be undone: skip or move first what should not be charged.
      </p>
      <p className="soft">It is recorded as started by {user.name} at this moment.</p>
    </DeedForm>
  );
}
