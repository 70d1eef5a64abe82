import { Button } from '@mantine/core';
import type { Charging } from '@perennial/contract/charging.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Loaded } from '../kit/loaded.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { Panel } from '../kit/panel.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { Status } from '../kit/status.tsx';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { chargingQuery, followCharging } from './queries.ts';

/** The current state of the merchant's charges. */
export function useCharging() {
  const isAllowed = useCan(['auto_order_read', 'configuration_read']);
  useEffect(followCharging, []);
  return { isAllowed, result: useQuery({ ...chargingQuery, enabled: isAllowed }) };
}

/** The state of the merchant's charges, with the button to stop or resume them. */
export function Charges() {
  const { isAllowed, result } = useCharging();
  const mayChange = useCan(['configuration_write']);
  if (!isAllowed) return null;
  const { state, stopped_by_operator: isByOperator } = result.data ?? {};
  return (
    <Panel
      title="Charges"
      actions={
        mayChange &&
        state !== undefined &&
        !isByOperator && (
          <Button
            size="compact-sm"
            variant="default"
            renderRoot={(props) => <Link {...props} data-button to={paths.charging} />}
          >
            {state === 'on' ? 'Stop the charges …' : 'Charge again …'}
          </Button>
        )
      }
    >
      <Loaded result={result} what="whether customers are charged">
        {(charging) => <ChargingState charging={charging} />}
      </Loaded>
    </Panel>
  );
}

/** The state in words: who stopped the charges, when and why, and who can resume them. */
export function ChargingState({ charging }: { readonly charging: Charging }) {
  const { state, installation_stop: stop, stopped_by_operator: isByOperator } = charging;
  return (
    <>
      {stop !== undefined && (
        <p>
          <Status tone="bad">Nothing is charged</Status> <Sentence text={stop} />.
        </p>
      )}
      {state === 'stopped' && (
        <p>
          <Status tone="bad">Charges are stopped</Status> <StoppedBy charging={charging} /> Due
          charges wait. {isByOperator && 'Only the operator of the server can start them again.'}
        </p>
      )}
      {state === 'on' && stop === undefined && <p className="soft">Due rebills are charged.</p>}
    </>
  );
}

/** Who stopped the charges, when, and why. */
export const StoppedBy = ({ charging }: { readonly charging: Charging }) => (
  <>
    by {charging.stopped_by} since <Moment at={charging.stopped_dts} isReal />: “{charging.reason}”.
  </>
);

/** A note on pages about other things: hidden while customers are charged. */
export function StoppedNote() {
  const { data } = useCharging().result;
  if (data === undefined || (data.state === 'on' && data.installation_stop === undefined))
    return null;
  return (
    <section className="panel" aria-label="Charges">
      <ChargingState charging={data} />
      <Link to={paths.health}>Health</Link>
    </section>
  );
}
