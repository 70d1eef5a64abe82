/** The state of a merchant's charges: running, or stopped, and by whom. */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import { dateTime, flag, model, one, oneOf, text, textTo } from './fields.ts';

/** The maximum length of the reason for a stop, in characters. */
export const stopReasonMax = 200;

export const Charging = model('Charging', 'Whether the customers of the merchant are charged.', {
  state: oneOf(['on', 'stopped'], 'stopped: due charges wait, and everything else continues.'),
  stopped_dts: dateTime('When they were stopped, on the machine’s clock.'),
  stopped_by: text('The name of the user or key; “the operator” for a command on the server.'),
  stopped_by_operator: flag(
    'True: a command on the server stopped them, and only a command starts them again.',
  ),
  reason: text('Why they are stopped.'),
  installation_stop: text(
    'Why this server charges nothing of the merchant, whatever the state is; absent when it charges.',
  ),
});
export type Charging = Static<typeof Charging>;

export const ChargingStopRequest = model('ChargingStopRequest', 'A stop of the charges.', {
  reason: textTo(stopReasonMax, 'Required. Other people read it where a charge was refused.'),
});
export type ChargingStopRequest = Static<typeof ChargingStopRequest>;

export const ChargingStartRequest = model('ChargingStartRequest', 'A start of the charges.', {
  stopped_dts: dateTime(
    'The stop that is meant. Refused when the charges were stopped again since; absent: any stop.',
  ),
});
export type ChargingStartRequest = Static<typeof ChargingStartRequest>;

export const ChargingResponse = answer('ChargingResponse', { charging: one(Charging) });
export type ChargingResponse = Static<typeof ChargingResponse>;
