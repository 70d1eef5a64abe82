/**
 * Disputes of charges (chargebacks): the models of the published clients (ChargebackApi of the
 * older clients), and the actions of a simulated gateway on its own side.
 */
import type { Static } from 'typebox';
import { answer } from './common.ts';
import {
  dateTime,
  decimal,
  flag,
  int32,
  many,
  model,
  one,
  oneOf,
  readOnly,
  text,
  textTo,
} from './fields.ts';

/** The states of a dispute, which the gateway sets; closed: it ended without a loss or a win. */
export const disputeStates = ['open', 'won', 'lost', 'closed'] as const;

export const ChargebackDispute = model(
  'ChargebackDispute',
  'A charge that a customer disputed at the bank.',
  {
    adjustment_request_text: textTo(5000),
    amount: decimal('The disputed amount; the total of the order unless given.'),
    auth_code: textTo(50),
    case_number: textTo(100, 'The id of the dispute at the gateway or the bank.'),
    chargeback_dispute_oid: readOnly(int32()),
    chargeback_dts: dateTime('When it was opened.'),
    currency: readOnly(textTo(3)),
    customer_care_notes: textTo(5000),
    expiration_dts: dateTime(
      'The last moment at which it can be responded to. A day alone includes that day.',
    ),
    order_id: textTo(30, 'Required at the insert; never changes.'),
    partial_card_number: textTo(20),
    reason_code: textTo(100),
    status: oneOf(
      disputeStates,
      'open, won, lost or closed. The status of a dispute that a gateway reported is the gateway’s.',
    ),
    website_url: textTo(250),
  },
);
export type ChargebackDispute = Static<typeof ChargebackDispute>;

export const ChargebackDisputeResponse = answer('ChargebackDisputeResponse', {
  chargeback: one(ChargebackDispute),
});
export type ChargebackDisputeResponse = Static<typeof ChargebackDisputeResponse>;

export const ChargebackDisputesResponse = answer('ChargebackDisputesResponse', {
  chargebacks: many(ChargebackDispute, 'The latest first.'),
});
export type ChargebackDisputesResponse = Static<typeof ChargebackDisputesResponse>;

export const SimulatorAction = model(
  'SimulatorAction',
  'An action that the simulated gateway does on its own side and reports.',
  {
    action: oneOf(
      ['refund', 'dispute', 'win dispute', 'lose dispute', 'update card'],
      'refund gives an amount back; dispute opens a dispute; win and lose dispute end the dispute of ' +
        'the charge; update card: the bank has replaced the card of the order.',
    ),
    order_id: textTo(30, 'The order whose charge or card it is about.'),
    card_last_four: textTo(4, 'Of the updated card; the old digits unless given.'),
    card_expiration_month: int32('The month of the updated card, 1 to 12.'),
    card_expiration_year: int32('The year of the updated card, four digits.'),
    amount: decimal('What is refunded or disputed; what is left of the charge unless given.'),
    reason: textTo(100),
  },
);
export type SimulatorAction = Static<typeof SimulatorAction>;

export const SimulatorActionResult = model('SimulatorActionResult', 'What the simulator did.', {
  order_id: text(),
  charge_reference: text('The charge at the simulator; absent for a card.'),
  refunded: decimal('The total that the simulator refunded of the charge.'),
  dispute_reference: text('The dispute of the charge; absent when it has none.'),
  recorded: flag('Whether its report is recorded. False: it is recorded a little later.'),
});
export type SimulatorActionResult = Static<typeof SimulatorActionResult>;

export const SimulatorActionResponse = answer('SimulatorActionResponse', {
  result: one(SimulatorActionResult),
});
export type SimulatorActionResponse = Static<typeof SimulatorActionResponse>;
