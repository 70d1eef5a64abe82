/**
 * Models that all resources share: the envelope of a response, the error body, and small values
 * such as money and weight.
 */
import type { Static, TProperties } from 'typebox';
import { decimal, flag, int32, model, one, oneOf, text } from './fields.ts';

export const Currency = model(
  'Currency',
  'An amount of money, and the same in the customer’s currency.',
  {
    currency_code: text('ISO 4217 code of the merchant’s currency.'),
    exchange_rate: decimal(),
    localized: decimal('In the customer’s currency.'),
    localized_formatted: text('As the customer reads it.'),
    value: decimal('In the merchant’s currency.'),
  },
);
export type Currency = Static<typeof Currency>;

/** The total of a list for screens. */
export const counted = {
  total: int32('The number of matches, at most 10,000.'),
  total_is_more: flag('True when more than 10,000 match.'),
};

export const Distance = model('Distance', 'A length with its unit.', {
  uom: oneOf(['IN', 'CM']),
  value: decimal(),
});
export type Distance = Static<typeof Distance>;

export const Weight = model('Weight', 'A weight with its unit.', {
  uom: oneOf(['KG', 'G', 'LB', 'OZ']),
  value: decimal(),
});
export type Weight = Static<typeof Weight>;

export const Property = model('Property', 'A name and a value.', {
  name: text(),
  value: text(),
});
export type Property = Static<typeof Property>;

export const HTTPHeader = model('HTTPHeader', 'A header of a request or response.', {
  name: text(),
  value: text(),
});
export type HTTPHeader = Static<typeof HTTPHeader>;

export const ApiError = model('Error', 'Why a request was refused.', {
  developer_message: text('What was wrong and how to fix it.'),
  error_code: text('The HTTP status as a string.'),
  more_info: text('Where to read more.'),
  object_id: text('The object it is about.'),
  user_message: text('The same for a person.'),
});
export type ApiError = Static<typeof ApiError>;

export const Warning = model('Warning', 'A note for the client about a request that succeeded.', {
  more_info: text(),
  warning_code: text(),
  warning_message: text(),
});
export type Warning = Static<typeof Warning>;

export const ResultSet = model('ResultSet', 'The part of a list that this response contains.', {
  count: int32('The number of records in this response.'),
  limit: int32('The limit that was applied.'),
  more: flag('True: more follow; request them with next_offset.'),
  next_offset: int32('Offset of the next query.'),
  offset: int32('Zero based.'),
  total_records: int32('How many there are in all; absent where counting would cost too much.'),
});
export type ResultSet = Static<typeof ResultSet>;

export const ResponseMetadata = model('ResponseMetadata', 'What the response contains.', {
  payload_name: text('The field that contains the result.'),
  result_set: one(ResultSet, 'Present for lists.'),
});
export type ResponseMetadata = Static<typeof ResponseMetadata>;

/** The envelope of every response and every refusal. */
const envelope = {
  error: one(ApiError, 'Present when success is false.'),
  metadata: one(ResponseMetadata),
  success: flag('False when the request was refused.'),
  warning: one(Warning),
};

export const ErrorResponse = model('ErrorResponse', 'The body of every refusal.', envelope);
export type ErrorResponse = Static<typeof ErrorResponse>;

export const BaseResponse = model('BaseResponse', 'The envelope alone.', envelope);
export type BaseResponse = Static<typeof BaseResponse>;

/** A response: the envelope around one or more payload fields. */
export function answer<Payload extends TProperties>(name: string, payload: Payload) {
  const keys = Object.keys(payload).join(', ');
  return model(name, `The envelope around ${keys}.`, { ...payload, ...envelope });
}
